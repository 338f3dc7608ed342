"""The trails of an account as they are set now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import datetime

from services.aws import cloudtrail
from services.aws.cloudtrail import HISTORY_KEPT, EventSelectors, Pacer, Trail, TrailStatus
from services.aws.errors import AwsError, Expired
from services.aws.session import AwsSession
from services.base.text import clean
from services.review import record
from services.review.flight import together
from services.review.model import Unreadable, Window
from services.review.recorded import Recorded, recorded, takes_all_management


@dataclass(frozen=True, slots=True)
class TrailState:
    """One trail; *trouble* says what of it could not be read.

    *changed* is when its selectors were last put, where the event history has that in the window.
    """

    trail: Trail
    status: TrailStatus | None = None
    selectors: EventSelectors | None = None
    trouble: str | None = None
    changed: datetime | None = None
    changed_by: str | None = None

    @property
    def source(self) -> str:
        return f"trail {self.trail.name}"

    def takes(self, service: str | None) -> Recorded:
        """What its selectors let it record of the use of a key of *service*."""
        if self.selectors is None:
            return Recorded("unknown", self.trouble or "its selectors could not be read")
        return recorded(self.selectors, service)

    @property
    def takes_management(self) -> bool:
        """Whether the users' other calls are among its records, of every Region."""
        everywhere = self.trail.multi_region and self.trail.global_events
        return everywhere and self.selectors is not None and takes_all_management(self.selectors)


@dataclass(frozen=True, slots=True)
class Trails:
    """Every trail that records one of *regions*; *unreadable* has the Regions that would not say."""

    regions: tuple[str, ...]
    states: tuple[TrailState, ...] = ()
    unreadable: Mapping[str, Unreadable] = field(default_factory=dict)

    def troubles(self) -> tuple[Unreadable, ...]:
        states = (state for state in self.states if state.trouble)
        return (*self.unreadable.values(), *(Unreadable.of(each.source, each.trouble) for each in states))


async def read_trails(
    aws: AwsSession, regions: Sequence[str], window: Window, pacers: Mapping[str, Pacer]
) -> Trails:
    """The trails of *regions*, with status and selectors; what is denied is named, only Expired is raised."""
    found: dict[str, Trail] = {}
    unreadable: dict[str, Unreadable] = {}
    answers = await together(_describe(aws, region) for region in regions)
    for region, answer in zip(regions, answers, strict=True):
        if isinstance(answer, AwsError):
            unreadable[region] = Unreadable.of(f"the trails of {region}", answer)
        else:
            found |= {trail.arn: trail for trail in answer}
    states = await together(_state(aws, trail, window, pacers) for trail in found.values())
    return Trails(tuple(regions), tuple(states), unreadable)


async def _describe(aws: AwsSession, region: str) -> tuple[Trail, ...] | AwsError:
    try:
        return await cloudtrail.describe_trails(aws, region)
    except Expired:
        raise
    except AwsError as error:
        return error


async def _state(aws: AwsSession, trail: Trail, window: Window, pacers: Mapping[str, Pacer]) -> TrailState:
    state = TrailState(trail)
    try:
        state = replace(state, status=await cloudtrail.trail_status(aws, trail))
        state = replace(state, selectors=await cloudtrail.event_selectors(aws, trail))
    except Expired:
        raise
    except AwsError as error:
        return replace(state, trouble=clean(error, limit=600))
    try:
        return await _with_change(aws, state, window, pacers)
    except Expired:
        raise
    except AwsError:
        # It only sharpens what is said: the words are "as set now" all the same.
        return state


async def _with_change(
    aws: AwsSession, state: TrailState, window: Window, pacers: Mapping[str, Pacer]
) -> TrailState:
    home = state.trail.home_region
    pages = cloudtrail.lookup_events(
        aws,
        home,
        pacers[home],
        attribute=("EventName", "PutEventSelectors"),
        since=max(window.since, window.until - HISTORY_KEPT),
        until=window.until,
    )
    async with aclosing(pages):
        async for page in pages:
            for text in page:
                if change := _change(text, state.trail):
                    return replace(state, changed=change[0], changed_by=change[1])
    return state


def _change(text: str, trail: Trail) -> tuple[datetime, str] | None:
    raw = text.encode("utf-8", "surrogatepass")
    try:
        decoded = record.decode(raw)
        event = record.event(decoded, raw)
    except record.BadRecord:
        return None
    named = (decoded.request or {}).get("trailName")
    return (event.time, event.user) if named in (trail.name, trail.arn) and event.error is None else None
