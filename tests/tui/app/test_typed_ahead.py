"""Two keys in one write, on every screen: the second meets what the first has opened, or is dropped."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any, cast

import pytest
from textual import events
from textual._xterm_parser import XTermParser
from textual.keys import _character_to_key

from sandbox.scenario.cast import Scenario
from tests.patience import PATIENCE
from tests.samples import EVERYTHING
from tests.tui.piloting import Driver, driven
from tests.tui.test_every_command import back_to, take
from tui.commands import table as commands
from tui.frame.base import Commands
from tui.settings.options import Start

MOST_STAYING, MOST_LEAVING = (10_000, 20) if EVERYTHING else (3, 1)
PARTS = 2
SCREENS = 8
"""Of WAYS, by chance and the same in each run: to open them costs more than the keys. With
STANCH_FULL_MATRICES=1 it is all of them, and every pair of keys on each."""

BYTES = {
    "enter": "\r", "tab": "\t", "space": " ", "backspace": "\x7f", "shift+tab": "\x1b[Z",
    "up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C", "left": "\x1b[D",
    "home": "\x1b[H", "end": "\x1b[F", "pageup": "\x1b[5~", "pagedown": "\x1b[6~", "delete": "\x1b[3~",
    "f1": "\x1bOP", "f2": "\x1bOQ", "f3": "\x1bOR",
}  # fmt: skip
CHARACTERS = {_character_to_key(chr(code)): chr(code) for code in range(33, 127)}


def sent(key: str) -> str:
    """What a terminal sends for it."""
    if key.startswith("ctrl+"):
        return chr(ord(key[-1].upper()) & 0x1F)
    return BYTES.get(key) or CHARACTERS[key]


def typed(driver: Driver, *keys: str) -> None:
    """Through the parser of the real driver, and all before the app sees any of it."""
    parser = XTermParser()
    for key in keys:
        if key == "escape":
            # By itself, for together with the next it would be that one with alt.
            found: Any = [events.Key("escape", None)]
        else:
            found = parser.feed(sent(key))
        for message in found:
            assert driver.app._driver is not None
            driver.app._driver.process_message(message)


async def quiet(driver: Driver, screens: int, pair: tuple[str, ...]) -> None:
    """Until no key waits and the screen in sight is there; then all above the first *screens* is closed."""
    app = driver.app
    await asyncio.sleep(0.001)
    deadline = time.monotonic() + PATIENCE
    while len(app._typed) + app._message_queue.qsize() or not app.screen.is_mounted:
        assert time.monotonic() < deadline, (
            f"after {pair} a key waits for ever: {app._typed} {app.screen_stack} {app._message_queue}"
        )
        assert app._running
        await asyncio.sleep(0.001)
    while len(app.screen_stack) > screens:
        cast(Commands[Any], app.screen).dismiss()
    await asyncio.sleep(0)
    assert app._exception is None, f"after {pair}"


RUNBOOK = ("respond", "~5 · deny Attach")
WAYS: dict[str, tuple[str, ...]] = {
    "inventory": (),
    "traffic": ("traffic", "~in all"),
    "log groups": ("log_groups", "~/aws/hlc-logs/vendor-a"),
    "key": ("open", "~no case is open"),
    "help": ("help", "~What you can do here"),
    "errors": ("errors", "~in this run"),
    "palette": ("palette", "~a command"),
    "identify": ("identify", "~Paste"),
    "events": ("events", "~TIME▾"),
    "record": ("events", "~TIME▾", "record", "~eventName"),
    "coverage": ("events", "~TIME▾", "findings", "~Findings"),
    "cases": ("cases", "~case"),
    "audit": ("audit", "~is too broad"),
    "finding": ("audit", "~is too broad", "open_finding", "!enter evidence"),
    "policy": ("policy", "~attach to user"),
    "scan": ("scan", "~AWS is not contacted"),
    "setup": ("setup", "~CreateUser"),
    "issue": ("issue", "~issue a key"),
    "harden": ("harden", "~record the use of keys"),
    "rotation": ("rotate", "~No second key was created yet"),
    "runbook": RUNBOOK,
    "plans": (*RUNBOOK, "plans", "~aws iam"),
    "sweep": (*RUNBOOK, "sweep", "~access key"),
    "groups": (*RUNBOOK, "groups", "~TOKENS"),
    "note": (*RUNBOOK, "note"),
    "options": (*RUNBOOK, "step_3", "options", "~secret to"),
    "confirm": (*RUNBOOK, "step_1", "take", "~Leave it"),
}
"""By the steps of test_every_command from the inventory, with the leaked key chosen."""


@pytest.mark.parametrize("first", range(PARTS))
async def test_two_keys_in_one_write(
    scenario: Scenario, tmp_path: Path, first: int, counted: Callable[[str], None]
) -> None:
    taken = 0
    every = list(WAYS)[first::PARTS]
    chance = random.Random(first)
    ways = every if EVERYTHING else chance.sample(every, SCREENS // PARTS)
    async with driven(tmp_path, Start(), size=(100, 30)) as driver:
        await driver.wait("16 keys")
        for way in ways:
            await open_by(driver, way)
            screens = len(driver.app.screen_stack)
            for pair in pairs_of(cast(Commands[Any], driver.app.screen).scope, chance):
                if len(driver.app.screen_stack) < screens:
                    await open_by(driver, way)
                typed(driver, *pair)
                await quiet(driver, screens, pair)
                taken += 1
    counted(f"{taken} pairs of keys in one write, on {', '.join(ways)}")


async def open_by(driver: Driver, way: str) -> None:
    await back_to(driver, "KEY ID")
    # On the inventory escape ends a filter and takes marks away.
    await take(driver, "=escape", "=escape", "filter", '"user:hlc', "~1 of", "=enter", *WAYS[way])


def pairs_of(scope: str, chance: random.Random) -> list[tuple[str, str]]:
    """In the order of chance; a few of those that leave the screen, which is slow to open again."""
    # To leave the program has a test of its own; what is done for good would not be there for the next pair.
    not_here = {"quit", "yes", "other"}
    keys = [
        command.keys[0] for command in commands.within(scope) if command.keys and command.id not in not_here
    ]
    pairs = list(product(keys, keys))
    chance.shuffle(pairs)
    pairs.sort(key=lambda pair: "escape" in pair)
    leaving = sum("escape" in pair for pair in pairs)
    staying = pairs[: len(pairs) - leaving]
    return staying[:MOST_STAYING] + pairs[len(staying) :][:MOST_LEAVING]


async def test_what_is_pasted_in_one_write_with_a_key_comes_where_the_key_leads(
    scenario: Scenario, tmp_path: Path
) -> None:
    assert scenario.leaked
    pasted = f"\x1b[200~{scenario.leaked.token}\x1b[201~"
    async with driven(tmp_path, Start(), size=(100, 30)) as driver:
        await driver.wait("16 keys")
        screens = len(driver.app.screen_stack)
        for before, after in (("i", ""), ("", ""), ("ti", ""), ("i", "\r")):
            assert driver.app._driver is not None
            for message in XTermParser().feed(f"{before}{pasted}{after}"):
                driver.app._driver.process_message(message)
            # Enter goes on to what can be done with the key that was found.
            shown = ("no case is open",) if after else ("identify a leaked key", "key ACCA")
            await driver.wait(*shown)
            while len(driver.app.screen_stack) > screens:
                await driver.press("escape")


def over(driver: Driver) -> bool:
    """It ends, or the key before has opened a dialog or a form, whose q means something else or nothing."""
    field = driver.app.focused
    writes = field is not None and field.check_consume_key("q", "q")
    return driver.app._exit or driver.app.screen.is_modal or writes


@pytest.mark.parametrize("order", ["first", "second"])
async def test_leaving_the_program_beside_any_other_key(
    scenario: Scenario, tmp_path: Path, order: str, counted: Callable[[str], None]
) -> None:
    assert scenario.leaked
    start = Start("runbook", key_id=scenario.leaked.key_id, user=scenario.leaked.user)
    keys = [command.keys[0] for command in commands.within("runbook") if command.keys]
    keys = random.Random(order).sample(keys, min(MOST_STAYING, len(keys)))
    for key in keys:
        async with driven(tmp_path, start) as driver:
            await driver.wait("1 · deactivate")
            typed(driver, *(("q", key) if order == "first" else (key, "q")))
            await driver.until(partial(over, driver), f"{key} keeps q from being heard")
        assert driver.app._exception is None, key
    counted(f"{len(keys)} keys in one write with q, which came {order}")
