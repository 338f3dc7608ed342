"""Where a trail delivered nothing for long, event history tells whether there was anything to deliver."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from itertools import pairwise

from services.aws import cloudtrail
from services.aws.cloudtrail import HISTORY_KEPT, Pacer
from services.aws.errors import AwsError, Expired
from services.aws.session import AwsSession
from services.base import clock
from services.review import record as records
from services.review.batch import Batch, undelivered
from services.review.deliveries import Deliveries
from services.review.flight import together
from services.review.record import BadRecord
from services.review.recorded import GLOBAL, LEFT_OUT
from services.review.trails import TrailState

Span = tuple[datetime, datetime]
BEGUN = timedelta(minutes=2)
"""A key has whole minutes: what was called in the same may be in that object."""
LATEST = timedelta(hours=3)
"""So long before the next object, a call may be in it: AWS says how late that usually is, not at most."""
ASKED = 2
"""Silences of one Region that are asked about, the longest."""
MOST_PAGES = 6
"""Pages in which a call is looked for: what trails leave out, as the calls to KMS, may fill the first."""


async def unheard(
    aws: AwsSession,
    pacers: Mapping[str, Pacer],
    state: TrailState,
    regions: tuple[str, ...],
    seen: Mapping[str, Deliveries],
    expected: Span,
    what: str,
) -> list[Batch]:
    """A batch for each silence in which event history has calls that the trail must have delivered."""
    if not state.takes_all_management or state.changes_trouble:
        return []
    trail = state.trail
    wanted = regions if trail.multi_region else (trail.home_region,)
    since = max(expected[0], clock.now() - HISTORY_KEPT, state.changed or expected[0])
    asked = [
        (region, silence)
        for region in wanted
        for silence in _silences(seen.get(region) or Deliveries(), since, expected[1])
    ]
    left_out = LEFT_OUT if trail.global_events else LEFT_OUT | GLOBAL
    heard = await together(
        _heard(aws, pacers[region], region, silence, left_out) for region, silence in asked
    )
    return [
        undelivered(state.source, f"{what} of {region}", silence)
        for (region, silence), found in zip(asked, heard, strict=True)
        if found
    ]


def _silences(deliveries: Deliveries, since: datetime, until: datetime) -> list[Span]:
    """The longest spans without an object, where these are not missed anyway."""
    if deliveries.steady:
        return []
    edges = [since, *(time for time in sorted(deliveries.times) if since < time < until), until]
    spans = [(begin + BEGUN, end - LATEST) for begin, end in pairwise(edges)]
    longest = sorted(spans, key=lambda span: span[1] - span[0], reverse=True)
    return [span for span in longest[:ASKED] if span[0] < span[1]]


async def _heard(aws: AwsSession, pacer: Pacer, region: str, span: Span, left_out: Collection[str]) -> bool:
    """Whether event history has a call of that time that is not *left_out*; False where unknown."""
    pages = cloudtrail.lookup_events(aws, region, pacer, attribute=None, since=span[0], until=span[1])
    read = 0
    try:
        async for page in pages:
            read += 1
            if (found := any(_counts(text, span, left_out) for text in page)) or read == MOST_PAGES:
                return found
    except Expired:
        raise
    except AwsError:
        pass
    finally:
        await pages.aclose()
    return False


def _counts(text: str, span: Span, left_out: Collection[str]) -> bool:
    raw = text.encode("utf-8", "surrogatepass")
    try:
        event = records.event(records.decode(raw), raw)
    except BadRecord:
        return False
    return span[0] <= event.time <= span[1] and event.source not in left_out
