"""A second that goes by is one frame, of the lines that changed alone; whoever is gone counts no more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Static

from sandbox.scenario.cast import Scenario
from tests.tui.emulated import emulated
from tests.tui.piloting import driven
from tui.app.app import StanchApp
from tui.app.shadow import Shadow
from tui.frame.statusline import StatusLine
from tui.settings.options import Start
from tui.widgets.lines import Lines


async def test_a_second_of_the_keys_is_one_frame_of_the_lines_that_count(
    scenario: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, later = datetime.now(UTC), timedelta()
    frames: list[list[int]] = []
    show = Shadow.show

    def seen(self: Shadow, screen: Any, size: Any, frame: Any, colours: Any) -> str:
        frames.append([y for y, strip in enumerate(frame) if strip is not None])
        return show(self, screen, size, frame, colours)

    monkeypatch.setattr(Shadow, "show", seen)
    # None but the one that is told below.
    monkeypatch.setattr(StanchApp, "_count_second", lambda self: None)
    async with emulated(tmp_path, Start(), now=lambda: begun + later) as shown:
        await shown.wait("16 keys", "its user also has", "logs use recorded")
        rows = [shown.app.screen.query_one(StatusLine), shown.app.screen.query_one("#summary", Lines)]
        frames.clear()
        later = timedelta(minutes=7)
        shown.app._seconds.tell()
        await shown.wait("7 min ago")
        assert frames == [sorted(row.region.y for row in rows)]
        assert shown.terminal.cells == shown.fresh()


async def test_who_is_gone_counts_no_more(scenario: Scenario, tmp_path: Path) -> None:
    async with driven(tmp_path, Start()) as driver:
        await driver.wait("16 keys")
        counted: list[str] = []
        staying, leaving = Static(), Static()
        await driver.app.screen.mount(staying, leaving)
        for name, each in (("staying", staying), ("leaving", leaving)):
            driver.app.each_second(each, lambda name=name: counted.append(name))  # type: ignore[misc]
        driver.app._seconds.tell()
        await leaving.remove()
        driver.app._seconds.tell()
        assert counted == ["staying", "leaving", "staying"]


async def test_a_second_after_the_last_screen_is_gone_is_nobodys(scenario: Scenario, tmp_path: Path) -> None:
    async with driven(tmp_path, Start()) as driver:
        await driver.wait("16 keys")
    assert not driver.app.screen_stack
    driver.app._count_second()
    driver.app._draw_what_was_put_off()
    driver.app.leaving = False
    driver.app._count_second()
