"""Drives the app without a terminal: opens it on a screen, waits for words, reads what is drawn."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from textual import events
from textual._context import visible_screen_stack
from textual.pilot import Pilot
from textual.strip import Strip

from tests.patience import PATIENCE
from tui.app.app import StanchApp
from tui.settings.options import Options, Start

TOGETHER = 0.02
LOOK_AGAIN = 0.25
"""Seconds after which it is looked also where nothing was drawn: what is waited for may be a file."""


@dataclass
class Driver:
    """An app that runs, and the keys to it; *drawn* is set at each of its drawings."""

    app: StanchApp
    pilot: Pilot[None]
    drawn: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def text(self) -> str:
        return "\n".join(strip.text.rstrip() for strip in self.strips)

    @property
    def strips(self) -> list[Strip]:
        """All that is drawn of the screen in sight, and of what it leaves in sight."""
        visible_screen_stack.set(self.app._background_screens)
        return self.app.screen._compositor.render_strips()

    async def press(self, *keys: str) -> None:
        """One after the other, as somebody does who reads the question that is in sight first."""
        for key in keys:
            deadline = time.monotonic() + PATIENCE
            while self.app.unseen:
                assert time.monotonic() < deadline, f"it is never drawn\n{self.text}"
                await asyncio.sleep(0.001)
            await self.pilot.press(key)

    async def type(self, text: str) -> None:
        """Into the field that has the focus, as a paste does: a key press each would take long."""
        assert self.app.screen.focused is not None
        self.app.screen.focused.post_message(events.Paste(text))
        await self.pilot.pause()

    async def wait(self, *texts: str, seconds: float = PATIENCE) -> None:
        """Until all *texts* are drawn at once, line breaks and indents not counted."""
        await self.until(lambda: all(text in self.flat for text in texts), f"{texts} did not come", seconds)

    async def wait_gone(self, text: str, seconds: float = PATIENCE) -> None:
        await self.until(lambda: text not in self.flat, f"{text!r} did not go", seconds)

    @property
    def flat(self) -> str:
        # A dialog's frame stands between the lines of what it says.
        return " ".join(self.text.replace("│", " ").split())

    async def until(self, done: Callable[[], object], words: str, seconds: float = PATIENCE) -> None:
        deadline = time.monotonic() + seconds
        while not done():
            assert time.monotonic() < deadline, f"{words}\n{self.text}"
            await self.next_drawing()
            if done():
                # What was drawn may not be all that is to come of it.
                await self.pilot.pause()
                return

    async def next_drawing(self) -> None:
        """Until the app draws, if only a moment after: drawings come in groups, and to look costs more."""
        self.drawn.clear()
        with suppress(TimeoutError):
            await asyncio.wait_for(self.drawn.wait(), LOOK_AGAIN)
        await asyncio.sleep(TOGETHER)


@asynccontextmanager
async def driven(
    state_dir: Path, start: Start, *, size: tuple[int, int] = (80, 24), **options: Any
) -> AsyncIterator[Driver]:
    """The app, opened as *start* says, on the account that the environment points at."""
    app = StanchApp(Options(state_dir=state_dir, regions=("us-east-1",), start=start, **options))
    async with app.run_test(size=size, notifications=True) as pilot:
        driver = Driver(app, pilot)
        app.post_display_hook = driver.drawn.set  # type: ignore[method-assign]
        yield driver
