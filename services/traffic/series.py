"""Curves of CloudWatch, kept between readings: each asks only for what is new or may still be late."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from statistics import fmean

from services.aws.cloudwatch import MetricQuery, get_metric_data
from services.aws.errors import AwsError
from services.aws.session import AwsSession
from services.traffic.lag import LATE

Point = tuple[datetime, float | None]
"""The start of a period, UTC, and the sum over it; None where CloudWatch has no point."""

BYTES, EVENTS = "IncomingBytes", "IncomingLogEvents"

_PERIODS = (1, 5, 10, 20, 30, 60, 300, 900, 1800, 3600, 10800)
_KEPT = ((timedelta(hours=3), 1), (timedelta(days=15), 60), (timedelta(days=63), 300))
"""How long CloudWatch keeps points how fine; older ones are one an hour."""

_MOST_PERIODS = 240
"""In one span: more than that no screen can show."""

_TOGETHER = timedelta(hours=3)
"""What lies further apart is asked for by itself: a call has one beginning and one end for all its curves."""

_MOST_KEPT = 20_000


@dataclass(frozen=True, slots=True)
class Curve:
    """The sums of *metric* of one log group, one for each whole period that began in [since, until)."""

    region: str
    log_group: str
    since: datetime
    until: datetime
    period_seconds: int = 60
    metric: str = BYTES

    @property
    def query(self) -> MetricQuery:
        return MetricQuery(self.log_group, self.metric, self.period_seconds)

    @property
    def period(self) -> timedelta:
        return timedelta(seconds=self.period_seconds)


def fitting_period(span: timedelta, age: timedelta, finest: int) -> int:
    """Seconds a point of a graph of *span* stands for; what is *age* old is not kept finer than that."""
    kept = next((seconds for limit, seconds in _KEPT if age <= limit), 3600)
    least = max(finest, kept)
    fitting = (each for each in _PERIODS if each >= least and span.total_seconds() / each <= _MOST_PERIODS)
    return next(fitting, _PERIODS[-1])


def floor(moment: datetime, period_seconds: int) -> datetime:
    """The beginning of the period that *moment* falls into."""
    return datetime.fromtimestamp(int(moment.timestamp()) // period_seconds * period_seconds, UTC)


Stretch = tuple[datetime, datetime]


@dataclass(slots=True)
class _Known:
    """The points of one query, and the stretches of time of which nothing more is expected."""

    points: dict[datetime, float] = field(default_factory=dict)
    settled: list[Stretch] = field(default_factory=list)

    def missing(self, since: datetime, until: datetime) -> Stretch | None:
        """The stretch that holds all that is still to be asked for."""
        for begin, end in self.settled:
            if begin <= since < end:
                since = end
            if begin < until <= end:
                until = begin
        return (since, until) if since < until else None

    def settle(self, since: datetime, until: datetime) -> None:
        joined = []
        for begin, end in self.settled:
            if end < since or until < begin:
                joined.append((begin, end))
            else:
                since, until = min(since, begin), max(until, end)
        self.settled = sorted([*joined, (since, until)])

    def forget_but(self, since: datetime, until: datetime) -> None:
        self.points = {at: value for at, value in self.points.items() if since <= at < until}
        self.settled = [
            (max(begin, since), min(end, until))
            for begin, end in self.settled
            if begin < until and since < end
        ]


class Series:
    """Reads many curves at once, and keeps what it read."""

    def __init__(self, aws: AwsSession) -> None:
        self._aws = aws
        self._known: dict[tuple[str, MetricQuery], _Known] = {}

    async def read(self, curves: Sequence[Curve], now: datetime) -> Mapping[str, AwsError]:
        """Ask for what is not known yet; answers why, for each Region that could not be read."""
        wanted: dict[str, dict[MetricQuery, Stretch]] = {}
        for curve in curves:
            known = self._known.get((curve.region, curve.query), _Known())
            if missing := known.missing(curve.since, min(curve.until, floor(now, curve.period_seconds))):
                of_region = wanted.setdefault(curve.region, {})
                since, until = of_region.get(curve.query, missing)
                of_region[curve.query] = min(since, missing[0]), max(until, missing[1])
        answers = await asyncio.gather(
            *(self._read_region(region, of_region, now) for region, of_region in wanted.items()),
            return_exceptions=True,
        )
        errors: dict[str, AwsError] = {}
        for region, answer in zip(wanted, answers, strict=True):
            if isinstance(answer, AwsError):
                errors[region] = answer
            elif isinstance(answer, BaseException):
                raise answer
        for curve in curves:
            known = self._known.get((curve.region, curve.query), _Known())
            if len(known.points) > _MOST_KEPT:
                known.forget_but(curve.since, curve.until)
        return errors

    def knows(self, curve: Curve) -> bool:
        """Whether anything was ever read of it."""
        return (curve.region, curve.query) in self._known

    def points(self, curve: Curve) -> tuple[Point, ...]:
        """Every period of *curve*, with a gap where there is no point."""
        known = self._known.get((curve.region, curve.query), _Known()).points
        periods = max(0, int((curve.until - curve.since) / curve.period))
        times = (curve.since + number * curve.period for number in range(periods))
        return tuple((at, known.get(at)) for at in times)

    async def _read_region(self, region: str, wanted: Mapping[MetricQuery, Stretch], now: datetime) -> None:
        for queries, (since, until) in _together(wanted):
            answer = await get_metric_data(self._aws, region, queries, since=since, until=until)
            for query in queries:
                known = self._known.setdefault((region, query), _Known())
                begin, end = wanted[query]
                # The period that goes on has a sum already, which would look like a fall.
                over = floor(now, query.period_seconds)
                kept = {at: value for at, value in known.points.items() if not begin <= at < end}
                known.points = kept | {at: value for at, value in answer[query] if at < over}
                certain = floor(now - _wait(query.period_seconds), query.period_seconds)
                if begin < (end := min(end, certain)):
                    known.settle(begin, end)


def _wait(period_seconds: int) -> timedelta:
    """For how long a period that is over may still change; finer points than AWS's own come sooner."""
    return min(3 * LATE, timedelta(seconds=15 * period_seconds))


