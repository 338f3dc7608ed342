"""What stands of a set-up now: the user, its policies and keys, the log groups and their streams."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar

from services.aws import iam, logs
from services.aws.errors import NotFound
from services.aws.iam import Credential, User
from services.aws.logs import LogGroup
from services.aws.session import AwsSession
from services.keys.holdings import inline_policies
from services.rights import policies

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class UserStanding:
    """*user* is None where there is none of that name, and nothing else is there then."""

    user: User | None = None
    attached: tuple[str, ...] = ()
    inline: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    credentials: tuple[Credential, ...] = ()

    def keys(self, service: str) -> tuple[Credential, ...]:
        return tuple(found for found in self.credentials if found.service == service)

    def hold(self, service: str) -> str | None:
        """The name of an inline policy that denies every token of *service*."""
        held = (name for name, document in self.inline.items() if policies.holds(document, service))
        return next(held, None)


@dataclass(frozen=True, slots=True)
class GroupStanding:
    """*group* is None where there is none of that name; *stream* whether it has the log stream."""

    name: str
    region: str
    group: LogGroup | None
    stream: bool = False


async def look_at_user(aws: AwsSession, name: str) -> UserStanding:
    """Raises an AwsError where a part may not be read."""
    user, attached, inline, credentials = await asyncio.gather(
        _or(None, iam.get_user, aws, name),
        _or((), iam.list_attached_policies, aws, name),
        _or({}, inline_policies, aws, name),
        _or((), iam.list_credentials, aws, name),
    )
    return UserStanding(user, attached, inline, credentials) if user else UserStanding()


async def look_at_group(aws: AwsSession, region: str, name: str, stream: str) -> GroupStanding:
    group = await logs.find_log_group(aws, region, name)
    there = group is not None and await _or(False, logs.has_log_stream, aws, region, name, stream)
    return GroupStanding(name, region, group, there)


async def _or(none: T, read: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> T:
    """*none* where there is no such thing."""
    try:
        return await read(*args, **kwargs)
    except NotFound:
        return none
