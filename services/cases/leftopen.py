"""The cases that were left open: a line drops, and whoever comes back is led to where they were."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from services.aws.where import Where
from services.base import clock, sizes


@dataclass(frozen=True, slots=True)
class LeftOpen:
    """One of them, with the key it is about and its user."""

    case: str
    user: str
    opened: datetime
    key_id: str = ""


def offer(left: tuple[LeftOpen, ...], now: datetime) -> str:
    """A sentence that leads back into the newest of them."""
    newest = left[0]
    since = clock.spoken(newest.opened, now)
    told = f"Case {newest.case} of {newest.user} has been open since {since}: press c, then "
    if len(left) > 1:
        told = f"{sizes.count(len(left), 'case')} are open. The newest: {told[0].lower()}{told[1:]}"
    return told + "enter, to resume it."


async def left_open(state_dir: Path, where: Where) -> tuple[LeftOpen, ...]:
    """The incidents there, kept under *state_dir*, that nobody closed, the newest first."""
    return await asyncio.to_thread(_read, state_dir, where)


def _read(state_dir: Path, where: Where) -> tuple[LeftOpen, ...]:
    from services.cases.book import CaseBook
    from services.cases.errors import RunbookError
    from services.cases.state import INCIDENT

    found = []
    try:
        cases = CaseBook(state_dir).cases()
    except RunbookError:
        return ()  # the cases screen says what is wrong, and the first step does
    for case in cases:
        try:
            state = case.state()
        except RunbookError:
            continue
        if state.kind == INCIDENT and state.closed_at is None and where.has(state.opened):
            assert state.opened_at
            found.append(
                LeftOpen(case.id, state.whose, state.opened_at, str(state.opened.get("key_id") or ""))
            )
    return tuple(found)
