"""The cases of the quiet weeks: one for each goal, open for as long as what it brought about stands."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from services.aws import sts
from services.aws.session import AwsSession
from services.aws.sts import Caller
from services.aws.where import Where
from services.base import clock
from services.cases.book import CaseBook
from services.cases.case import Case
from services.cases.errors import CaseError
from services.cases.state import CaseState
from services.goals.engine import Upkeep
from services.goals.goal import Goal


def open_case(book: CaseBook, goal: Goal, where: Where, *, undoing: bool = False) -> Case | None:
    """The newest case of *goal* that is not closed, and whose journal nobody altered."""
    subject = (goal.deed.value, goal.target, goal.about)
    for case in book.cases():
        with suppress(CaseError):
            now = case.state()
            named = (now.kind, now.opened.get("target"), now.about)
            if now.closed_at is None and named == subject and where.has(now.opened) and not case.altered:
                if undoing and not (now.done or now.unsettled or now.doubts):
                    # Nothing came of it, so there is nothing in it to take back.
                    continue
                return case if undoing or goal.goes_on(now) else None
    return None


def open_or_begin(
    book: CaseBook, goal: Goal, caller: Caller, now: datetime, where: Where | None = None
) -> Case:
    return open_case(book, goal, where or Where(caller.account)) or book.begin(
        {
            "kind": goal.deed.value,
            "about": goal.about,
            "target": goal.target,
            "wanted": dict(goal.wanted),
            "account": caller.account,
            "responder": caller.arn,
        },
        now,
        where,
    )


def still_standing(state: CaseState) -> tuple[str, ...]:
    """What a case of this kind leaves behind when it is closed, in words."""
    return tuple(
        f"{deed} ({state.about}, {state.whose}) is still in place, and the record of what was "
        "there before would be lost: undo it first (--undo)."
        for deed, step in state.steps.items()
        if step.state.holds
    )


async def look_up(aws: AwsSession, book: CaseBook, goal: Goal, *, undoing: bool = False) -> Upkeep:
    """On the open case where there is one; begins none. Raises CaseError or an AwsError."""
    caller = await sts.get_caller(aws)
    case = open_case(book, goal, aws.where, undoing=undoing)
    return Upkeep(aws, caller, goal, case, names=book.names)


def begin(upkeep: Upkeep, book: CaseBook, *, take_over: bool = False) -> Case:
    """Its case, begun now if there is none, and entered: leave it with `with` or `__exit__`."""
    with book.one_at_a_time():
        upkeep.case = upkeep.case or open_or_begin(
            book, upkeep.goal, upkeep.caller, clock.now(), upkeep.aws.where
        )
        return upkeep.case.enter(upkeep.caller.arn, take_over=take_over)