def _together(wanted: Mapping[MetricQuery, Stretch]) -> Iterator[tuple[list[MetricQuery], Stretch]]:
    """The queries that are asked in one call, and for which stretch."""
    by_time = sorted(wanted.items(), key=lambda item: item[1])
    queries: list[MetricQuery] = []
    stretch: Stretch | None = None
    for query, (since, until) in by_time:
        both = (min(stretch[0], since), max(stretch[1], until)) if stretch else (since, until)
        if stretch in (None, (since, until)) or both[1] - both[0] <= _TOGETHER:
            queries, stretch = [*queries, query], both
            continue
        assert stretch is not None
        yield queries, stretch
        queries, stretch = [query], (since, until)
    if stretch:
        yield queries, stretch


def rate(points: Iterable[Point], period_seconds: int, per_seconds: int) -> tuple[Point, ...]:
    """*points* of *period_seconds* as what came in *per_seconds* on the average."""
    share = per_seconds / period_seconds
    return tuple((at, None if value is None else value * share) for at, value in points)


def total(curves: Sequence[Sequence[Point]]) -> tuple[Point, ...]:
    """The sum of curves of the same periods; a gap only where all of them have one."""
    return tuple(
        (points[0][0], sum(known) if (known := [value for _, value in points if value is not None]) else None)
        for points in zip(*curves, strict=True)
    )


def binned(points: Sequence[Point], since: datetime, until: datetime, count: int) -> tuple[Point, ...]:
    """*count* means of equal stretches of [since, until); a gap where a stretch has no point."""
    step = (until - since) / count
    inside: list[list[float]] = [[] for _ in range(count)]
    for at, value in points:
        if value is not None and since <= at < until:
            inside[int((at - since) / step)].append(value)
    return tuple((since + at * step, fmean(known) if known else None) for at, known in enumerate(inside))
