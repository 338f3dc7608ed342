"""Drives the app without a terminal: opens it on a screen, waits for words, reads what is drawn."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from textual import events
from textual.pilot import Pilot

from tests.patience import PATIENCE
from tui.app.app import StanchApp
from tui.settings.options import Options, Start


@dataclass
class Driver:
    """An app that runs, and the keys to it."""

    app: StanchApp
    pilot: Pilot[None]

    @property
    def text(self) -> str:
        """All that is drawn of the screen in sight, and of what it leaves in sight."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

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
        return " ".join(self.text.split())

    async def until(self, done: Callable[[], object], words: str, seconds: float = PATIENCE) -> None:
        deadline = time.monotonic() + seconds
        while not done():
            assert time.monotonic() < deadline, f"{words}\n{self.text}"
            await asyncio.sleep(0.02)
            await self.pilot.pause()


@asynccontextmanager
async def driven(
    state_dir: Path, start: Start, *, size: tuple[int, int] = (80, 24), **options: Any
) -> AsyncIterator[Driver]:
    """The app, opened as *start* says, on the account that the environment points at."""
    app = StanchApp(Options(state_dir=state_dir, regions=("us-east-1",), start=start, **options))
    async with app.run_test(size=size, notifications=True) as pilot:
        yield Driver(app, pilot)
