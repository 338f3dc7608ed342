"""What is done with a case as a whole: its report, and its end."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import count
from pathlib import Path

from services.aws.errors import AwsError
from services.base.files import write_new
from services.cases.case import Case
from services.cases.errors import CaseError, RunbookError
from services.cases.sentences import belongs_elsewhere
from services.cases.state import INCIDENT, ROTATION
from services.goals.book import still_standing
from services.incident.handling import Handling
from services.report import flow
from services.report.build import build
from services.report.html import to_html
from services.rotation import left as rotation


async def write_report(handling: Handling) -> Path:
    """Write the report as HTML into the case's folder, and say where.

    IncomingBytes are read now, else shown as they were last kept. Raises CaseError or RunbookError.
    """
    case, runbook = handling.case, handling.runbook
    if case is None or runbook is None:
        raise RunbookError("There is no case yet: the first step you take opens one.")
    report = await asyncio.to_thread(build, case)
    if not belongs_elsewhere(case.state().opened, runbook.caller.account, handling.aws.where):
        try:
            reading = await flow.read(handling.aws, report)
        except AwsError:
            pass  # the report itself says from when its points are
        else:
            points = await asyncio.to_thread(flow.keep, case, reading)
            report = await asyncio.to_thread(build, case, points)
    return await asyncio.to_thread(lambda: _write(case, to_html(report)))


async def remaining(case: Case) -> tuple[str, ...]:
    """What is still open, the gravest first, apart from the case itself."""
    return await asyncio.to_thread(left_of, case)


def left_of(case: Case) -> tuple[str, ...]:
    state = case.state()
    if state.kind == ROTATION:
        return rotation.left_of(state)
    if state.kind != INCIDENT:
        return still_standing(state)
    return tuple(left.words for left in build(case).remaining if left.kind != "not_closed")


def close(case: Case, left: Sequence[str]) -> None:
    """Journal that a case is closed that nobody works on here; raises CaseError or CaseHeld."""
    with case:
        if case.state().closed_at is None:
            case.append("closed", remaining=list(left))


def _write(case: Case, content: str) -> Path:
    for number in count(1):
        path = case.folder / f"report-{number}.html"
        try:
            write_new(path, content)
        except FileExistsError:
            continue
        except OSError as error:
            raise CaseError(f"{path} cannot be written ({error.strerror}).") from None
        return path.absolute()
    raise AssertionError
