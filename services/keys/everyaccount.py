"""Many accounts, a few at a time: what each answers is handed on at once, and none ends the others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

import msgspec

from services.aws import organizations, sts
from services.aws.credentials.role import SESSION_NAME, hop_to, operator_of, organization_of
from services.aws.credentials.source import role_name
from services.aws.credentials.ways import Hop, Ways
from services.aws.errors import AwsError
from services.aws.session import AwsSession
from services.aws.sts import Caller

T = TypeVar("T")

AT_ONCE = 8
PATIENCE = 300.0
"""Seconds for one account: one that hangs is a row, and the others go on."""


@dataclass(frozen=True, slots=True)
class Stop:
    """An account, and who acts there: by *hop*, or as the caller is; *closed* says why nobody goes there."""

    account: str
    caller: Caller
    hop: Hop | None = None
    name: str = ""
    closed: str | None = None

    @property
    def role_arn(self) -> str | None:
        return self.hop.role_arn if self.hop else None

    @property
    def place(self) -> str:
        """``account 111122223333 (payments)``"""
        return f"account {self.account}" + (f" ({self.name})" if self.name else "")


@dataclass(frozen=True, slots=True)
class Visit(Generic[T]):
    """Exactly one of *found* and *error*, a sentence, is there."""

    stop: Stop
    found: T | None = None
    error: str | None = None


Look = Callable[[AwsSession, Stop], Awaitable[T]]
"""Reads what is wanted of one account; raises an AwsError."""


async def stops_of_organization(aws: AwsSession, role: str | None = None) -> tuple[Stop, ...]:
    """Every account of the organization, by *role* or the one that is configured; raises an AwsError."""
    return await stops_at(aws, await organizations.members(aws), role)


async def stops_at(
    aws: AwsSession, members: Iterable[organizations.Member], role: str | None = None
) -> tuple[Stop, ...]:
    """The same of these accounts, whether or not they are all."""
    ways, caller = aws.ways.by(role), await sts.get_caller(aws)
    organization = await organization_of(aws) if ways.by_organization else None
    operator = operator_of(caller.arn)

    def stop(member: organizations.Member) -> Stop:
        there = Stop(member.id, caller, name=member.name)
        if member.closed:
            return replace(
                there,
                closed=f"It is {member.status.lower().replace('_', ' ')}: no role of it can be assumed.",
            )
        if member.id == caller.account:
            return there
        try:
            hop = hop_to(member.id, ways, caller.arn, organization)
        except AwsError as error:
            return replace(there, closed=str(error))
        if hop is None:
            return replace(there, closed="No role is configured for it: see docs/accounts.md.")
        return replace(there, hop=msgspec.structs.replace(hop, operator=operator), caller=_as_role(hop))

    return tuple(map(stop, members))


def stops_by_role(ways: Ways, role_arns: Iterable[str]) -> tuple[Stop, ...]:
    """The account of each role, once."""
    hops = [ways.hop_by(each) for each in dict.fromkeys(role_arns)]
    return tuple(Stop(hop.account, _as_role(hop), hop) for hop in hops)


async def visits(
    aws: AwsSession,
    stops: Iterable[Stop],
    look: Look[T],
    *,
    at_once: int = AT_ONCE,
    patience: float = PATIENCE,
) -> AsyncGenerator[Visit[T], None]:
    """As they come to an end; no more than *at_once* are in hand, whatever their number."""
    pending: set[asyncio.Task[Visit[T]]] = set()
    try:
        for stop in stops:
            if len(pending) >= at_once:
                done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    yield task.result()
            pending.add(asyncio.create_task(_visit(aws, stop, look, patience)))
        while pending:
            done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                yield task.result()
    finally:
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)


async def _visit(aws: AwsSession, stop: Stop, look: Look[T], patience: float) -> Visit[T]:
    if stop.closed:
        return Visit(stop, error=stop.closed)
    try:
        async with asyncio.timeout(patience):
            if stop.hop is None:
                return Visit(stop, await look(aws, stop))
            async with await aws.assume(stop.hop) as there:
                return Visit(stop, await look(there, stop))
    except TimeoutError:
        return Visit(stop, error=f"It did not answer within {patience:g} s.")
    except AwsError as error:
        return Visit(stop, error=str(error))


def _as_role(hop: Hop) -> Caller:
    """Whoever has assumed it from here."""
    session = f"assumed-role/{role_name(hop.role_arn)}/{SESSION_NAME}"
    return Caller(hop.account, f"arn:{hop.partition}:sts::{hop.account}:{session}")
