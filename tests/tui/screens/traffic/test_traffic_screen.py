"""The traffic screen, live: what flows, what is gone, and when it asks AWS."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from textual import events

from sandbox.logs.meter import Meter
from sandbox.wire.server import Sandbox
from services.traffic.traffic import FALLING, FLOWING, GONE, GroupFlow, Reading, judge
from tests.patience import PATIENCE
from tests.tui.piloting import Driver, driven
from tui.flows.graph import FlowGrid
from tui.flows.marks import Mark
from tui.flows.picture import Picture, place_of
from tui.flows.view import aftermath, changes, flow_of, in_order, newest_stop, state_words, summary
from tui.flows.window import Window
from tui.look.lines import plain
from tui.screens.traffic.screen import TrafficScreen
from tui.settings.options import Start

Boto = Callable[..., Any]
NOW = datetime(2026, 11, 23, 14, 2, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
QUICK: dict[str, Any] = {"period_seconds": 5, "poll_seconds": 0.05}


AHEAD = timedelta(minutes=-20)


class Account:
    """Log groups with five minutes of flow behind them, and a count of the metric calls."""

    def __init__(self, sandbox: Sandbox, boto: Boto) -> None:
        self._sandbox, self._boto = sandbox, boto
        self.calls = 0
        sandbox.faults.on("GetMetricData", "before", self._count)

    def _count(self) -> None:
        self.calls += 1

    def group(self, name: str, size: int, *, bearer: bool = True, until: timedelta = AHEAD) -> None:
        """Bytes every 5 seconds until so long ago; by default on into the future."""
        logs = self._boto("logs")
        logs.create_log_group(logGroupName=name)
        logs.put_bearer_token_authentication(logGroupIdentifier=name, bearerTokenAuthenticationEnabled=bearer)
        now = datetime.now(UTC)
        with self._sandbox.world.lock:
            for seconds in range(int(until.total_seconds()), 300, 5):
                when = now - timedelta(seconds=seconds)
                self._sandbox.world.part(Meter).add("us-east-1", name, when, size)

    def before(self, name: str, ago: timedelta, size: int) -> None:
        with self._sandbox.world.lock:
            self._sandbox.world.part(Meter).add("us-east-1", name, datetime.now(UTC) - ago, size)


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
        await driver.wait("3 groups", "▸ /aws/strong ── ▶ flowing 14.0 kB/s", "■ stopped at")
        await driver.wait("last 5 min", "█", "15 kB ┤", "5 kB ┤", "0/s ┼")
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
        await driver.wait("group 1 of 2")
        await driver.press("j")
        await driver.wait("group 2 of 2", "─ /aws/weak")
        assert "/aws/strong" not in driver.text
        await driver.press("escape")
        await driver.wait("/aws/strong", "/aws/weak")
        await driver.press("M")
        await driver.wait("last 20 min")


async def test_time_is_walked_through_and_compared(account: Account, tmp_path: Path) -> None:
    account.group("/aws/app", 1_000)
    account.before("/aws/app", timedelta(days=1), 700)
    async with driven(tmp_path, Start("traffic"), size=(120, 24), **QUICK) as driver:
        await driver.wait("last 5 min · ╌╌ a day before", "▶ flowing")
        await driver.press("less_than_sign")
        await driver.wait("5 min until", "█")
        await driver.press("greater_than_sign")
        await driver.wait("last 5 min", "█")
        await driver.press("full_stop")
        await driver.wait("later: this is the newest")
        await driver.press("comma", "comma", "0", "minus")
        await driver.wait("last 20 min", "5 s a point")
        await driver.press("minus")
        await driver.wait("last 1 h", "20 s a point")
        await driver.press("plus", "plus")
        await driver.wait("last 5 min")
        await driver.press("plus")
        await driver.wait("shorter: this is the shortest time range")
        await driver.press("d")
        await driver.wait("Dashed: a week before.")
        screen = driver.app.screen
        assert isinstance(screen, TrafficScreen)
        screen.hush()
        await driver.wait("no points of a week before")
        await driver.press("d")
        await driver.wait("Dashed: nothing.")
        screen.hush()
        await driver.wait("last 5 min · 5 s a point")


async def test_graphs_are_read_chosen_zoomed_and_moved_with_the_mouse(
    account: Account, tmp_path: Path
) -> None:
    account.group("/aws/app", 1_000)
    account.group("/aws/low", 300)
    async with driven(tmp_path, Start("traffic"), size=(120, 24), **QUICK) as driver:
        await driver.wait("2 groups", "█", "▸ /aws/app")
        # Held still, so that what is under the mouse stays there.
        await driver.press("space")
        await driver.wait("paused at")
        pilot = driver.pilot
        await pilot.hover(FlowGrid, offset=(60, 4))
        await driver.wait(" 200 B/s · min 200 mean 200 max 200", " 60 B/s · min 60", "┊")
        assert re.search(r"/aws/app ── \d\d:\d\d:\d\d 200 B/s", driver.text)
        await pilot.click(FlowGrid, offset=(80, 14))
        await driver.wait("▸ /aws/low")
        await pilot._post_mouse_events([events.MouseScrollDown], FlowGrid, offset=(60, 4))
        await driver.wait("last 20 min")
        await pilot._post_mouse_events([events.MouseScrollUp], FlowGrid, offset=(60, 4))
        # About what the mouse points to, which is not the newest.
        await driver.wait("5 min until")
        screen = driver.app.screen
        assert isinstance(screen, TrafficScreen)
        there = screen._window.until
        await pilot.mouse_down(FlowGrid, offset=(60, 4))
        await pilot.hover(FlowGrid, offset=(80, 4))
        await pilot.mouse_up(FlowGrid, offset=(80, 4))
        await pilot.pause()
        earlier = screen._window.until
        assert there
        assert earlier
        assert timedelta(seconds=30) < there - earlier < timedelta(minutes=2)
        await pilot._post_mouse_events([events.MouseScrollRight], FlowGrid, offset=(60, 4))
        await pilot.pause()
        assert screen._window.until
        assert screen._window.until > earlier


async def test_a_long_window_is_one_call_a_tick_too(account: Account, tmp_path: Path) -> None:
    account.group("/aws/app", 1_000)
    account.group("/aws/other", 500)
    account.before("/aws/app", timedelta(days=3), 700)
    async with driven(tmp_path, Start("traffic"), **QUICK) as driver:
        await driver.wait("2 groups")
        screen = driver.app.screen
        assert isinstance(screen, TrafficScreen)
        await driver.press(*["minus"] * 7)
        await driver.wait("last 7 d")
        ticks, read = 0, screen._feed.read

        async def count(*args: Any, **options: Any) -> Any:
            nonlocal ticks
            ticks += 1
            return await read(*args, **options)

        screen._feed.read = count  # type: ignore[method-assign]
        before = account.calls
        await driver.until(lambda: ticks >= 4, "it reads no more")
        await driver.press("space")
        assert account.calls - before <= ticks + 1


async def test_the_large_graph_has_its_events_and_the_sum_is_of_all(account: Account, tmp_path: Path) -> None:
    account.group("/aws/app", 4_000)
    account.group("/aws/other", 3_000)
    async with driven(tmp_path, Start("traffic"), **QUICK) as driver:
        await driver.wait("2 groups")
        await driver.press("enter")
        await driver.wait(
            "/aws/app ── IncomingBytes · min 800 mean 800 max 800 last 800 B/s",
            "IncomingLogEvents ── min 0.2",
        )
        await driver.press("j")
        await driver.wait("/aws/other ── IncomingBytes", "IncomingLogEvents")
        await driver.press("Z")
        await driver.wait("All of 2 groups ── 1.4 kB/s now", "1.6 kB ┤")
        await driver.wait("█ /aws/app ▓ /aws/other")
        await driver.press("escape")
        await driver.wait("▸ /aws/other", "/aws/app")


async def test_graphs_are_drawn_as_chosen(account: Account, tmp_path: Path) -> None:
    account.group("/aws/app", 4_000)
    async with driven(tmp_path, Start("traffic"), graphs="ascii", **QUICK) as driver:
        await driver.wait("800 B |", "####")
        await driver.press("v")
        await driver.wait(
            "shown as numbers", "Last 800 B/s at", "maximum 800 B/s", "mean 800 B/s", "Means: from"
        )
        await driver.press("v")
        await driver.wait("shown as blocks", "800 B ┤", "███")
        await driver.press("v")
        await driver.wait("shown as braille", "800 B ┤", "⣿⣿")


async def test_graphs_held_still_can_be_walked_through(account: Account, tmp_path: Path) -> None:
    account.group("/aws/app", 1_000)
    async with driven(tmp_path, Start("traffic"), **QUICK) as driver:
        await driver.wait("▶ flowing")
        await driver.press("space")
        await driver.wait("paused at")
        before = account.calls
        await driver.press("comma")
        await driver.wait("paused at", "5 min until")
        screen = driver.app.screen
        assert isinstance(screen, TrafficScreen)
        await driver.until(lambda: not screen._poll.running, "it goes on asking")
        assert account.calls <= before + 2


async def test_a_flow_that_starts_again_rings_and_is_said(
    account: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.group("/aws/app", 1_000, until=timedelta(seconds=120))
    async with driven(tmp_path, Start("traffic"), **QUICK) as driver:
        await driver.wait("■ stopped at")
        rung: list[bool] = []
        monkeypatch.setattr(driver.app, "bell", lambda: rung.append(True))
        account.before("/aws/app", timedelta(seconds=5), 900)
        await driver.wait("/aws/app: bytes are coming in again.")
        assert rung == [True]


async def test_it_asks_aws_only_while_it_is_seen(account: Account, tmp_path: Path) -> None:
    account.group("/aws/app", 1_000)
    async with driven(tmp_path, Start("traffic"), **QUICK) as driver:
        await driver.wait("1 group")
        screen = driver.app.screen
        assert isinstance(screen, TrafficScreen)
        await driver.until(lambda: account.calls > 2, "it asked no more")
        await driver.press("space")
        await driver.wait("paused at", "space resumes")
        await stands_still(driver, account)
        await driver.press("space")
        before = account.calls
        await driver.until(lambda: account.calls > before + 1, "it did not go on")
        await driver.press("question_mark")
        await driver.wait("What you can do here: traffic")
        await driver.until(lambda: not screen._poll.running, "it goes on asking")
        await stands_still(driver, account)
        await driver.press("escape", "colon")
        await driver.wait("a command, or a word of what it does")
        await driver.until(lambda: not screen._poll.running, "it goes on asking")
        await driver.press("escape")
        before = account.calls
        await driver.until(lambda: account.calls > before + 1, "it did not go on")


async def stands_still(driver: Driver, account: Account) -> None:
    """For ten times as long as there is between two polls, once a reading that was under way has ended."""
    deadline = time.monotonic() + PATIENCE
    while True:
        before = account.calls
        await asyncio.sleep(0.5)
        if account.calls == before:
            return
        assert time.monotonic() < deadline, "it goes on asking"


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
        await driver.until(lambda: screen._poll.failures == 0, "it is asked no more often")


async def test_an_error_at_first_is_a_sentence(sandbox: Sandbox, account: Account, tmp_path: Path) -> None:
    account.group("/aws/app", 1_000)
    sandbox.faults.add("expired:*")
    async with driven(tmp_path, Start("traffic"), **QUICK) as driver:
        await driver.wait("Renew them in the environment", "or at once with ctrl+r")
        sandbox.faults.clear()
        await driver.press("ctrl+r")
        await driver.wait("▶ flowing")


async def test_where_no_group_takes_tokens_it_says_so(account: Account, tmp_path: Path) -> None:
    account.group("/aws/signed", 9_000, bearer=False)
    async with driven(tmp_path, Start("traffic"), **QUICK) as driver:
        await driver.wait("None of 1 log group accepts bearer tokens here.", "us-east-1")
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
        await driver.wait("■ stopped")
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
    flows, gone = group("a", *[5] * 30), group("a", *[5] * 20, *[None] * 20)
    assert (flows.state, gone.state) == (FLOWING, GONE)
    assert changes(None, reading(gone)) == []
    assert changes(reading(flows), reading(gone)) == ["a: the flow stopped at 13:42:00, 20 min ago."]
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
    window = Window(timedelta(hours=3), 60, compared=None)
    picture = Picture(reading(*in_order(groups)), window, NOW, {}, {}, {})
    told = [plain(line) for line in summary(picture, (4, 8), 60, None, "-")]
    assert told[-1] == "groups 5–8 of 20 · last 3 h"
    assert told[0] == "groups 5–8 of 20 · 190 MB/min in all · last 3 h · 1 min a point, read every 1 min"
    compared = replace(picture, window=window.compared_next())
    assert "last 3 h · no points of a day before" in plain(summary(compared, (4, 8), 60, None, "-")[0])
    known = replace(compared, usual={("us-east-1", "g1"): ((NOW, 1.0),)})
    assert "last 3 h · -- a day before" in plain(summary(known, (4, 8), 60, None, "-")[0])


def test_the_sum_ends_where_the_slowest_of_what_flows_ends() -> None:
    slow, fast = group("slow", *[900.0] * 8, None, None), group("fast", *[10.0] * 10)
    gone = group("gone", *[5.0] * 2, *[None] * 40)
    curves = {place_of(each): each.points[-10:] for each in (slow, fast, gone)}
    picture = Picture(
        reading(slow, fast, gone), Window(timedelta(hours=1), 60, compared=None), NOW, curves, {}, {}
    )
    summed, _ = picture.total()
    assert [value for _, value in summed] == [910.0] * 8 + [None] * 2


def test_a_window_moves_and_stays_where_points_are() -> None:
    window, hour = Window(timedelta(hours=1), 60), timedelta(hours=1)
    assert window.moved(hour / 2, NOW) == window
    earlier = window.moved(-hour / 2, NOW).moved(-hour / 2, NOW)
    assert earlier.until == NOW - hour
    assert earlier.words(NOW) == "1 h until 13:02"
    assert earlier.words(NOW + hour) == "1 h until 13:02"
    assert earlier.moved(hour, NOW) == window
    farthest = window.moved(-timedelta(days=9999), NOW)
    assert farthest.frame(NOW)[0] > NOW - timedelta(days=456)
    assert farthest.period_seconds(NOW) == 3600
    longest = window.spanning(99, NOW)
    assert (longest.span, longest.period_seconds(NOW)) == (timedelta(days=15), 10800)
    assert window.compared_next().compared_words == "a week before"


def test_zooming_keeps_what_is_pointed_at_where_it_is() -> None:
    window = Window(timedelta(hours=3), 60)
    about = NOW - timedelta(hours=2)
    near = window.spanning(-1, NOW, about)
    assert near.until is not None
    assert near.span == timedelta(hours=1)
    assert (near.until - about) / near.span == pytest.approx(2 / 3)
    assert near.spanning(1, NOW, about) == window


def test_the_newest_deed_that_still_holds_is_the_one_that_is_spoken_of() -> None:
    marks = [Mark(NOW - n * MINUTE, name) for n, name in ((9, "deactivate"), (8, "deny"), (7, "undo deny"))]
    assert newest_stop(marks) == marks[0]
    assert newest_stop([*marks, Mark(NOW, "reactivate")]) is None
    quiet = group("a", *[5] * 40, *[None] * 8)
    told = aftermath(quiet, marks, 60, NOW)
    assert told is not None
    assert told.short == "data still arriving (other keys may share this group)"
    assert aftermath(group("a", 5, 5), marks, 60, NOW) is None
