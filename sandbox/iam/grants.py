"""What IAM holds that decides over a call, now or as it stood a while ago."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from moto.iam.models import Group, Role, User, iam_backends

from sandbox.account.account import RESPONDER, iam_backend
from sandbox.account.world import ACCOUNT, Actor, World
from sandbox.iam.credentials import Credential, CredentialStore, account_of_alias
from sandbox.iam.policy import Grants
from sandbox.iam.sessions import Session, session_of

EVERYTHING = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'


def grants_of(user: User) -> Grants:
    """Inline, attached and group policies, and the boundary."""
    groups = [group for group in iam_backend(user.account_id).groups.values() if user in group.users]
    return _grants([user, *groups], getattr(user, "boundary_arn", None))


def grants_of_signer(user: User) -> Grants:
    """The same for signed calls, for which the responder may do everything."""
    grants = grants_of(user)
    ours = user.name == RESPONDER and user.account_id == ACCOUNT
    return replace(grants, documents=(*grants.documents, EVERYTHING)) if ours else grants


def grants_of_group(group: Group) -> Grants:
    return _grants([group], None)


def grants_of_role(role: Role) -> Grants:
    return _grants([role], role.permissions_boundary_arn)


def grants_of_actor(actor: Actor) -> Grants:
    """What whoever signed a call may do: nothing, where the account does not know them."""
    session = session_of(actor.access_key_id)
    grants = _grants_of_holder(actor, session)
    return replace(grants, session_policy=session.policy) if session and session.policy else grants


def _grants_of_holder(actor: Actor, session: Session | None) -> Grants:
    iam = iam_backend(session.account if session else actor.account)
    if actor.kind == "AssumedRole":
        role = next((role for role in iam.get_roles() if role.name == actor.name), None)
        return grants_of_role(role) if role else Grants()
    user = iam.users.get(actor.name)
    return grants_of_signer(user) if user else Grants()


def _grants(holders: Sequence[User | Group | Role], boundary_arn: str | None) -> Grants:
    documents = [document for holder in holders for document in holder.policies.values()]
    documents += [_document(policy) for holder in holders for policy in holder.managed_policies.values()]
    account = next((holder.account_id for holder in holders), ACCOUNT)
    boundary = iam_backend(account).managed_policies.get(boundary_arn)
    return Grants(tuple(documents), _document(boundary) if boundary else None)


def _document(policy: object) -> str:
    return next(str(version.document) for version in policy.versions if version.is_default_version)  # type: ignore[attr-defined]


class Present:
    """IAM as it is."""

    def __init__(self, credentials: CredentialStore) -> None:
        self._credentials = credentials

    def credential(self, service: str, alias: str) -> Credential | None:
        return self._credentials.of_account(account_of_alias(alias)).by_alias(service, alias)

    def grants(self, user: str, account: str) -> Grants:
        found = iam_backend(account).users.get(user)
        return grants_of(found) if found else Grants()


@dataclass(frozen=True, slots=True)
class Past:
    """IAM as it was just before the change made at *until*."""

    until: datetime
    credentials: Mapping[tuple[str, str], Credential]
    policies: Mapping[tuple[str, str], Grants]
    """By user and account."""

    def credential(self, service: str, alias: str) -> Credential | None:
        return self.credentials.get((service, alias))

    def grants(self, user: str, account: str) -> Grants:
        return self.policies.get((user, account), Grants())


class IamHistory:
    """Remembers IAM for as long as its changes are not seen everywhere (`settings.consistency_lag`)."""

    def __init__(self, world: World, credentials: CredentialStore) -> None:
        self._world = world
        self._present = Present(credentials)
        self._credentials = credentials
        self._pasts: list[Past] = []

    def remember(self) -> None:
        """To be called before each change, with world.lock held."""
        lag = self._world.settings.consistency_lag
        if lag <= 0:
            self._pasts.clear()
            return
        now = self._world.clock.now()
        policies = {
            (name, account): grants_of(user)
            for account, partitions in iam_backends.items()
            for name, user in partitions["aws"].users.items()
        }
        self._pasts = [past for past in self._pasts if past.until > now - timedelta(seconds=lag)]
        self._pasts.append(Past(now, self._credentials.snapshot(), policies))

    def seen(self) -> Present | Past:
        """IAM as the bearer endpoints see it now."""
        horizon = self._world.clock.now() - timedelta(seconds=self._world.settings.consistency_lag)
        return next((past for past in self._pasts if past.until > horizon), self._present)
