"""How many bytes come into each log group, and what that says: per group, never per key.

No traffic is a missing point, not a zero, and points are late: a fresh hole proves nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import fmean, median

from services import clock
from services.aws.cloudwatch import MetricQuery, get_metric_data
from services.aws.errors import AwsError
from services.aws.logs import LogGroup, log_group_pages
from services.aws.session import AwsSession
from services.holdings import Unreadable
from services.spans import spoken

Point = tuple[datetime, float | None]
"""The start of a period, UTC, and the bytes that came in it; None where CloudWatch has no point."""

LATE = timedelta(minutes=5)
"""CloudWatch publishes a few minutes late; how late is not documented."""

READ_AGAIN = 15
"""Periods asked for once more at every reading: late points still come in there."""

FLOWING, FALLING, GONE = "flowing", "falling", "gone"
NEVER_SEEN, NO_DATA_YET = "never seen", "no data yet"


@dataclass(frozen=True, slots=True)
class GroupFlow:
    """The bytes of one log group; *newest* is the start of the newest period that has a point.

    *state* is flowing, falling, gone, never seen (in the time asked for) or no data yet.
    """

    log_group: str
    region: str
    bearer_enabled: bool | None
    points: tuple[Point, ...]
    newest: datetime | None
    state: str
    words: str

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
    """All groups at one moment; *unreadable* names the Regions whose points are older than that."""

    groups: tuple[GroupFlow, ...]
    at: datetime
    period_seconds: int
    unreadable: tuple[Unreadable, ...] = ()

    def as_json(self) -> dict[str, object]:
        return {
            "period_seconds": self.period_seconds,
            "at": clock.rfc3339(self.at),
            "unreadable": [part.as_json() for part in self.unreadable],
            "groups": [group.as_json() for group in self.groups],
        }


async def find_groups(
    aws: AwsSession, regions: Iterable[str], names: Sequence[str] = ()
) -> tuple[tuple[LogGroup, ...], tuple[Unreadable, ...]]:
    """The log groups of *regions*, all of them or those called *names*; and the Regions not read.

    Raises the AwsError of one where none could be read.
    """
    errors: dict[str, AwsError] = {}
    asked = tuple(regions)

    async def ask(region: str) -> list[LogGroup]:
        found: list[LogGroup] = []
        try:
            for prefix in names or (None,):
                async for page in log_group_pages(aws, region, prefix=prefix):
                    found += [group for group in page if not names or group.name == prefix]
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
        self._period = timedelta(seconds=period_seconds)
        self._aws = aws
        self._now = now
        self._known: dict[tuple[str, str], dict[datetime, float]] = {}
        self._covered: dict[tuple[str, str], tuple[datetime, datetime]] = {}

    async def read(self, groups: Sequence[LogGroup], since: datetime, until: datetime) -> Reading:
        """The periods that began in [since, until) and are over; raises AwsError where no Region answered."""
        since, until = self._floor(since), self._floor(min(until, self._now()))
        by_region: dict[str, list[LogGroup]] = {}
        for group in groups:
            by_region.setdefault(group.region, []).append(group)
        answers = await asyncio.gather(
            *(self._read_region(region, wanted, since, until) for region, wanted in by_region.items()),
            return_exceptions=True,
        )
        unreadable: list[Unreadable] = []
        for region, answer in zip(by_region, answers, strict=True):
            if isinstance(answer, AwsError) and len(unreadable) + 1 < len(by_region):
                unreadable.append(Unreadable(f"traffic in {region}", str(answer)))
            elif isinstance(answer, BaseException):
                raise answer
        now = self._now()
        flows = tuple(self._flow(group, since, until, now) for group in groups)
        return Reading(flows, now, self.period_seconds, tuple(unreadable))

    async def _read_region(
        self, region: str, groups: Sequence[LogGroup], since: datetime, until: datetime
    ) -> None:
        covered = [self._covered.get((region, group.name)) for group in groups]
        begin = since
        if all(times is not None and times[0] <= since for times in covered):
            newest = min(times[1] for times in covered if times is not None)
            begin = max(since, min(newest, until) - READ_AGAIN * self._period)
        if begin >= until:
            return
        answer = await get_metric_data(
            self._aws,
            region,
            [MetricQuery(group.name) for group in groups],
            since=begin,
            until=until,
            period_seconds=self.period_seconds,
        )
        for group in groups:
            key = (region, group.name)
            kept = {at: value for at, value in self._known.get(key, {}).items() if since <= at < begin}
            self._known[key] = kept | dict(answer[MetricQuery(group.name)])
            self._covered[key] = (since, until)

    def _flow(self, group: LogGroup, since: datetime, until: datetime, now: datetime) -> GroupFlow:
        key = (group.region, group.name)
        known = self._known.get(key, {})
        periods = max(0, int((until - since) / self._period))
        points = tuple((at, known.get(at)) for at in (since + n * self._period for n in range(periods)))
        state, words = judge(points, now, self._period, read=key in self._covered)
        newest = max((at for at, value in points if value is not None), default=None)
        return GroupFlow(group.name, group.region, group.bearer_enabled, points, newest, state, words)

    def _floor(self, moment: datetime) -> datetime:
        whole = int(moment.timestamp()) // self.period_seconds * self.period_seconds
        return datetime.fromtimestamp(whole, UTC)


def patience(period: timedelta) -> timedelta:
    """How long a hole may be the lag alone; a finer period than AWS's own is published sooner."""
    return max(LATE, 2 * period) if period >= timedelta(minutes=1) else 5 * period


def judge(points: Sequence[Point], now: datetime, period: timedelta, *, read: bool = True) -> tuple[str, str]:
    """The state and its words, no surer than the lag allows."""
    if not read or not points:
        return NO_DATA_YET, "nothing was read yet"
    window = spoken(points[-1][0] + period - points[0][0])
    seen = [(at, value) for at, value in points if value is not None]
    carried = [at for at, value in seen if value]
    if not carried:
        if now - points[0][0] <= patience(period):
            return NO_DATA_YET, "no point yet; CloudWatch publishes late"
        return NEVER_SEEN, f"no bytes in the last {window}"
    newest, last = seen[-1][0], carried[-1]
    age = now - (newest + period)
    told = f"newest point {spoken(age)} old"
    silent = now - (last + period)
    if silent > patience(period) or newest > last:
        since = clock.spoken(last + period, now)
        return GONE, f"gone since {since}, {spoken(silent)} ago"
    state = FALLING if _falls([value for _, value in points if value is not None]) else FLOWING
    if age >= 2 * period:
        told += "; CloudWatch publishes late"
    return state, told


def _falls(values: Sequence[float]) -> bool:
    """Whether the last three points carry less than half of what the dozen before them did."""
    before, last = values[-15:-3], values[-3:]
    return len(before) >= 3 and fmean(last) < median(before) / 2
