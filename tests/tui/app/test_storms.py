"""After whatever happens to a terminal, it shows what a fresh drawing would show."""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from sandbox.scenario.registry import SCENARIOS
from sandbox.wire.server import Sandbox
from tests.samples import EVERYTHING
from tests.tui.emulated import Emulated, emulated
from tui.settings.options import Start

STORMS = int(os.environ.get("STANCH_STORMS", "200" if EVERYTHING else "15"))
SECONDS = 1.0
"""In which the app has nothing to do, so that it depends neither on the machine nor on its other tests."""


@pytest.fixture
async def terminal(sandbox: Sandbox, tmp_path: Path) -> AsyncIterator[Emulated]:
    SCENARIOS["leaked-key"](sandbox.world)
    async with emulated(tmp_path, Start()) as running:
        await running.wait("16 keys", "its user also has")
        yield running


async def pause(terminal: Emulated, chance: random.Random) -> None:
    await asyncio.sleep(chance.choice((0, 0, 0.001, 0.005, 0.02)))


async def sizes(terminal: Emulated, chance: random.Random) -> None:
    for _ in range(chance.randint(1, 8)):
        terminal.resize(chance.randint(1, 140), chance.randint(1, 50))
        await pause(terminal, chance)


async def there_and_back(terminal: Emulated, chance: random.Random) -> None:
    size = terminal.terminal.size
    terminal.resize(max(1, size[0] // 2), max(1, size[1] // 2))
    await pause(terminal, chance)
    terminal.resize(*size)


async def dialogs(terminal: Emulated, chance: random.Random) -> None:
    terminal.type(chance.choice((":", "i", "?", "!", "\x1b", "\x1b")))
    await pause(terminal, chance)


async def scrolls(terminal: Emulated, chance: random.Random) -> None:
    terminal.type("".join(chance.choice("jkjjG") for _ in range(chance.randint(1, 9))))
    await pause(terminal, chance)


async def theme(terminal: Emulated, chance: random.Random) -> None:
    terminal.app.next_theme()


async def clock(terminal: Emulated, chance: random.Random) -> None:
    """A second passes: something small is drawn by itself."""
    terminal.app.screen.refresh(layout=chance.random() < 0.3)
    await pause(terminal, chance)


async def suspended(terminal: Emulated, chance: random.Random) -> None:
    with terminal.app.suspend():
        terminal.terminal.write("\x1b[2J\x1b[H$ fg\r\n")
        if chance.random() < 0.5:
            terminal.terminal.resize(chance.randint(20, 140), chance.randint(5, 50))


async def slow(terminal: Emulated, chance: random.Random) -> None:
    terminal.terminal.rate = chance.choice((20_000, 100_000))


async def swift(terminal: Emulated, chance: random.Random) -> None:
    terminal.terminal.rate = None


HAPPENINGS: tuple[Callable[[Emulated, random.Random], Awaitable[None]], ...] = (
    sizes,
    sizes,
    there_and_back,
    dialogs,
    scrolls,
    theme,
    clock,
    suspended,
    slow,
    swift,
)


async def test_after_a_storm_the_terminal_shows_what_a_fresh_drawing_would(
    terminal: Emulated, counted: Callable[[str], None]
) -> None:
    seed = random.randrange(1_000_000) if EVERYTHING else 0
    for number in range(STORMS):
        chance, happened = random.Random(seed + number), list[str]()
        for happening in chance.choices(HAPPENINGS, k=chance.randint(1, 12)):
            happened.append(happening.__name__)
            await happening(terminal, chance)
        terminal.terminal.rate = None
        await terminal.until(
            lambda: terminal.terminal.cells == terminal.fresh(),
            f"torn by storm {seed + number}: {happened}",
            idle=SECONDS,
        )
    counted(f"{STORMS} storms from seed {seed}")
