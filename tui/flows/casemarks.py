"""When the runbook acted, as marks for a time axis."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tui.flows.marks import Mark

if TYPE_CHECKING:
    from services.aws.where import Where


async def marks_since(state_dir: Path, where: Where | None, since: datetime) -> tuple[Mark, ...]:
    """What the cases kept under *state_dir* did to keys of the account that is *where*."""
    if where is None:
        return ()
    return await asyncio.to_thread(_read, state_dir, where, since)


def _read(state_dir: Path, where: Where, since: datetime) -> tuple[Mark, ...]:
    from services.cases.book import CaseBook
    from services.cases.errors import RunbookError

    found = []
    try:
        cases = CaseBook(state_dir).cases()
    except RunbookError:
        return ()  # the cases screen says what is wrong, and the first step does
    for case in cases:
        try:
            state = case.state()
        except RunbookError:
            continue  # the cases screen says what is wrong with it
        if where.has(state.opened):
            found += [Mark(at, name) for at, name in state.marks if at >= since]
    return tuple(sorted(found, key=lambda mark: mark.at))
