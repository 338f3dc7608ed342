"""Neither what is said nor what is asked stands on a graph, with the guide and without, at every size."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.geometry import Region

from sandbox.scenario.cast import Scenario
from tests.tui.piloting import Driver, driven
from tui.frame.base import Commands
from tui.frame.notice import Notice
from tui.settings.options import Start

SIZES = ((60, 20), (80, 24), (100, 30), (120, 40), (200, 60))
LONG = "Not allowed: logs:PutBearerTokenAuthentication on /aws/hlc-logs/my-application in us-east-1. " * 2


def graph(driver: Driver) -> Region:
    return driver.app.screen_stack[-1].query("#flow, #graphs").first().region


def kept_off(driver: Driver, where: str) -> str | None:
    """Why the sentence's place is wrong, if it is."""
    said = driver.app.screen.query_one(Notice).region
    assert said.area, where
    return f"{where}: {said} on {graph(driver)}" if said.overlaps(graph(driver)) else None


@pytest.mark.parametrize("screen", ["runbook", "traffic"])
async def test_what_is_said_stands_beside_the_graph(scenario: Scenario, tmp_path: Path, screen: str) -> None:
    assert scenario.leaked
    start = Start(screen, key_id=scenario.leaked.key_id, user=scenario.leaked.user)  # type: ignore[arg-type]
    wrong = []
    async with driven(tmp_path, start, size=(120, 40)) as driver:
        await driver.wait("flowing", "┤")
        for guided in ("", "guided"):
            for size in SIZES:
                await driver.pilot.resize_terminal(*size)
                await driver.pilot.pause()
                assert isinstance(driver.app.screen, Commands)
                driver.app.screen.say(LONG, "alarm")
                driver.app.screen.say("3 records saved.")
                await driver.pilot.pause()
                wrong.append(kept_off(driver, f"{screen} {size} {guided}"))
                driver.app.screen.hush()
            await driver.press("W")
    assert [each for each in wrong if each] == []


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_what_is_asked_leaves_the_graph_in_sight(
    scenario: Scenario, tmp_path: Path, size: tuple[int, int]
) -> None:
    assert scenario.leaked
    start = Start("runbook", key_id=scenario.leaked.key_id, user=scenario.leaked.user)
    async with driven(tmp_path, start, size=size) as driver:
        await driver.wait("flowing", "┤", "5 · deny Attach")
        flow = driver.app.screen.query_one("#flow").region
        await driver.press("enter")
        await driver.wait("Leave it")
        asked = driver.app.screen.query_one("#sheet").region
        if size[1] >= 40:
            assert not asked.overlaps(flow), f"{asked} on {flow}"
            assert "┤" in driver.text
        assert asked.width <= 104
