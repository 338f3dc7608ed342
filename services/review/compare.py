"""Event history against a trail's bucket: what CloudTrail recorded, and the bucket does not have."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime

from services.review.collect import Collector
from services.review.coverage import HISTORY
from services.review.delivered import of_trail
from services.review.deliveries import Ledger
from services.review.model import Unreadable
from services.review.plan import Reading
from services.review.record import Event
from services.review.recorded import LEFT_OUT
from services.review.trails import TrailState
from services.review.words import calls, moment


def compare(collector: Collector, reading: Reading, ledger: Ledger) -> None:
    """Note what the event history has of the subject, and a trail's bucket has not, though it is due."""
    if not reading.history or reading.by_athena:
        return
    for state in reading.trails:
        if (until := of_trail(ledger, reading.trails, state)) is None:
            continue
        sharing = [each.source for each in reading.trails if each.place == state.place]
        # What could not be read is not lost.
        if collector.troubled.intersection(sharing):
            continue
        lost = not_in_bucket(
            collector.events("by"),
            state,
            in_history=collector.seen.get(HISTORY, ()),
            in_bucket=set[str]().union(*(collector.seen.get(each, ()) for each in sharing)),
            until=until,
        )
        if lost is not None:
            collector.trouble(lost)


def not_in_bucket(
    events: Iterable[Event],
    state: TrailState,
    *,
    in_history: Collection[str],
    in_bucket: Collection[str],
    until: datetime,
) -> Unreadable | None:
    """What the trail must have delivered by *until*, and is not there."""
    status = state.status
    if not state.takes_management or status is None or status.started is None or state.changes_trouble:
        return None
    since = max(each for each in (status.started, state.changed, state.known_from) if each)
    if not status.logging and status.stopped:
        until = min(until, status.stopped)
    lost = [
        event
        for event in events
        if since < event.time <= until
        and event.event_id in in_history
        and event.event_id not in in_bucket
        and event.source not in LEFT_OUT
    ]
    if not lost:
        return None
    bucket = f"s3://{state.trail.bucket}/{state.trail.prefix or ''}"
    told = (
        f"lost {calls(len(lost))} of this user that the event history has, "
        f"first {moment(lost[0].time)}, last {moment(lost[-1].time)}"
    )
    return replace(Unreadable.of(bucket, told), missing=True)
