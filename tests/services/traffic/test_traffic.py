"""Traffic, read from the sandbox over HTTP, and what is made of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.logs.meter import Meter
from sandbox.wire.server import Sandbox
from services.aws.errors import Denied
from services.aws.logs import LogGroup
from services.aws.session import AwsSession
from services.traffic.lag import LATE, Lags
from services.traffic.series import floor
from services.traffic.traffic import (
    FALLING,
    FLOWING,
    GONE,
    NEVER_SEEN,
    NO_DATA_YET,
    UNSURE,
    GroupFlow,
    Point,
    Traffic,
    after_deed,
    find_groups,
    judge,
    seen_earlier,
)

Boto = Callable[..., Any]
NOW = datetime(2026, 11, 23, 14, 2, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HERE, THERE = "us-east-1", "eu-west-1"


@pytest.fixture
async def aws(sandbox: Sandbox) -> AsyncIterator[AwsSession]:
    async with AwsSession(regions=(HERE, THERE)) as session:
        yield session


def minutes(*values: float | None) -> list[Point]:
    """The last periods before NOW, the newest at 14:01."""
    newest = NOW.replace(second=0) - MINUTE
    return [(newest - (len(values) - 1 - at) * MINUTE, value) for at, value in enumerate(values)]


@pytest.mark.parametrize(
    ("points", "state", "words"),
    [
        ([], NO_DATA_YET, "nothing read yet"),
        (minutes(*[None] * 4), NO_DATA_YET, "no point yet; CloudWatch publishes late"),
        (minutes(*[None] * 60), NEVER_SEEN, "no bytes in the last 1 h"),
        (minutes(*[0] * 60), NEVER_SEEN, "no bytes in the last 1 h"),
        (minutes(*[5] * 20), FLOWING, "newest point 30 s old"),
        (minutes(*[5] * 20, None, None), FLOWING, "newest point 2 min old; CloudWatch publishes late"),
        (minutes(*[5] * 20, *[None] * 4), UNSURE, "no points since 13:58:00: late or stopped"),
        (minutes(*[5] * 20, *[None] * 9), UNSURE, "no points since 13:53:00: late or stopped"),
        (minutes(*[5] * 20, *[None] * 16), GONE, "stopped at 13:46:00, 16 min ago"),
        (minutes(*[5] * 20, 0, 0), GONE, "stopped at 14:00:00, 2 min ago"),
        (minutes(*[900] * 12, 100, 90, 80), FALLING, "newest point 30 s old"),
        (
            minutes(*[900] * 12, 100, 90, 80, None, None),
            FALLING,
            "newest point 2 min old; CloudWatch publishes late",
        ),
        (minutes(900, 1), FLOWING, "newest point 30 s old"),
    ],
)
def test_the_state_is_no_surer_than_the_lag_allows(points: list[Point], state: str, words: str) -> None:
    assert judge(points, NOW, MINUTE) == (state, words)


def test_a_finer_period_is_gone_sooner() -> None:
    """The sandbox's own: a flow that ends is seen within a minute and a half, though nothing else flows."""
    five = timedelta(seconds=5)
    newest = NOW - five
    points: list[Point] = [(newest - n * five, 70.0 if n > 16 else None) for n in range(40)]
    assert judge(sorted(points), NOW, five)[0] == GONE


@given(
    lag=st.integers(0, 900),
    reads=st.lists(st.integers(1, 600), min_size=1, max_size=12),
    stops=st.booleans(),
    others=st.booleans(),
)
def test_no_flow_is_gone_that_is_only_late(lag: int, reads: list[int], stops: bool, others: bool) -> None:
    """Gone is said of a flow that ended, and only then, unless points suddenly come thrice as late."""
    lags, now = Lags(), NOW
    began, ended = NOW - 60 * MINUTE, NOW - 2 * MINUTE
    for seconds in reads:
        now += timedelta(seconds=seconds)
        there = floor(now - timedelta(seconds=lag), 60)
        end = min(there, ended) if stops else there
        times = [began + n * MINUTE for n in range(int((now - began) / MINUTE))]
        times = [floor(at, 60) for at in times]
        points: list[Point] = [(at, 5.0 if at + MINUTE <= end else None) for at in times]
        ends = [end, there] if others else [end]
        lags.saw(HERE, ends, now)
        seen = lags.seen().get(HERE)
        state, words = judge(points, now, MINUTE, lags.arrived(HERE, MINUTE, now), lag=seen)
        silent = now - next((at for at, value in reversed(points) if value), began) - MINUTE
        if not stops and timedelta(seconds=lag) <= 2 * max(seen or LATE, MINUTE):
            assert state != GONE, words
        if stops and others and there >= ended + 3 * MINUTE:
            assert state == GONE, words
        if silent >= 3 * MINUTE and state in (FLOWING, FALLING):
            assert silent < (seen or timedelta()) + 2 * MINUTE, words


