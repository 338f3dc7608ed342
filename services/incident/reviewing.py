"""Step 2: what was done with the key, kept as evidence in the case."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from services.aws.call import Call
from services.base import clock
from services.cases.case import Case
from services.cases.errors import Refused
from services.cases.plan import LeverName, Plan, State, StepName
from services.cases.state import CaseState
from services.incident.situation import Situation, Verified
from services.review.keyrules import LAG
from services.review.model import Marks, Progress, Subject, Window
from services.review.plan import local_path
from services.review.review import Review, run_review

DEFAULT_WINDOW = timedelta(days=7)


async def plan(at: Situation) -> Plan:
    what = ("Username", at.key.user) if at.key.user else ("AccessKeyId", at.key.id)
    asked = {"LookupAttributes": [{"AttributeKey": what[0], "AttributeValue": what[1]}]}
    return Plan(
        step=StepName.REVIEW,
        title=f"Review what {at.key.user or at.key.id} did",
        stops="Nothing.",
        leaves="Anything: it is read-only.",
        reversible=True,
        undo=None,
        calls=(
            Call("cloudtrail", "DescribeTrails", {}),
            Call("cloudtrail", "LookupEvents", asked),
        ),
        warnings=("It runs while you take other steps. A trail's objects are read from S3.",),
    )


async def perform(
    at: Situation,
    on_progress: Callable[[Progress], None] | None = None,
    stop: asyncio.Event | None = None,
    *,
    keep: Path | None = None,
) -> Review:
    """Run the review this case asks for; of its result it keeps nothing.

    In the folder *keep* a reading that is cut notes how far it came.
    """
    key = at.key
    subject = Subject(key.user, key.id, key.service, at.caller.account, key.created)
    return await run_review(
        at.aws,
        subject,
        _window(at),
        source=at.options.source,
        athena=at.options.athena,
        marks=marks(at.case),
        on_progress=on_progress,
        stop=stop,
        keep=keep,
    )


def _window(at: Situation) -> Window:
    """Of files all is read, unless a time is named."""
    since, until = at.options.since, at.options.until
    if local_path(at.options.source):
        everything = Window.all_time()
        return Window(since or everything.since, until or everything.until)
    upto = until or at.aws.now()
    return Window(since or upto - DEFAULT_WINDOW, upto, up_to_now=until is None)


def marks(case: CaseState) -> Marks:
    """The moments of this case that findings are measured against."""
    deactivated = case.marked_by_aws("deactivate") or case.marked_by_aws("deny")
    # A replacement's calls are let in, and records may not tell it from the old key.
    again = [at for name in ("reactivate", "replace") if (at := case.marked_by_aws(name))]
    return Marks(
        suspected=case.suspected,
        deactivated=deactivated,
        switched_off=case.marked_by_aws("deactivate") is not None,
        reactivated=min((at for at in again if deactivated and at > deactivated), default=None),
        ours=frozenset(
            call.request_id for step in case.steps.values() for call in step.calls if call.request_id
        ),
    )


def record(review: Review, case: Case) -> None:
    """Keep *review* in the case; the words say the verdict, never more than the coverage allows."""
    evidence = case.keep_evidence("review.json", msgspec.json.encode(review.as_json()))
    case.append(
        "review",
        verdict=review.verdict,
        words=review.verdict_words,
        complete=review.complete,
        events=len(review.events),
        findings=[finding.told for finding in review.findings],
        headline=review.headline.words if review.headline else None,
        log_groups=sorted({event.log_group for event in review.use if event.log_group}),
        evidence=evidence,
    )
    case.append("verified", step=StepName.REVIEW, state=State.CONFIRMED, words=review.verdict_words)
    if in_force := review.seen_in_force:
        # Of the two only the one that the review went by: a denial does not say which of them denied it.
        step = StepName.DEACTIVATE if review.marks.switched_off else StepName.DENY
        if case.state().step(step).state is State.CONFIRMED:
            words = f"enforced: last denied call {clock.spoken(in_force, clock.now())}"
            case.append("verified", step=step, state=State.IN_FORCE, words=words)
    ended = case.state().step(LeverName.SESSIONS)
    since = ended.sent or ended.at
    if ended.state is State.CONFIRMED and since and (last := _last_denied(review, since)):
        words = f"enforced: last denied call of a session {clock.spoken(last, clock.now())}"
        case.append("verified", step=LeverName.SESSIONS, state=State.IN_FORCE, words=words)


def _last_denied(review: Review, since: datetime) -> datetime | None:
    """When a session from before *since* was denied last, where none was allowed anything after it."""
    older = {name for name, session in review.followed.sessions.items() if session.opened < since}
    begun = since.replace(microsecond=0)
    theirs = [event for event in review.events if event.session in older]
    after = [event for event in theirs if event.time >= begun]
    if any(event.let_in and event.time > since + LAG for event in after):
        return None
    # What was denied before as well shows nothing.
    before = {event.alike for event in theirs if event.refused and event.time < begun}
    denied = (event.time for event in after if event.refused and event.alike not in before)
    return max(denied, default=None)


async def verify(at: Situation) -> Verified:
    if not at.case.reviews:
        return Verified(State.TODO, "not reviewed yet")
    return Verified(State.CONFIRMED, str(at.case.reviews[-1]["words"]))


async def plan_undo(at: Situation) -> Plan:
    raise Refused("A review is read-only: there is nothing to undo.")


async def verify_undo(at: Situation) -> Verified:
    return await verify(at)
