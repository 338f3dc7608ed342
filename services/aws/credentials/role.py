"""Credentials of a role on top of those that a session has."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol

from services.aws.credentials.found import Found
from services.aws.credentials.signer import Find, Signer
from services.aws.credentials.source import UNKNOWN, Source, role_name
from services.aws.credentials.ways import Hop, Ways
from services.aws.errors import BadSetup, Denied, Rejected, WrongAccount
from services.base.arn import account_in, partition_in
from services.base.text import clean

SESSION_NAME = "stanch"

_NOT_OF_A_NAME = re.compile(r"[^\w+=,.@-]", re.ASCII)


class Asking(Protocol):
    @property
    def source(self) -> Source | None: ...

    async def read(
        self, service: str, operation: str, *, region: str | None = None, **params: Any
    ) -> Any: ...

    async def found(self) -> Found: ...


class NotLetIn(Denied):
    """The role could not be assumed, and AWS doesn't say what it lacks."""

    caller = "you"

    def _cure(self) -> str:
        account = account_in(self.resource) or "the account"
        if self.action.lower() == "sts:setsourceidentity":
            return (
                "Let its trust policy allow sts:SetSourceIdentity too, or set source_identity = false in "
                "[accounts] of the configuration."
            )
        return (
            f"The role must exist in {account}, trust {self.caller} and get the external ID that it asks for "
            "(external_id in [accounts] of the configuration); one that asks for MFA needs a profile of its "
            "own (role_arn, mfa_serial), and no role of a suspended account can be assumed."
        )


def by_role(base: Asking, hop: Hop) -> Find:
    """What finds credentials of that role, asked for with *base*'s own."""

    async def find(signer: Signer) -> Found:
        unasked = not hop.names_operator or hop.operator
        return await _assume(base, hop, None if unasked else await _caller_of(base))

    return find


def by_account(base: Asking, account: str, ways: Ways, gone_by: Callable[[str], None]) -> Find:
    """What finds credentials of *account*: *base*'s own where they are, else those of a role there.

    *gone_by* is told the role's ARN.
    """

    async def find(signer: Signer) -> Found:
        caller = await _caller_of(base)
        if account_in(caller) == account:
            return await base.found()
        organization = await organization_of(base) if ways.by_organization else None
        hop = hop_to(account, ways, caller, organization)
        if hop is None:
            raise WrongAccount(caller, account)
        found = await _assume(base, hop, caller)
        gone_by(hop.role_arn)
        return found

    return find


def hop_to(account: str, ways: Ways, caller: str, organization: str | None) -> Hop | None:
    """The role that is configured for *account*, where *caller* goes there; None where none is."""
    partition = partition_in(caller)
    hop = ways.hop_to(account, partition, organization)
    if hop is not None and (hop.partition, hop.account) != (partition, account):
        raise BadSetup(
            "AssumeRole", f"the role that is configured for {account}, {hop.role_arn}, isn't of that account"
        )
    return hop


async def organization_of(base: Asking) -> str | None:
    """The id of the organization that *base*'s account is in; None where it is in none."""
    try:
        return clean((await base.read("organizations", "DescribeOrganization"))["Organization"]["Id"])
    except Rejected as error:
        if error.code != "AWSOrganizationsNotInUseException":
            raise
        return None


async def _caller_of(base: Asking) -> str:
    arn = clean((await base.read("sts", "GetCallerIdentity"))["Arn"])
    return arn if arn.count(":") >= 5 else "arn:aws:sts::unknown:unknown"


def operator_of(arn: str) -> str:
    """Who acts, as SourceIdentity takes it: the user's name, or that of the session."""
    return _NOT_OF_A_NAME.sub("-", re.split("[/:]", arn)[-1])[:64].ljust(2, "-")


async def _assume(base: Asking, hop: Hop, caller: str | None) -> Found:
    params = {"RoleArn": hop.role_arn, "RoleSessionName": SESSION_NAME}
    if hop.external_id:
        params["ExternalId"] = hop.external_id
    if hop.names_operator and (operator := hop.operator or (caller and operator_of(caller))):
        params["SourceIdentity"] = operator
    try:
        made = (await base.read("sts", "AssumeRole", **params))["Credentials"]
    except Denied as error:
        refused = NotLetIn(error.operation, error.said, code=error.code, request_id=error.request_id)
        refused.caller = caller or refused.caller
        raise refused from None
    return Found(
        made["AccessKeyId"],
        made["SecretAccessKey"],
        made["SessionToken"],
        expires=made["Expiration"],
        source=replace(base.source or UNKNOWN, role=role_name(hop.role_arn)),
    )
