"""A network that begins to lie while a screen is looked at ends nothing: what it says is one sentence."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest
from botocore.retries import standard

from sandbox.scenario.cast import Scenario
from tests.samples import EVERYTHING
from tests.services.aws.liar import Liar, Lie, lying
from tests.services.aws.test_wrong_answers import RAW
from tests.tui.app.test_typed_ahead import WAYS, open_by
from tests.tui.piloting import driven
from tui.commands import table as commands
from tui.frame.base import Commands
from tui.settings.options import Start

SCREENS, LIES = (len(WAYS), 40) if EVERYTHING else (8, 6)
SOON = 2.0
"""Seconds in which a screen that asks AWS does, nearly always."""
NOT_HERE = {"quit", "yes", "other", "back", "suspend", "copy_result"}
"""To leave is another test's; what is begun or agreed to would not be there for the next lie."""


def heard_more(network: Liar, before: int) -> bool:
    return len(network.heard) > before


async def test_every_screen_goes_on(
    scenario: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, counted: Callable[[str], None]
) -> None:
    monkeypatch.setattr(standard.ExponentialBackoff, "delay_amount", lambda self, context: 0)
    seed, told = random.randrange(1_000_000) if EVERYTHING else 0, 0
    chance = random.Random(seed)
    async with lying() as network:
        monkeypatch.setenv("HTTP_PROXY", network.url)
        async with driven(tmp_path, Start(), size=(100, 30)) as driver:
            app = driver.app
            await driver.wait("16 keys")
            for way in chance.sample(list(WAYS), SCREENS):
                await open_by(driver, way)
                screens = len(app.screen_stack)
                keys = [
                    command.keys[0]
                    for command in commands.within(cast(Commands[Any], app.screen).scope)
                    if command.keys and command.keys[0] != "enter" and command.id not in NOT_HERE
                ]
                answers = chance.sample(list(RAW.items()), LIES)
                network.lie = lambda asked, answers=answers: Lie(chance.choice(answers)[1])  # type: ignore[misc]
                before = len(network.heard)
                for key in ("ctrl+r", chance.choice(keys), chance.choice(keys), "ctrl+r"):
                    await driver.press(key)
                    assert app._exception is None, (seed, way, key)
                # Not every screen asks AWS.
                with suppress(AssertionError):
                    await driver.until(partial(heard_more, network, before), "", SOON)
                await driver.pilot.pause()
                told += len(network.heard) - before
                network.lie = lambda asked: None
                while len(app.screen_stack) > screens:
                    cast(Commands[Any], app.screen).dismiss()
                    await driver.pilot.pause()
                assert app._exception is None, (seed, way)
                assert app.is_running
                if "16 keys" not in driver.flat:
                    await driver.press("ctrl+r")
    assert told >= SCREENS // 2
    counted(f"{told} lies to {SCREENS} screens from seed {seed}")
