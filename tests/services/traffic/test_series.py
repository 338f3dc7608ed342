"""Curves, read from the sandbox over HTTP: what is asked for, how often, and what is kept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from sandbox.logs.meter import Meter
from sandbox.wire.server import Sandbox
from services.aws.session import AwsSession
from services.traffic.series import EVENTS, Curve, Series, fitting_period, floor, rate, total

HERE, THERE = "us-east-1", "eu-west-1"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NOW = datetime.now(UTC).replace(minute=20, second=30, microsecond=0) - HOUR


@pytest.fixture
async def aws(sandbox: Sandbox) -> AsyncIterator[AwsSession]:
    async with AwsSession(regions=(HERE, THERE)) as session:
        yield session


class Metrics:
    """What came into log groups, and a count of the calls that read it."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.calls = 0
        sandbox.faults.on("GetMetricData", "before", self._count)

    def _count(self) -> None:
        self.calls += 1

    def carry(self, when: datetime, size: int, group: str = "/app", events: int = 1) -> None:
        with self.sandbox.world.lock:
            self.sandbox.world.part(Meter).add(HERE, group, when, size, events)


@pytest.fixture
def metrics(sandbox: Sandbox) -> Metrics:
    return Metrics(sandbox)


def known(series: Series, curve: Curve) -> dict[datetime, float]:
    return {at: value for at, value in series.points(curve) if value is not None}


def recent(now: datetime = NOW, group: str = "/app") -> Curve:
    until = floor(now, 60)
    return Curve(HERE, group, until - HOUR, until)


async def test_curves_of_all_kinds_are_one_call_a_tick_once_they_are_known(
    metrics: Metrics, aws: AwsSession
) -> None:
    """Fine points, a week by the hour, its events, and the same minutes a day before."""
    series, now = Series(aws), NOW

    def wanted() -> list[Curve]:
        hours = floor(now, 3600) - 7 * DAY
        return [
            recent(now),
            recent(now, "/other"),
            Curve(HERE, "/app", hours, hours + 8 * DAY, 3600),
            Curve(HERE, "/app", hours, hours + 8 * DAY, 3600, EVENTS),
            Curve(HERE, "/app", floor(NOW, 60) - DAY, floor(NOW, 60) - DAY + HOUR),
        ]

    metrics.carry(NOW - 2 * MINUTE, 5)
    metrics.carry(NOW - 26 * HOUR, 7, events=3)
    await series.read(wanted(), now)
    first = metrics.calls
    assert first <= 3
    for _ in range(3):
        now += MINUTE
        await series.read(wanted(), now)
    assert metrics.calls == first + 3
    fine, _, week, events, _ = wanted()
    assert sum(known(series, fine).values()) == 5
    assert sum(known(series, week).values()) == 7
    assert sum(known(series, events).values()) == 3


async def test_what_is_over_is_asked_for_once(metrics: Metrics, aws: AwsSession) -> None:
    series = Series(aws)
    before = Curve(HERE, "/app", floor(NOW, 60) - 5 * HOUR, floor(NOW, 60) - 4 * HOUR)
    metrics.carry(before.since + MINUTE, 9)
    await series.read([before], NOW)
    await series.read([before], NOW + MINUTE)
    assert metrics.calls == 1
    assert known(series, before) == {before.since + MINUTE: 9}


async def test_a_stretch_beside_a_known_one_is_read_by_itself(metrics: Metrics, aws: AwsSession) -> None:
    series, end = Series(aws), floor(NOW, 60) - 4 * HOUR
    metrics.carry(end - 90 * MINUTE, 1)
    metrics.carry(end - 30 * MINUTE, 2)
    await series.read([Curve(HERE, "/app", end - HOUR, end)], NOW)
    both = Curve(HERE, "/app", end - 2 * HOUR, end)
    await series.read([both], NOW)
    await series.read([both], NOW)
    assert metrics.calls == 2
    assert list(known(series, both).values()) == [1, 2]


async def test_the_period_that_goes_on_is_left_out(metrics: Metrics, aws: AwsSession) -> None:
    series, hour = Series(aws), floor(NOW, 3600)
    metrics.carry(hour - MINUTE, 4)
    metrics.carry(hour + MINUTE, 8)
    week = Curve(HERE, "/app", hour - DAY, hour + DAY, 3600)
    await series.read([recent(), week], NOW)
    assert known(series, week) == {hour - HOUR: 4}
    assert sum(known(series, recent()).values()) == 12


async def test_a_region_that_fails_is_named_and_asked_again(metrics: Metrics, aws: AwsSession) -> None:
    series = Series(aws)
    metrics.carry(NOW - 9 * MINUTE, 4)
    metrics.sandbox.faults.add("deny:GetMetricData:1")
    assert list(await series.read([recent()], NOW)) == [HERE]
    assert not series.knows(recent())
    assert await series.read([recent()], NOW) == {}
    assert sum(known(series, recent()).values()) == 4


async def test_only_so_much_is_kept(
    metrics: Metrics, aws: AwsSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.traffic.series._MOST_KEPT", 10)
    series = Series(aws)
    for ago in range(60):
        metrics.carry(NOW - ago * MINUTE, 1)
    await series.read([recent()], NOW)
    short = Curve(HERE, "/app", floor(NOW, 60) - 5 * MINUTE, floor(NOW, 60))
    await series.read([short], NOW)
    assert len(known(series, short)) == 5
    assert len(known(series, recent())) == 5
    await series.read([recent()], NOW)
    assert len(known(series, recent())) == 59


@pytest.mark.parametrize(
    ("span", "age", "finest", "seconds"),
    [
        (HOUR, HOUR, 60, 60),
        (3 * HOUR, 6 * HOUR, 60, 60),
        (12 * HOUR, DAY, 60, 300),
        (HOUR, 16 * DAY, 60, 300),
        (HOUR, 64 * DAY, 60, 3600),
        (15 * DAY, 30 * DAY, 60, 10800),
        (20 * MINUTE, 40 * MINUTE, 5, 5),
        (HOUR, 2 * HOUR, 5, 20),
        (20 * MINUTE, DAY, 5, 60),
    ],
)
def test_a_point_is_as_fine_as_its_age_and_the_graph_allow(
    span: timedelta, age: timedelta, finest: int, seconds: int
) -> None:
    assert fitting_period(span, age, finest) == seconds


def test_a_sum_has_a_gap_only_where_all_have_one() -> None:
    one, other = ((NOW, 1.0), (NOW + MINUTE, None)), ((NOW, None), (NOW + MINUTE, None))
    assert total([one, other]) == ((NOW, 1.0), (NOW + MINUTE, None))
    assert total([]) == ()
    assert rate(((NOW, 600.0), (NOW + HOUR, None)), 3600, 60) == ((NOW, 10.0), (NOW + HOUR, None))
