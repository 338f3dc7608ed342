"""The trails of an account as they are set now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from services.aws import cloudtrail
from services.aws.cloudtrail import EventSelectors, Pacer, Trail, TrailStatus
from services.aws.errors import AwsError, Expired, NoCredentials
from services.aws.session import AwsSession
from services.aws.sts import get_caller
from services.base.arn import account_in
from services.base.text import clean
from services.review import changes
from services.review.changes import Change, Switch
from services.review.flight import together
from services.review.keeping import Keeping
from services.review.model import Unreadable, Window
from services.review.recorded import Recorded, recorded, takes_all_management


@dataclass(frozen=True, slots=True)
class TrailState:
    """One trail; *trouble* says what of it could not be read.

    *changed* is when what it records, or where to, was last changed, where the event history has that since
    the window began; *changed_what* says which it was. *switches* are its starts and stops, where the latest
    ones do not tell all of the window.
    """

    trail: Trail
    status: TrailStatus | None = None
    selectors: EventSelectors | None = None
    trouble: str | None = None
    changed: datetime | None = None
    changed_by: str | None = None
    changed_what: str = "its selectors were changed"
    change: Change | None = None
    known_from: datetime | None = None
    """Since when changes are known: event history reaches 90 days back."""
    changes_trouble: str | None = None
    """Why its changes could not be looked up."""
    switches: tuple[Switch, ...] = ()
    keeping: Keeping | None = None
    """How long its bucket keeps what it delivers, where that was read."""

    @property
    def source(self) -> str:
        return f"trail {self.trail.name}"

    def takes(self, service: str | None) -> Recorded:
        """What its selectors let it record of the use of a key of *service*."""
        if self.selectors is None:
            return Recorded("unknown", self.trouble or "its selectors could not be read")
        return recorded(self.selectors, service)

    @property
    def takes_all_management(self) -> bool:
        """Whether all management events of its Regions are among its records."""
        return self.selectors is not None and takes_all_management(self.selectors)

    @property
    def place(self) -> tuple[str, str | None]:
        """Where it delivers to; trails may share that, and their objects then stand among each other."""
        return self.trail.bucket, self.trail.prefix

    def records(self, region: str) -> bool:
        return self.trail.multi_region or self.trail.home_region == region

    @property
    def takes_management(self) -> bool:
        """Whether the users' other calls are among its records, of every Region."""
        return self.trail.multi_region and self.trail.global_events and self.takes_all_management


@dataclass(frozen=True, slots=True)
class Trails:
    """Every trail that records one of *regions*; *unreadable* has the Regions that would not say."""

    regions: tuple[str, ...]
    states: tuple[TrailState, ...] = ()
    unreadable: Mapping[str, Unreadable] = field(default_factory=dict)
    narrowed: bool = False
    """Whether there are more Regions, which were not asked about."""

    def troubles(self) -> tuple[Unreadable, ...]:
        states = (state for state in self.states if state.trouble)
        return (*self.unreadable.values(), *(Unreadable.of(each.source, each.trouble) for each in states))


async def read_trails(
    aws: AwsSession,
    regions: Sequence[str],
    window: Window,
    pacers: Mapping[str, Pacer],
    *,
    sure: bool = True,
    narrowed: bool = False,
    now: datetime | None = None,
    changes_too: bool = True,
) -> Trails:
    """The trails of *regions*, with status and selectors; what is denied is named, only Expired is raised.

    Without *changes_too* what was changed before is not asked, and nothing is known but of now. Where it is
    not *sure* that all of *regions* are enabled, those that take no credentials are not.
    """
    found: dict[str, Trail] = {}
    unreadable: dict[str, Unreadable] = {}
    disabled: list[str] = []
    answers = await together(_describe(aws, region) for region in regions)
    for region, answer in zip(regions, answers, strict=True):
        if isinstance(answer, NoCredentials) and not sure:
            disabled.append(region)
        elif isinstance(answer, AwsError):
            unreadable[region] = Unreadable.of(f"the trails of {region}", answer)
        else:
            found |= {trail.arn: trail for trail in answer}
    states = await together(
        _state(aws, trail, window, pacers, now or window.until, changes_too) for trail in found.values()
    )
    enabled = tuple(region for region in regions if region not in disabled)
    return Trails(enabled, tuple(states), unreadable, narrowed)


async def _describe(aws: AwsSession, region: str) -> tuple[Trail, ...] | AwsError:
    try:
        return await cloudtrail.describe_trails(aws, region)
    except Expired:
        raise
    except AwsError as error:
        return error


async def _state(
    aws: AwsSession,
    trail: Trail,
    window: Window,
    pacers: Mapping[str, Pacer],
    now: datetime,
    changes_too: bool,
) -> TrailState:
    state = TrailState(trail)
    try:
        state = replace(state, status=await cloudtrail.trail_status(aws, trail))
        state = replace(state, selectors=await cloudtrail.event_selectors(aws, trail))
    except Expired:
        raise
    except AwsError as error:
        return replace(state, trouble=clean(error, limit=600))
    return await _with_changes(aws, state, window, pacers, now) if changes_too else state


async def _with_changes(
    aws: AwsSession, state: TrailState, window: Window, pacers: Mapping[str, Pacer], now: datetime
) -> TrailState:
    """*state* with what was changed since the window began, also after its end."""
    trail, begun = state.trail, changes.reaches(now)
    owner, here = account_in(trail.arn), (await get_caller(aws)).account
    if owner != here:
        # An organization's trail is changed in the account that it is of, and recorded there alone.
        return replace(state, changes_trouble=f"account {owner} has its changes, and only {here} was asked")
    since = max(window.since, begun)
    try:
        newest = await changes.newest_change(aws, trail, since, now, pacers)
        if newest is not None:
            state = replace(
                state,
                changed=newest.time,
                changed_by=newest.by,
                changed_what=newest.what,
                change=newest,
            )
    except Expired:
        raise
    except AwsError as error:
        return replace(state, changes_trouble=clean(error, limit=600))
    return replace(state, known_from=begun)


async def with_switches(
    aws: AwsSession, trails: Trails, window: Window, pacers: Mapping[str, Pacer], now: datetime
) -> Trails:
    """*trails* with every start and stop, where the latest ones do not tell all of the window."""

    async def each(state: TrailState) -> TrailState:
        started = state.status.started if state.status else None
        if started is None or started <= window.since or state.changes_trouble:
            return state
        try:
            found = await changes.switches(aws, state.trail, changes.reaches(now), now, pacers)
        except Expired:
            raise
        except AwsError:
            return state
        return replace(state, switches=found)

    return replace(trails, states=tuple(await together(each(state) for state in trails.states)))
