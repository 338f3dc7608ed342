"""What a step may look at while it plans and verifies."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from services.aws.errors import NotFound
from services.aws.iam import Credential
from services.aws.session import AwsSession
from services.aws.sts import Caller
from services.base import clock
from services.base.keyservices import ACCESS_KEY, noun_of, short_service
from services.cases.names import SecretNames
from services.cases.plan import Plan, State
from services.cases.secret import Destination, ToSecretsManager
from services.cases.state import CaseState
from services.keys.holdings import inline_policies
from services.keys.twins import Twins, twins
from services.keys.userkeys import UserKeyKind, kind_of
from services.keys.whereabouts import key_of
from services.review.model import Athena

DEFAULT_AGE_DAYS = 90


@dataclass(frozen=True, slots=True)
class Options:
    """The responder's choices; *age_days* None is a key that never expires."""

    age_days: int | None = DEFAULT_AGE_DAYS
    in_place: bool = False
    new_user: str | None = None
    secret_to: Destination = field(default_factory=ToSecretsManager)
    also_sigv4: bool = False
    hold_policy: str | None = None
    """ARN of a managed policy made beforehand, attached as the hold; None for an inline one."""
    log_groups: tuple[str, ...] = ()
    access_keys: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    """Names of roles whose sessions are to be ended besides those that are known to have been assumed."""
    made: tuple[str, ...] = ()
    """The event that made the thing of the intruder's that is to be stopped."""
    override: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    source: str = "auto"
    athena: Athena = field(default_factory=Athena)


@dataclass(frozen=True)
class Situation:
    """One key of one account, as the responder sees it now."""

    aws: AwsSession
    caller: Caller
    key: Credential
    """As it was when the case was opened; ask for `credential()` to know what is true now."""
    case: CaseState
    options: Options
    now: Callable[[], datetime]
    names: SecretNames = field(default_factory=SecretNames)
    secret_in_hand: bool = False
    """Whether a new secret waits to be stored."""

    async def credentials(self) -> tuple[Credential, ...]:
        """All keys of its kind that the key's user has now; none where the user is gone."""
        try:
            return await self.key_kind.list(self.aws, self.key.user)
        except NotFound:
            return ()

    async def credential(self) -> Credential | None:
        """The key as it is now, whatever its user is called by now, or None where it is gone."""
        kind, key = self.key_kind, self.key
        if self.case.did(f"Delete{kind.thing}", **{kind.parameter: key.id}):
            return next((found for found in await self.credentials() if found.id == key.id), None)
        return await key_of(self.aws, kind, key.id, key.user, key.created)

    async def replacement(self) -> Credential | None:
        """The key that this case made in its place, as it is now; None where there is none, or it is gone."""
        if (made := self.case.replacement) is None:
            return None
        return await key_of(self.aws, self.key_kind, made.key_id, made.user, made.at_by_aws)

    async def twins(self) -> Twins:
        """Its copies in Secrets Manager that AWS keeps; access keys have none."""
        return Twins() if self.key.service == ACCESS_KEY else await twins(self.aws, self.key)

    async def inline_policies(self) -> dict[str, Mapping[str, Any]]:
        return await inline_policies(self.aws, self.key.user)

    @property
    def key_kind(self) -> UserKeyKind:
        return kind_of(self.key.service)

    @property
    def noun(self) -> str:
        """What such a key is called: ``logs key``, ``access key``."""
        return noun_of(self.key.service)

    @property
    def short_service(self) -> str:
        return short_service(self.key.service)


@dataclass(frozen=True, slots=True)
class Verified:
    """What reading back showed; *final* when asking AWS again would not change it."""

    state: State
    words: str
    final: bool = False


class Step(Protocol):
    """One module a step; `undo_*` only where the plan says that there is an undo."""

    @property
    def plan(self) -> Callable[[Situation], Awaitable[Plan]]: ...
    @property
    def verify(self) -> Callable[[Situation], Awaitable[Verified]]: ...
    @property
    def plan_undo(self) -> Callable[[Situation], Awaitable[Plan]]: ...
    @property
    def verify_undo(self) -> Callable[[Situation], Awaitable[Verified]]: ...


def said_aws(what: str, now: datetime) -> str:
    """The words for something read back from AWS."""
    return f"{what} (confirmed by AWS {clock.spoken(now, now)})"
