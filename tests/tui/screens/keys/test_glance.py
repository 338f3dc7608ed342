"""What is wrong now, over the keys: in four panels where there is room, else in one line; at what cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.account.world import ApiCall
from sandbox.scenario.cast import KeyInUse
from sandbox.scenario.registry import SCENARIOS
from sandbox.wire.server import Sandbox
from services.audit.doctor import Recorded
from services.base import clock
from services.cases.leftopen import LeftOpen
from services.traffic.traffic import GroupFlow, Reading
from tests.tui.piloting import driven
from tui.dialogs.welcome import WelcomeDialog
from tui.look.lines import plain, width_of
from tui.routes import ToCases
from tui.screens.keys.glance import abreast
from tui.screens.keys.glancetexts import Facts, one_line, panels
from tui.screens.keys.inventory import InventoryScreen
from tui.settings.options import Start

NOW = clock.parse("2026-11-23T14:02:09Z")
GROUP = "/aws/hlc-logs/an-application-with-a-long-name"
HOME = (120, 40)


def _group(name: str, state: str, latest: float | None) -> GroupFlow:
    points = ((NOW, latest),)
    return GroupFlow(name, "us-east-1", True, points, NOW, state, "gone since 13:55:10, 7 min ago")


FACTS = Facts(
    waiting="asking IAM for keys…",
    cases=tuple(LeftOpen(f"1123-AB{n}", f"user-{n}", NOW, "ACCAEXAMPLE1A2B3C4D5E") for n in range(9)),
    reading=Reading(
        tuple(_group(f"{GROUP}-{n}", "flowing" if n else "gone", 10.0**n) for n in range(8)), NOW, 60
    ),
    recorded=(
        Recorded("us-east-1", "yes", NOW, "trail main", ""),
        Recorded("eu-west-1", "no", None, "trails", "no trail records this Region"),
        Recorded("eu-west-2", "unknown", None, "trails", "its trails could not be read: denied"),
    ),
    recorded_at=NOW,
)


@pytest.mark.parametrize("width", [100, 120, 161, 200])
@pytest.mark.parametrize("facts", [FACTS, Facts()], ids=["full", "nothing read"])
def test_each_panel_has_its_own_room_and_fills_it(width: int, facts: Facts) -> None:
    for row in panels(facts, NOW, width, 4, lambda group, cells: (("▇" * cells, "bar"),)):
        lines = abreast(row, 6, "╭╮╰╯─│")
        assert [width_of(line) for line in lines] == [width] * 6
        for line in lines[1:-1]:
            assert plain(line)[0] == plain(line)[-1] == "│"
            assert plain(line).count("│") == 2 * len(row)


@pytest.mark.parametrize("width", [100, 115, 116, 120, 161, 200])
@pytest.mark.parametrize("many", [1, 2, 4, 9])
def test_no_case_is_cut_and_none_is_left_out_unsaid(width: int, many: int) -> None:
    facts = replace(FACTS, cases=(FACTS.cases or ())[:many])
    (_, (cases, _), *_), _ = panels(facts, NOW, width, 4, lambda *_: ())
    told = " ".join(plain(line) for line in cases.lines)
    assert "…" not in told
    named = sum(case.case in told for case in facts.cases or ())
    assert named == many or f"{many - named} more" in told


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_the_line_is_whole_parts_with_the_worst_first(width: int) -> None:
    told = plain(one_line(FACTS, NOW, width)).strip()
    whole = plain(one_line(FACTS, NOW, 500)).strip()
    assert whole.startswith(told)
    assert told == whole or whole[len(told) :].startswith(" · ")


def test_what_was_not_read_is_no_good_news() -> None:
    told = " ".join(
        plain(line)
        for row in panels(Facts(), NOW, 120, 4, lambda *_: ())
        for panel, _ in row
        for line in panel.lines
    )
    assert told.count("not read yet") == 4
    assert "✓" not in told + plain(one_line(Facts(), NOW, 80))


@pytest.fixture
def leaked(sandbox: Sandbox) -> KeyInUse:
    found = SCENARIOS["leaked-key"](sandbox.world).leaked
    assert found is not None
    return found


@pytest.fixture
def asked(sandbox: Sandbox) -> Iterator[Counter[str]]:
    """How often each operation was called."""
    calls: Counter[str] = Counter()

    def listen(call: ApiCall) -> None:
        calls[call.operation] += 1

    sandbox.world.on_api_call.append(listen)
    yield calls
    sandbox.world.on_api_call.remove(listen)


async def test_home_tells_all_four_for_a_few_calls_and_each_is_one_key_away(
    leaked: KeyInUse, tmp_path: Path, asked: Counter[str]
) -> None:
    async with driven(tmp_path, Start(), size=HOME) as driver:
        await driver.wait("of 11 active keys at high risk", "none seen of this account", "us-east-1 recorded")
        await driver.wait("/aws/hlc-logs/my-application")
        assert asked["DescribeTrails"] == asked["DescribeLogGroups"] == 1
        assert asked["LookupEvents"] == 0
        for key, there in (("c", "V verify"), ("t", "enter zoom"), ("H", "record the use")):
            await driver.press(key)
            await driver.wait(there)
            await driver.press("escape")
            await driver.wait("keys at risk")
        await driver.pilot.click("#glance", offset=(30, 8))
        await driver.wait("esc back")
        assert driver.app.screen.__class__.__name__ == "TrafficScreen"


async def test_a_list_read_just_as_the_screen_goes_asks_for_no_more(leaked: KeyInUse, tmp_path: Path) -> None:
    async with driven(tmp_path, Start(), size=HOME, poll_seconds=0.05) as driver:
        await driver.wait("/aws/hlc-logs/my-application")
        screen = driver.app.screen
        assert isinstance(screen, InventoryScreen)
        # It is told that it goes while the screen that comes is still being made, and is current until then.
        screen.on_screen_suspend()
        await driver.until(lambda: not screen._glance_poll.running, "it does not rest")
        await screen._read()
        await driver.pilot.pause()
        assert screen.is_current
        await driver.until(lambda: not screen._glance_poll.running, "it goes on asking")


async def test_what_may_not_be_read_is_told_in_its_panel(
    leaked: KeyInUse, sandbox: Sandbox, tmp_path: Path
) -> None:
    for operation in ("DescribeTrails", "DescribeLogGroups"):
        sandbox.faults.add(f"deny:{operation}")
    async with driven(tmp_path, Start(), size=HOME) as driver:
        await driver.wait("us-east-1 not known", "16 keys · 11 active")
        await driver.wait("DescribeLogGroups")
        assert "no log group" not in driver.flat
    async with driven(tmp_path, Start()) as driver:
        await driver.wait("? flows not read")
        assert "✓" not in driver.flat


async def test_where_there_is_little_room_it_is_one_line(leaked: KeyInUse, tmp_path: Path) -> None:
    async with driven(tmp_path, Start()) as driver:
        await driver.wait("5 high risk · ▶", "✓ logs use recorded, 1 of 1 Regions")
        await driver.pilot.resize_terminal(*HOME)
        await driver.wait("keys at risk A", "use of Logs keys recorded H")


async def test_it_is_read_behind_a_dialog_that_came_just_before(
    leaked: KeyInUse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, covered = InventoryScreen._glance_on, list[bool]()

    def then_a_dialog(screen: InventoryScreen) -> None:
        before(screen)
        if screen.list.read and not covered:
            covered.append(True)
            screen.app.push_screen(WelcomeDialog("ACWLtoken"))

    monkeypatch.setattr(InventoryScreen, "_glance_on", then_a_dialog)
    async with driven(tmp_path, Start("inventory")) as driver:
        await driver.wait("A simulated account", "logs use recorded")
        assert covered


async def test_it_rests_under_a_screen_that_was_opened_from_a_dialog(
    leaked: KeyInUse, tmp_path: Path
) -> None:
    async with driven(tmp_path, Start(), size=HOME, poll_seconds=0.05) as driver:
        await driver.wait("/aws/hlc-logs/my-application")
        screen = driver.app.screen
        assert isinstance(screen, InventoryScreen)
        driver.app.push_screen(WelcomeDialog("ACWLtoken"))
        await driver.wait("A simulated account")
        dialog = driver.app.screen
        driver.app.open(ToCases())
        await driver.wait("No case yet")
        await dialog.remove()
        await driver.until(lambda: not screen._glance_poll.running, "it goes on asking")
