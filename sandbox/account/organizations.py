"""Organizations' policies where moto's differ: what AWS refuses about service control policies."""

from __future__ import annotations

import json
from typing import Any

import moto.organizations.urls
from moto.core.exceptions import JsonRESTError
from moto.organizations.models import FakeAccount, organizations_backends
from moto.organizations.responses import OrganizationsResponse

from sandbox.account.world import ACCOUNT, HOME_REGION, World

_MEMBERS: dict[str, FakeAccount] = {}
"""By id; moto's accounts are the process's too."""

SCP = "SERVICE_CONTROL_POLICY"
SCPS_OF_A_TARGET = 5
SCP_SIZE = 5120


class OrganizationsError(JsonRESTError):
    """A refusal by Organizations; HTTP 400, as all of its own are."""

    code = 400


class Responses(OrganizationsResponse):
    def create_policy(self) -> str:
        self._check_content()
        answer: str = super().create_policy()
        return answer

    def update_policy(self) -> str:
        self._check_content()
        answer: str = super().update_policy()
        return answer

    def list_accounts(self) -> str:
        self._in_use()
        answer: str = super().list_accounts()
        return answer

    def list_policies(self) -> str:
        self._in_use()
        answer: str = super().list_policies()
        return answer

    def list_policies_for_target(self) -> str:
        self._target()
        answer: str = super().list_policies_for_target()
        return answer

    def attach_policy(self) -> str:
        attached = self._target().attached_policies
        policy = self.organizations_backend.get_policy_by_id(self.request_params["PolicyId"])
        if not any(kind["Type"] == policy.type for kind in self._root().policy_types):
            raise OrganizationsError(
                "PolicyTypeNotEnabledException", "The specified policy type isn't currently enabled."
            )
        if policy in attached:
            raise OrganizationsError(
                "DuplicatePolicyAttachmentException",
                "The selected policy is already attached to the specified target.",
            )
        if sum(each.type == policy.type for each in attached) >= SCPS_OF_A_TARGET:
            raise OrganizationsError(
                "ConstraintViolationException",
                "You have exceeded the number of policies that can be attached to the target.",
            )
        answer: str = super().attach_policy()
        return answer

    def detach_policy(self) -> str:
        policy = self.organizations_backend.get_policy_by_id(self.request_params["PolicyId"])
        if policy not in self._target().attached_policies:
            raise OrganizationsError(
                "PolicyNotAttachedException", "The policy isn't attached to the specified target."
            )
        answer: str = super().detach_policy()
        return answer

    def _check_content(self) -> None:
        self._in_use()
        content = self._get_param("Content")
        if content is None:
            return
        if len(content) > SCP_SIZE:
            raise OrganizationsError(
                "ConstraintViolationException", "The policy is larger than the maximum size."
            )
        try:
            json.loads(content)
        except ValueError:
            raise OrganizationsError(
                "MalformedPolicyDocumentException", "The provided policy document doesn't meet the syntax."
            ) from None

    def _in_use(self) -> None:
        if self.organizations_backend.org is None:
            raise OrganizationsError(
                "AWSOrganizationsNotInUseException", "Your account is not a member of an organization."
            )

    def _root(self) -> Any:
        return next(each for each in self.organizations_backend.ou if each.type == "ROOT")

    def _target(self) -> Any:
        self._in_use()
        wanted, backend = self.request_params["TargetId"], self.organizations_backend
        for each in (*backend.ou, *backend.accounts):
            if each.id == wanted:
                return each
        raise OrganizationsError("TargetNotFoundException", "You specified a target that doesn't exist.")


def add_member(account: str, name: str, *, suspended: bool = False) -> None:
    """Put *account* into the organization that our own manages; hold world.lock."""
    backend = organizations_backends[ACCOUNT]["aws"]
    if backend.org is None:
        backend.create_organization(HOME_REGION, FeatureSet="ALL")
    member = FakeAccount(backend.org, AccountName=name, Email=f"{name}@example.com")
    member.id = account
    if suspended:
        member.close()
    backend.accounts.append(member)
    organizations_backends.master_accounts[account] = (ACCOUNT, "aws")
    _MEMBERS[account] = member


def member(account: str) -> FakeAccount | None:
    """The account, where it was put in here: of others nothing is known, as of what moto makes up."""
    return _MEMBERS.get(account)


def install(world: World) -> None:
    """Put these in moto's place; must come before the API's first request."""
    _MEMBERS.clear()
    moto.organizations.urls.url_paths["{0}/$"] = Responses.dispatch
