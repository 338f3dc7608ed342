"""Several keys rotated by their age: who may begin, who is under way, and what blocks the others."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.aws.errors import AwsError
from services.aws.session import AwsSession
from services.aws.sts import get_caller
from services.base import clock
from services.cases.book import CaseBook
from services.cases.errors import RunbookError
from services.cases.plan import Plan, StepName
from services.cases.preflight import warned
from services.cases.state import ROTATION
from services.incident.situation import Options
from services.keys import inventory
from services.keys.inventory import Inventory, Key
from services.keys.named import check_service
from services.rotation.engine import Rotation
from services.rotation.opening import barred, begin

_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Candidate:
    """One key that is old enough: its *plan*, or what *blocked* it, or that it is *under_way* already."""

    key: Key
    rotation: Rotation
    options: Options
    plan: Plan | None = None
    blocked: str | None = None
    under_way: bool = False

    @property
    def case(self) -> str | None:
        return self.rotation.case.id if self.rotation.case else None


@dataclass(frozen=True, slots=True)
class Begun:
    """How one key's beginning ended; *error* is a sentence where it did not."""

    candidate: Candidate
    case: str | None
    words: str
    error: bool = False


async def find(
    aws: AwsSession,
    book: CaseBook,
    older_than: timedelta,
    options: Options,
    *,
    service: str | None = None,
    user: str | None = None,
    now: Callable[[], datetime] = clock.now,
) -> tuple[Inventory, tuple[Candidate, ...]]:
    """Those that old, the oldest first, and the inventory they are of; raises an AwsError."""
    found = await (inventory.of_user(aws, user) if user else inventory.everything(aws, now=now))
    check_service(service, {key.service for key in found.keys})
    old = [
        key
        for key in found.keys
        if now() - key.credential.created >= older_than
        and (service is None or service.casefold() in (key.service, key.short_service))
    ]
    caller, limit = await get_caller(aws), asyncio.Semaphore(_AT_ONCE)

    async def one(key: Key) -> Candidate:
        case = book.open_case_of(key.id, aws.where, ROTATION)
        barrier = barred(book, key.id, aws.where)
        rotation = Rotation(aws, caller, key.credential, case, barred=barrier, now=now, names=book.names)
        async with limit:
            return await _planned(Candidate(key, rotation, options))

    old.sort(key=lambda key: (key.credential.created, key.id))
    return found, tuple(await asyncio.gather(*map(one, old)))


async def begin_all(
    candidates: Sequence[Candidate],
    book: CaseBook,
    told: Callable[[Begun], None],
    *,
    take_over: bool = False,
    rescue: Callable[[Rotation], Awaitable[None]] | None = None,
) -> tuple[Begun, ...]:
    """One after another, each in a case of its own; what stops one does not stop the next.

    *rescue* takes a secret somewhere that could not be stored where it was to go.
    """
    done = []
    for candidate in candidates:
        ended = await _begun(candidate, book, take_over=take_over, rescue=rescue)
        told(ended)
        done.append(ended)
    return tuple(done)


async def _planned(candidate: Candidate) -> Candidate:
    rotation, made = candidate.rotation, candidate.rotation.state.replacement
    if rotation.barred is None and made is not None and made.delivered is not None:
        return replace(candidate, under_way=True)
    try:
        plan = await rotation.plan(StepName.REPLACE, candidate.options)
        if plan.blocked:
            return replace(candidate, blocked=plan.blocked)
        return replace(candidate, plan=warned(plan, await rotation.preflight(plan)))
    except AwsError as error:
        return replace(candidate, blocked=str(error))


async def _begun(
    candidate: Candidate,
    book: CaseBook,
    *,
    take_over: bool,
    rescue: Callable[[Rotation], Awaitable[None]] | None,
) -> Begun:
    rotation = candidate.rotation
    if candidate.under_way:
        return Begun(candidate, candidate.case, "already under way")
    if candidate.blocked:
        return Begun(candidate, candidate.case, candidate.blocked, error=True)
    try:
        with begin(rotation, book, take_over=take_over):
            settled = await rotation.resume()
            # What was settled just now changes the plan: a key without its secret is reset, not made again.
            shown = None if settled else candidate.plan
            try:
                result = await rotation.apply(StepName.REPLACE, candidate.options, shown=shown)
            except BaseException:
                if rotation.secret is not None and rescue:
                    await rescue(rotation)
                raise
    except (AwsError, RunbookError) as error:
        return Begun(candidate, candidate.case, _with_orphan(rotation, str(error)), error=True)
    return Begun(candidate, candidate.case, result.message, error=not result.verified)


def _with_orphan(rotation: Rotation, words: str) -> str:
    made = rotation.state.replacement
    if made is None or made.delivered is not None:
        return words
    return f"{words} {made.key_id} was created, but its secret is lost: starting again resets it."