def test_how_late_points_come_is_measured_by_the_newest_of_each_region() -> None:
    lags = Lags()
    lags.saw(HERE, [NOW - 9 * MINUTE], NOW)
    assert lags.seen() == {}, "a first reading may have come long after"
    lags.saw(HERE, [NOW - 9 * MINUTE], NOW + MINUTE)
    lags.saw(HERE, [NOW - 5 * MINUTE], NOW + 2 * MINUTE)
    assert lags.seen() == {HERE: 7 * MINUTE}
    assert lags.arrived(HERE, MINUTE, NOW + 2 * MINUTE) == NOW - 6 * MINUTE
    assert lags.arrived(HERE, MINUTE, NOW + 30 * MINUTE) == NOW + 9 * MINUTE
    assert lags.arrived(THERE, MINUTE, NOW) == NOW - 15 * MINUTE


@pytest.mark.parametrize("period", [0, 2, 15, 45, 61, 90, -60])
async def test_periods_are_those_of_cloudwatch(aws: AwsSession, period: int) -> None:
    with pytest.raises(ValueError, match="whole minutes"):
        Traffic(aws, period)


@pytest.mark.parametrize(
    ("points", "minutes_ago", "words"),
    [
        (
            minutes(*[5] * 20),
            4,
            "data still arriving after deny, last by 14:02:00: other keys may share this group",
        ),
        (
            minutes(*[5] * 17, *[None] * 3),
            3.4,
            "no data after deny so far; certain by 14:16:06 at the latest, once metrics catch up",
        ),
        (minutes(*[5] * 10, *[None] * 20), 20, "no data after deny; the last by 13:42:00"),
        (minutes(*[None] * 20), 18, "no data after deny; no data before it either"),
    ],
)
def test_what_came_after_a_deed_is_said_no_surer_than_it_is(
    points: list[Point], minutes_ago: float, words: str
) -> None:
    done_at = NOW - minutes_ago * MINUTE
    assert after_deed(points, MINUTE, "deny", done_at, NOW).words == words


@pytest.mark.parametrize(("late", "by"), [(4, "14:04:30"), (15, "14:04:30"), (30, "14:19:30")])
def test_when_it_is_certain_is_never_sooner_than_points_were_seen_to_come(late: int, by: str) -> None:
    points = minutes(*[5] * 40, *[None] * 20)
    for ago in (15, 20, 25):
        done_at, now = NOW - 15 * MINUTE, NOW + (ago - 15) * MINUTE
        found = after_deed(points, MINUTE, "deny", done_at, now, now - late * MINUTE)
        if done_at + 2 * MINUTE > now - late * MINUTE:
            assert f"certain by {by} at the latest" in found.words
            assert f"{now:%H:%M:%S}" <= by
        else:
            assert found.short == "no data after it"


def test_what_flowed_before_the_fine_points_begin_is_gone_and_not_never_seen() -> None:
    fine = tuple(minutes(*[None] * 60))
    state, words = judge(fine, NOW, MINUTE)
    flow = GroupFlow("/app", HERE, True, fine, None, state, words)
    hour = timedelta(hours=1)
    day = NOW.replace(minute=0, second=0)
    coarse: list[Point] = [(day - 5 * hour, 7.0), (day - 4 * hour, None), (day, None)]
    found = seen_earlier(flow, coarse, hour, NOW)
    assert (found.state, found.words) == (GONE, "stopped at 10:00:00 or before")
    assert seen_earlier(flow, [(day, None)], hour, NOW) is flow
    running = seen_earlier(flow, [(day - hour, 7.0)], 3 * hour, NOW)
    assert running.words == "stopped at 13:02:00 or before"


class Account:
    """Log groups whose past is written down, and a count of the calls that read it."""

    def __init__(self, sandbox: Sandbox, boto: Boto) -> None:
        self.sandbox, self.boto = sandbox, boto
        self.metric_calls = 0
        sandbox.faults.on("GetMetricData", "before", self._count)

    def _count(self) -> None:
        self.metric_calls += 1

    def group(self, name: str, region: str = HERE, *, bearer: bool = True) -> LogGroup:
        logs = self.boto("logs", region=region)
        logs.create_log_group(logGroupName=name)
        logs.put_bearer_token_authentication(logGroupIdentifier=name, bearerTokenAuthenticationEnabled=bearer)
        return LogGroup(name, region, f"arn:aws:logs:{region}:123456789012:log-group:{name}", bearer)

    def carry(self, group: LogGroup, when: datetime, size: int) -> None:
        with self.sandbox.world.lock:
            self.sandbox.world.part(Meter).add(group.region, group.name, when, size)


@pytest.fixture
def account(sandbox: Sandbox, boto: Boto) -> Account:
    return Account(sandbox, boto)


def known(flow: GroupFlow) -> dict[datetime, float]:
    return {at: value for at, value in flow.points if value is not None}


async def test_groups_are_found_in_every_region_with_their_switch(account: Account, aws: AwsSession) -> None:
    account.group("/app")
    account.group("/quiet", bearer=False)
    account.group("/app", THERE)
    groups, unreadable = await find_groups(aws, (HERE, THERE))
    assert unreadable == ()
    assert {(group.name, group.region, group.bearer_enabled) for group in groups} == {
        ("/app", HERE, True),
        ("/quiet", HERE, False),
        ("/app", THERE, True),
    }


