"""A screen that is left hears too late what was meant for it: nothing is done, and the program goes on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from textual import events
from textual.css.query import NoMatches
from textual.widgets import Input

from sandbox.scenario.cast import Scenario
from tests.tui.app.test_typed_ahead import WAYS, open_by
from tests.tui.piloting import driven
from tui.commands import table as commands
from tui.frame.base import Commands
from tui.settings.options import Start

FREE = {"inventory"}
"""It is under all others and never left."""


async def test_what_comes_to_a_screen_while_it_is_left(
    scenario: Scenario, tmp_path: Path, counted: Callable[[str], None]
) -> None:
    told = 0
    async with driven(tmp_path, Start(), size=(100, 30)) as driver:
        app = driver.app
        await driver.wait("16 keys")
        for way in (way for way in WAYS if way not in FREE):
            await open_by(driver, way)
            screen = cast(Commands[Any], app.screen)
            late = [command.id for command in commands.within(screen.scope)]
            changed = [Input.Changed(field, "x") for field in screen.query(Input)]
            leaving = app.pop_screen()
            below = app.screen_stack
            for moment in ("before its widgets go", "after"):
                for command_id in late:
                    await screen.action_command(command_id)
                    assert app.screen_stack == below, (way, moment, command_id)
                    told += 1
                for message in (*changed, events.Resize(screen.size, screen.size), events.ScreenSuspend()):
                    await screen._dispatch_message(message)
                    told += 1
                await leaving
            assert not screen.query(Input), way
            worker = screen.run_worker(too_late(screen), exit_on_error=True)
            await worker.wait()
            assert app._exception is None, way
    counted(f"{told} commands and messages to {len(WAYS) - len(FREE)} screens while they were left")


async def too_late(screen: Commands[Any]) -> None:
    screen.query_one("#of-nobody")


async def test_what_is_missing_on_a_screen_in_sight_is_a_defect(scenario: Scenario, tmp_path: Path) -> None:
    async with driven(tmp_path, Start()) as driver:
        await driver.wait("16 keys")
        screen = cast(Commands[Any], driver.app.screen)

        async def look() -> None:
            screen.query_one("#of-nobody")

        try:
            await screen._dispatch_message(events.Callback(callback=look))
        except NoMatches:
            return
    raise AssertionError("it was passed over")
