"""The traffic screen, live: what flows, what is gone, and when it asks AWS."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sandbox.meter import Meter
from sandbox.server import Sandbox
from services.traffic import FALLING, FLOWING, GONE, GroupFlow, Reading, judge
from tests.tui.piloting import Driver, driven
from tui.options import Start
from tui.screens.traffic import TrafficScreen
from tui.trafficview import changes, flow_of, in_order, state_words, summary
from tui.widgets.flowgraph import FlowGrid
from tui.widgets.lines import plain

Boto = Callable[..., Any]
NOW = datetime(2026, 11, 23, 14, 2, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
QUICK: dict[str, Any] = {"period_seconds": 5, "poll_seconds": 0.05}


class Account:
    """Log groups with five minutes of flow behind them, and a count of the metric calls."""

    def __init__(self, sandbox: Sandbox, boto: Boto) -> None:
        self._sandbox, self._boto = sandbox, boto
        self.calls = 0
        sandbox.faults.on("GetMetricData", "before", self._count)

    def _count(self) -> None:
        self.calls += 1

    def group(self, name: str, size: int, *, bearer: bool = True, until: timedelta = timedelta()) -> None:
        logs = self._boto("logs")
        logs.create_log_group(logGroupName=name)
        logs.put_bearer_token_authentication(logGroupIdentifier=name, bearerTokenAuthenticationEnabled=bearer)
        now = datetime.now(UTC)
        with self._sandbox.world.lock:
            for seconds in range(int(until.total_seconds()), 300, 5):
                when = now - timedelta(seconds=seconds)
                self._sandbox.world.part(Meter).add("us-east-1", name, when, size)


@pytest.fixture
def account(sandbox: Sandbox, boto: Boto) -> Account:
    return Account(sandbox, boto)


async def test_groups_that_take_tokens_are_drawn_the_strongest_first(
    account: Account, tmp_path: Path
) -> None:
    account.group("/aws/weak", 1_000)
    account.group("/aws/strong", 70_000)
    account.group("/aws/over", 5_000, until=timedelta(seconds=120))
    account.group("/aws/signed", 9_000, bearer=False)
    async with driven(tmp_path, Start("traffic"), **QUICK) as driver:
        await driver.wait("3 groups", "▸ /aws/strong ── ▶ flowing 70.0 kB/5 s", "■ gone since")
        await driver.wait("5 s a point, read every 0.05 s", "█", "80k ┤")
        text = driver.text
        assert text.index("/aws/strong") < text.index("/aws/weak")
        assert "/aws/signed" not in text
        await driver.press("a")
        await driver.wait("/aws/signed", "4 groups")


async def test_zooming_moving_and_looking_further_back(account: Account, tmp_path: Path) -> None:
    account.group("/aws/weak", 1_000)
    account.group("/aws/strong", 70_000)
    async with driven(tmp_path, Start("traffic"), **QUICK) as driver:
        await driver.wait("2 groups", "last 5 min")
        await driver.press("enter")
        await driver.wait("groups 1–1 of 2")
        await driver.press("j")
        await driver.wait("groups 2–2 of 2", "▸ /aws/weak")
        assert "/aws/strong" not in driver.text
        await driver.press("escape")
        await driver.wait("/aws/strong", "/aws/weak")
        await driver.press("w")
        await driver.wait("last 20 min")


async def test_it_asks_aws_only_while_it_is_seen(account: Account, tmp_path: Path) -> None:
    account.group("/aws/app", 1_000)
    async with driven(tmp_path, Start("traffic"), **QUICK) as driver:
        await driver.wait("1 group")
        screen = driver.app.screen
        assert isinstance(screen, TrafficScreen)
        await driver.until(lambda: account.calls > 2, "it asked no more")
        await driver.press("space")
        await driver.wait("paused: space goes on")
        await stands_still(driver, account)
        await driver.press("space")
        before = account.calls
        await driver.until(lambda: account.calls > before + 1, "it did not go on")
        await driver.press("question_mark")
        await driver.wait("What can be done here: traffic")
        assert not screen._poll.running
        await stands_still(driver, account)
        await driver.press("escape")
        before = account.calls
        await driver.until(lambda: account.calls > before + 1, "it did not go on")


async def stands_still(driver: Driver, account: Account) -> None:
    """For ten times as long as a poll takes; one reading may have been under way."""
    before = account.calls
    await asyncio.sleep(0.5)
    assert account.calls <= before + 1


async def test_what_fails_keeps_the_graphs_and_is_asked_less_often(
    sandbox: Sandbox, account: Account, tmp_path: Path
) -> None:
    account.group("/aws/app", 1_000)
    async with driven(tmp_path, Start("traffic"), **QUICK) as driver:
        await driver.wait("▶ flowing")
        sandbox.faults.add("deny:GetMetricData")
        await driver.wait("! not read since", "/aws/app", "█")
        screen = driver.app.screen
        assert isinstance(screen, TrafficScreen)
        await driver.until(lambda: screen._poll.pause_seconds >= 0.2, "it does not back off")
        sandbox.faults.clear()
        await driver.press("ctrl+r")
        await driver.wait_gone("not read since")
        assert screen._poll.failures == 0


async def test_an_error_at_first_is_a_sentence(sandbox: Sandbox, account: Account, tmp_path: Path) -> None:
    account.group("/aws/app", 1_000)
    sandbox.faults.add("expired:*")
    async with driven(tmp_path, Start("traffic"), **QUICK) as driver:
        await driver.wait("Renew the credentials", "or at once with ctrl+r")
        sandbox.faults.clear()
        await driver.press("ctrl+r")
        await driver.wait("▶ flowing")


async def test_where_no_group_takes_tokens_it_says_so(account: Account, tmp_path: Path) -> None:
    account.group("/aws/signed", 9_000, bearer=False)
    async with driven(tmp_path, Start("traffic"), **QUICK) as driver:
        await driver.wait("None of 1 log group takes bearer tokens here.", "us-east-1")
        await driver.press("enter")
        await driver.wait("zoom: there is no graph yet")
        await driver.press("a")
        await driver.wait("/aws/signed", "no bearer tokens")


async def test_named_groups_are_shown_whatever_their_switch(account: Account, tmp_path: Path) -> None:
    account.group("/aws/signed", 9_000, bearer=False)
    account.group("/aws/app", 1_000)
    async with driven(tmp_path, Start("traffic", log_groups=("/aws/signed",)), **QUICK) as driver:
        await driver.wait("/aws/signed", "1 group")
        assert "/aws/app" not in driver.text
    async with driven(tmp_path, Start("traffic", log_groups=("/none",)), **QUICK) as driver:
        await driver.wait("No log group is called /none here.")


async def test_a_reading_with_nothing_new_sends_nothing(
    account: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.group("/aws/over", 5_000, until=timedelta(seconds=120))
    async with driven(tmp_path, Start("traffic"), **QUICK) as driver:
        await driver.wait("■ gone")
        grid = driver.app.screen.query_one(FlowGrid)
        await driver.press("space")
        await driver.wait("paused")
        refreshed: list[object] = []
        monkeypatch.setattr(grid, "refresh", lambda *regions, **_: refreshed.extend(regions))
        grid.draw(grid.lines)
        assert refreshed == []
        grid.draw([*grid.lines[:-1], (("x", "text"), *grid.lines[-1][1:])])
        assert len(refreshed) == 1


def group(name: str, *values: float | None) -> GroupFlow:
    newest = NOW - MINUTE
    points = tuple((newest - (len(values) - 1 - at) * MINUTE, value) for at, value in enumerate(values))
    state, words = judge(points, NOW, MINUTE)
    seen = [at for at, value in points if value is not None]
    return GroupFlow(name, "us-east-1", True, points, max(seen, default=None), state, words)


def reading(*groups: GroupFlow) -> Reading:
    return Reading(groups, NOW, 60)


def test_what_began_and_what_ended_is_told_once() -> None:
    flows, gone = group("a", *[5] * 30), group("a", *[5] * 20, *[None] * 10)
    assert (flows.state, gone.state) == (FLOWING, GONE)
    assert changes(None, reading(gone)) == []
    assert changes(reading(flows), reading(gone)) == ["a: the flow is gone since 13:52:00, 10 min ago."]
    assert changes(reading(gone), reading(gone)) == []
    assert changes(reading(gone), reading(flows)) == ["a: bytes are coming in again."]


def test_states_are_a_sign_and_a_word() -> None:
    falling = group("a", *[9e6] * 12, 1e6, 1e6, 1e6)
    assert falling.state == FALLING
    assert state_words(falling, 60) == "▼ falling 1.0 MB/min · newest point 0 s old"
    assert state_words(group("a", *[None] * 60), 60) == "· never seen · no bytes in the last 1 h"


def test_the_region_is_named_where_there_are_several() -> None:
    near = group("a", 5)
    far = GroupFlow("a", "eu-west-1", True, near.points, near.newest, near.state, near.words)
    span = timedelta(hours=1)
    assert flow_of(near, reading(near), NOW, span, (), chosen=False).title == "a"
    assert flow_of(far, reading(near, far), NOW, span, (), chosen=True).title == "▸ a · eu-west-1"


def test_the_summary_says_how_many_of_how_many() -> None:
    groups = [group(f"g{n}", 1_000_000.0 * n) for n in range(20)]
    told = plain(summary(reading(*in_order(groups)), (4, 8), timedelta(hours=3), 60, None))
    assert told == "groups 5–8 of 20 · 190 MB/min in all · last 3 h · 1 min a point, read every 1 min"