async def test_named_groups_alone_are_asked_for(account: Account, aws: AwsSession) -> None:
    account.group("/app")
    account.group("/app-2")
    groups, _ = await find_groups(aws, (HERE,), ("/app", "/none"))
    assert [group.name for group in groups] == ["/app"]


async def test_a_region_that_cannot_be_read_is_named(account: Account, aws: AwsSession) -> None:
    account.group("/app")
    account.sandbox.faults.add("deny:DescribeLogGroups:1")
    groups, unreadable = await find_groups(aws, (HERE, THERE))
    assert len(unreadable) == 1
    assert "DescribeLogGroups" in unreadable[0].error
    assert {group.region for group in groups} <= {HERE, THERE}


async def test_gaps_are_kept_and_the_running_period_is_left_out(account: Account, aws: AwsSession) -> None:
    app = account.group("/app")
    now = datetime.now(UTC)
    start = now.replace(second=0, microsecond=0)
    account.carry(app, start - 5 * MINUTE, 100)
    account.carry(app, start - 3 * MINUTE, 300)
    account.carry(app, start, 999)
    traffic = Traffic(aws, now=lambda: now)
    reading = await traffic.read([app], now - 10 * MINUTE, now + MINUTE)
    (flow,) = reading.groups
    assert known(flow) == {start - 5 * MINUTE: 100, start - 3 * MINUTE: 300}
    assert [at for at, _ in flow.points] == [start - n * MINUTE for n in range(len(flow.points), 0, -1)]
    assert flow.newest == start - 3 * MINUTE
    assert flow.latest == 300
    told: Any = reading.as_json()
    assert told["period_seconds"] == 60
    assert None in [value for _, value in told["groups"][0]["points"]]
    assert told["groups"][0]["bearer_enabled"] is True


async def test_one_call_a_region_for_many_groups(account: Account, aws: AwsSession) -> None:
    groups = [account.group(f"/app-{n}") for n in range(12)] + [account.group("/far", THERE)]
    now = datetime.now(UTC)
    for group in groups:
        account.carry(group, now - 3 * MINUTE, 7)
    reading = await Traffic(aws).read(groups, now - 30 * MINUTE, now)
    assert account.metric_calls == 2
    assert [sum(known(flow).values()) for flow in reading.groups] == [7] * 13


async def test_five_hundred_and_one_groups_take_two_calls(account: Account, aws: AwsSession) -> None:
    groups = [LogGroup(f"/app-{n}", HERE, "arn", True) for n in range(501)]
    now = datetime.now(UTC)
    await Traffic(aws).read(groups, now - 5 * MINUTE, now)
    assert account.metric_calls == 2


async def test_late_points_come_in_and_old_ones_stay(account: Account, aws: AwsSession) -> None:
    app = account.group("/app")
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    account.carry(app, now - 100 * MINUTE, 1)
    account.carry(app, now - 4 * MINUTE, 2)
    clock = [now]
    traffic = Traffic(aws, now=lambda: clock[0])
    await traffic.read([app], now - 120 * MINUTE, now)
    account.carry(app, now - 3 * MINUTE, 3)
    clock[0] = now + 2 * MINUTE
    reading = await traffic.read([app], now - 118 * MINUTE, now + 2 * MINUTE)
    assert known(reading.groups[0]) == {now - n * MINUTE: float(v) for n, v in ((100, 1), (4, 2), (3, 3))}


async def test_a_wider_window_is_read_whole(account: Account, aws: AwsSession) -> None:
    app = account.group("/app")
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    account.carry(app, now - 100 * MINUTE, 1)
    traffic = Traffic(aws)
    await traffic.read([app], now - 30 * MINUTE, now)
    reading = await traffic.read([app], now - 120 * MINUTE, now)
    assert known(reading.groups[0]) == {now - 100 * MINUTE: 1}


async def test_one_region_that_fails_leaves_the_others(account: Account, aws: AwsSession) -> None:
    near, far = account.group("/app"), account.group("/far", THERE)
    now = datetime.now(UTC)
    for group in (near, far):
        account.carry(group, now - 3 * MINUTE, 5)
    traffic = Traffic(aws)
    account.sandbox.faults.add("deny:GetMetricData:1")
    reading = await traffic.read([near, far], now - 30 * MINUTE, now)
    assert len(reading.unreadable) == 1
    assert sorted(flow.state for flow in reading.groups) == [FLOWING, NO_DATA_YET]


async def test_where_no_region_answers_it_is_an_error(account: Account, aws: AwsSession) -> None:
    groups = [account.group("/app"), account.group("/far", THERE)]
    account.sandbox.faults.add("deny:GetMetricData")
    now = datetime.now(UTC)
    with pytest.raises(Denied):
        await Traffic(aws).read(groups, now - 30 * MINUTE, now)


async def test_no_groups_ask_nothing(account: Account, aws: AwsSession) -> None:
    now = datetime.now(UTC)
    assert (await Traffic(aws).read([], now - MINUTE, now)).groups == ()
    assert account.metric_calls == 0
