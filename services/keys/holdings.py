"""What else a key's user holds: each part either read, or named as unreadable; never guessed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from services.aws import iam
from services.aws.errors import AwsError
from services.aws.session import AwsSession
from services.base.keyservices import ACCESS_KEY
from services.base.text import clean
from services.keys.risks import HAS_ACCESS_KEYS, HAS_LOGIN, HOLD, QUARANTINE, Risk
from services.rights import policies

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Unreadable:
    """*what* could not be read, and the sentence that says why."""

    what: str
    error: str
    cause: AwsError | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        # It names what others named.
        object.__setattr__(self, "what", clean(self.what, limit=1100))

    @property
    def words(self) -> str:
        return f"{self.what} could not be read. {self.error}"

    def as_json(self) -> dict[str, str]:
        return {"what": self.what, "error": self.error}


@dataclass(frozen=True, slots=True)
class UserHoldings:
    """None where a part could not be read; *unreadable* says which and why."""

    user: str
    access_keys: tuple[iam.AccessKey, ...] | None = None
    has_login: bool | None = None
    inline: Mapping[str, Mapping[str, Any]] | None = None
    attached: tuple[str, ...] | None = None
    groups: tuple[str, ...] | None = None
    unreadable: tuple[Unreadable, ...] = ()

    def risks(self, service: str) -> tuple[Risk, ...]:
        found: list[Risk] = []
        if policies.quarantine(self.attached or ()):
            found.append(QUARANTINE)
        if self.access_keys and service != ACCESS_KEY:
            found.append(HAS_ACCESS_KEYS)
        if self.has_login:
            found.append(HAS_LOGIN)
        if self.holding_policy(service):
            found.append(HOLD)
        return tuple(found)

    def holding_policy(self, service: str) -> str | None:
        """The name of an inline policy that denies the bearer tokens of *service*."""
        for name, document in (self.inline or {}).items():
            if policies.holds(document, service):
                return name
        return None


async def examine_user(
    aws: AwsSession, user: str, policies_known: iam.UserPolicies | None = None
) -> UserHoldings:
    """Everything IAM says of *user*, asked at once, but for what is known; nothing raises."""
    unreadable: list[Unreadable] = []

    async def attempt(what: str, read: Callable[[AwsSession, str], Awaitable[T]]) -> T | None:
        try:
            return await read(aws, user)
        except AwsError as error:
            unreadable.append(Unreadable(f"{what} of {user}", str(error), error))
            return None

    access_keys, has_login = await asyncio.gather(
        attempt("access keys", iam.list_access_keys), attempt("login profile", iam.has_login_profile)
    )
    if known := policies_known:
        inline, attached, groups = known.inline, known.attached, known.groups
    else:
        inline, attached, groups = await asyncio.gather(
            attempt("inline policies", inline_policies),
            attempt("attached policies", iam.list_attached_policies),
            attempt("groups", iam.list_groups),
        )
    return UserHoldings(user, access_keys, has_login, inline, attached, groups, tuple(unreadable))


async def inline_policies(aws: AwsSession, user: str) -> dict[str, Mapping[str, Any]]:
    """The inline policies of *user*, by name."""
    names = await iam.list_user_policies(aws, user)
    documents = await asyncio.gather(*(iam.get_user_policy(aws, user, name) for name in names))
    return {name: found for name, found in zip(names, documents, strict=True) if found is not None}
