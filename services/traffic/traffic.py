"""How many bytes come into each log group, and what that says: per group, never per key.

No traffic is a missing point, not a zero, and points are late: a fresh hole proves nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from statistics import fmean, median

from services.aws.errors import AwsError
from services.aws.logs import LogGroup, log_group_pages
from services.aws.session import AwsSession
from services.base import clock
from services.base.spans import spoken
from services.keys.holdings import Unreadable
from services.traffic.lag import Lags, arrived_until, settles_in
from services.traffic.series import Curve, Series, floor
from services.traffic.series import Point as Point

FLOWING, FALLING, GONE, UNSURE = "flowing", "falling", "gone", "late or stopped"
NEVER_SEEN, NO_DATA_YET = "never seen", "no data yet"


@dataclass(frozen=True, slots=True)
class GroupFlow:
    """The bytes of one log group; *newest* is the start of the newest period that has a point.

    *state* is flowing, falling, gone, late or stopped, never seen (in the time asked for) or no data yet.
    *arrived* is up to when a missing point is no bytes, not a late one.
    """

    log_group: str
    region: str
    bearer_enabled: bool | None
    points: tuple[Point, ...]
    newest: datetime | None
    state: str
    words: str
    arrived: datetime | None = None

    @property
    def latest(self) -> float | None:
        """The bytes of the newest point."""
        return next((value for _, value in reversed(self.points) if value is not None), None)

    def as_json(self) -> dict[str, object]:
        return {
            "log_group": self.log_group,
            "region": self.region,
            "bearer_enabled": self.bearer_enabled,
            "points": [[clock.rfc3339(at), value] for at, value in self.points],
            "newest": clock.rfc3339(self.newest) if self.newest else None,
            "state": self.state,
            "words": self.words,
        }


@dataclass(frozen=True, slots=True)
class Reading:
    """All groups at one moment; *unreadable* names the Regions whose points are older than that.

    *lags* are how late points came, the longest of each Region, where that was seen.
    """

    groups: tuple[GroupFlow, ...]
    at: datetime
    period_seconds: int
    unreadable: tuple[Unreadable, ...] = ()
    lags: Mapping[str, timedelta] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        return {
            "period_seconds": self.period_seconds,
            "at": clock.rfc3339(self.at),
            "unreadable": [part.as_json() for part in self.unreadable],
            "lag_seconds": {region: lag.total_seconds() for region, lag in self.lags.items()},
            "groups": [group.as_json() for group in self.groups],
        }


async def find_groups(
    aws: AwsSession,
    regions: Iterable[str],
    names: Sequence[str] = (),
    *,
    on_found: Callable[[int], None] | None = None,
) -> tuple[tuple[LogGroup, ...], tuple[Unreadable, ...]]:
    """The log groups of *regions*, all of them or those called *names*; and the Regions not read.

    *on_found* is told how many each page holds. Raises the AwsError of one where none could be read.
    """
    errors: dict[str, AwsError] = {}
    asked = tuple(regions)

    async def ask(region: str) -> list[LogGroup]:
        found: list[LogGroup] = []
        try:
            for prefix in names or (None,):
                async for page in log_group_pages(aws, region, prefix=prefix):
                    found += [group for group in page if not names or group.name == prefix]
                    if on_found:
                        on_found(len(page))
        except AwsError as error:
            errors[region] = error
        return found

    answers = await asyncio.gather(*(ask(region) for region in asked))
    if errors and len(errors) == len(asked):
        raise next(iter(errors.values()))
    unreadable = (Unreadable(f"log groups of {region}", str(error)) for region, error in errors.items())
    found = {(group.region, group.name): group for groups in answers for group in groups}
    return tuple(found.values()), tuple(unreadable)


class Traffic:
    """Reads many log groups at once: one GetMetricData a Region for up to 500 of them.

    *period_seconds* is 1, 5, 10, 20, 30 or a multiple of 60; AWS itself has one point a minute.
    What was read is kept, so that each further reading asks only for what is new or may be late.
    """

    def __init__(
        self, aws: AwsSession, period_seconds: int = 60, *, now: Callable[[], datetime] = clock.now
    ) -> None:
        if period_seconds not in (1, 5, 10, 20, 30) and (period_seconds < 60 or period_seconds % 60):
            raise ValueError("A period is 1, 5, 10, 20 or 30 seconds, or whole minutes.")
        self.period_seconds = period_seconds
        self.series = Series(aws)
        self._lags = Lags()
        self._now = now

    async def read(
        self, groups: Sequence[LogGroup], since: datetime, until: datetime, also: Sequence[Curve] = ()
    ) -> Reading:
        """The periods that began in [since, until) and are over; raises AwsError where no Region answered.

        What *also* is wanted is read by the same calls where that can be, and is then in `series`.
        """
        now = self._now()
        since, until = floor(since, self.period_seconds), floor(min(until, now), self.period_seconds)
        curves = [Curve(group.region, group.name, since, until, self.period_seconds) for group in groups]
        errors = await self.series.read([*curves, *also], now)
        if errors and len(errors) == len({curve.region for curve in (*curves, *also)}):
            raise next(iter(errors.values()))
        for region in {curve.region for curve in curves}:
            self._lags.saw(region, self._ends(region, curves), now)
        flows = tuple(self._flow(group, curve) for group, curve in zip(groups, curves, strict=True))
        unreadable = tuple(Unreadable(f"traffic in {region}", str(error)) for region, error in errors.items())
        return Reading(flows, self._now(), self.period_seconds, unreadable, self._lags.seen())

    def _flow(self, group: LogGroup, curve: Curve) -> GroupFlow:
        points, read = self.series.points(curve), self.series.knows(curve)
        now = self._now()
        arrived = self._lags.arrived(curve.region, curve.period, now)
        lag = self._lags.seen().get(curve.region)
        state, words = judge(points, now, curve.period, arrived, lag=lag, read=read)
        return GroupFlow(
            group.name, group.region, group.bearer_enabled, points, _newest(points), state, words, arrived
        )

    def _ends(self, region: str, curves: Sequence[Curve]) -> list[datetime]:
        newest = (_newest(self.series.points(curve)) for curve in curves if curve.region == region)
        return [each + timedelta(seconds=self.period_seconds) for each in newest if each]


def _newest(points: Sequence[Point]) -> datetime | None:
    return next((at for at, value in reversed(points) if value is not None), None)


def judge(
    points: Sequence[Point],
    now: datetime,
    period: timedelta,
    arrived: datetime | None = None,
    *,
    lag: timedelta | None = None,
    read: bool = True,
) -> tuple[str, str]:
    """The state and its words: a flow has stopped only where its points would be there by now.

    *arrived* is up to when they are, see `arrived_until`; by what is taken for the lag where it is None.
    *lag* is how late points were seen to come.
    """
    arrived = arrived or arrived_until(period, now)
    if not read or not points:
        return NO_DATA_YET, "nothing read yet"
    window = spoken(points[-1][0] + period - points[0][0])
    seen = [(at, value) for at, value in points if value is not None]
    carried = [at for at, value in seen if value]
    if not carried:
        if points[0][0] + period > arrived:
            return NO_DATA_YET, "no point yet; CloudWatch publishes late"
        return NEVER_SEEN, f"no bytes in the last {window}"
    newest, last = seen[-1][0], carried[-1]
    age = now - (newest + period)
    told = f"newest point {spoken(age)} old"
    silent, since = now - (last + period), clock.spoken(last + period, now)
    if newest > last or last + 2 * period <= arrived:
        return GONE, f"stopped at {since}, {spoken(silent)} ago"
    if age >= max(3 * period, (lag or timedelta()) + 2 * period):
        return UNSURE, f"no points since {since}: late or stopped"
    state = FALLING if _falls([value for _, value in points if value is not None]) else FLOWING
    if age >= 2 * period:
        told += "; CloudWatch publishes late"
    return state, told


def seen_earlier(flow: GroupFlow, points: Sequence[Point], period: timedelta, now: datetime) -> GroupFlow:
    """*flow* as gone, not as never seen, where coarser *points* reach back to when bytes came."""
    carried = [at for at, value in points if value]
    if flow.state != NEVER_SEEN or not carried:
        return flow
    silent_since = flow.points[0][0] if flow.points else now
    by = min(carried[-1] + period, silent_since)
    return replace(flow, state=GONE, words=f"stopped at {clock.spoken(by, now)} or before")


@dataclass(frozen=True, slots=True)
class Aftermath:
    """Whether bytes came after a deed, and how sure that is, in *words* and in few."""

    words: str
    short: str


def after_deed(
    points: Sequence[Point],
    period: timedelta,
    deed: str,
    done_at: datetime,
    now: datetime,
    arrived: datetime | None = None,
) -> Aftermath:
    """What *points* say of *deed*; whose the bytes were, the metric does not tell.

    *arrived* is as of `judge`.
    """
    carried = [at for at, value in points if value]
    if later := [at for at in carried if at >= done_at]:
        last = clock.spoken(later[-1] + period, now)
        return Aftermath(
            f"data still arriving after {deed}, last by {last}: other keys may share this group",
            "data still arriving (other keys may share this group)",
        )
    # The period in which it was done may have bytes of before, and the next is the first that tells.
    arrived = arrived or arrived_until(period, now)
    if done_at + 2 * period > arrived:
        # Where points were seen to come later than is taken for the lag, it is as late as that.
        at = f"{done_at + 2 * period + max(settles_in(period), now - arrived):%H:%M:%S}"
        return Aftermath(
            f"no data after {deed} so far; certain by {at} at the latest, once metrics catch up",
            f"no data since (certain by {at})",
        )
    last = f"the last by {clock.spoken(carried[-1] + period, now)}" if carried else "no data before it either"
    return Aftermath(f"no data after {deed}; {last}", "no data after it")


def _falls(values: Sequence[float]) -> bool:
    """Whether the last three points carry less than half of what the dozen before them did."""
    before, last = values[-15:-3], values[-3:]
    return len(before) >= 3 and fmean(last) < median(before) / 2
