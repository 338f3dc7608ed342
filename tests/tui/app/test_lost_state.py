"""The cases go, or can't be written any more, while a screen is looked at: that ends nothing."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from sandbox.scenario.cast import Scenario
from tests.samples import EVERYTHING
from tests.tui.app.test_typed_ahead import WAYS, open_by
from tests.tui.piloting import Driver, driven
from tests.tui.test_every_command import back_to
from tui.commands import table as commands
from tui.frame.base import Commands
from tui.settings.options import Start

SCREENS, KEYS = (len(WAYS), 40) if EVERYTHING else (8, 6)
NOT_HERE = {"quit", "back", "suspend", "copy_result"}


def gone(state: Path) -> None:
    shutil.rmtree(state, ignore_errors=True)


def whole(state: Path) -> None:
    """Empty, as if nothing had been there."""
    if state.is_file():
        state.unlink()
    gone(state)


def a_file(state: Path) -> None:
    gone(state)
    state.write_text("what somebody wrote here")


def torn(state: Path) -> None:
    for path in state.rglob("journal.jsonl"):
        path.write_bytes(path.read_bytes()[:-7] + b"\xff\n[]\n")


@pytest.mark.parametrize("lost", [gone, a_file, torn])
async def test_every_screen_goes_on(
    scenario: Scenario, tmp_path: Path, lost: Callable[[Path], None], counted: Callable[[str], None]
) -> None:
    seed = random.randrange(1_000_000) if EVERYTHING else 0
    chance, state, pressed = random.Random(seed), tmp_path / "state", 0
    async with driven(state, Start(), size=(100, 30)) as driver:
        await driver.wait("16 keys")
        for way in chance.sample(list(WAYS), SCREENS):
            await back_to(driver, "KEY ID")
            whole(state)
            await begin_a_case(driver)
            await open_by(driver, way)
            screens = len(driver.app.screen_stack)
            scope = cast(Commands[Any], driver.app.screen).scope
            keys = [each.keys[0] for each in commands.within(scope) if each.keys and each.id not in NOT_HERE]
            lost(state)
            for key in chance.sample(keys, min(KEYS, len(keys))):
                await driver.press(key)
                pressed += 1
                assert driver.app._exception is None, (seed, way, key)
            await driver.until(lambda: not driver.app.under_way, f"{way}: something is under way for ever")
            while len(driver.app.screen_stack) > screens:
                cast(Commands[Any], driver.app.screen).dismiss()
                await driver.pilot.pause()
            assert driver.app._exception is None, (seed, way)
            assert driver.app.is_running
    counted(f"{pressed} keys on {SCREENS} screens whose cases are lost, from seed {seed}")


async def begin_a_case(driver: Driver) -> None:
    """With a note in it, so that there is a journal to lose."""
    await open_by(driver, "note")
    await driver.type("seen")
    await driver.press("enter")
    await driver.wait("Note added")
