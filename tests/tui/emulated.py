"""The app on a terminal of our own, in this process: the real driver's bytes in, an emulator's cells out."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pyte
from rich.color import ColorSystem
from textual.drivers.linux_driver import LinuxDriver

from tests.patience import PATIENCE
from tui.app.app import StanchApp
from tui.app.shadow import Shadow
from tui.settings.options import Options, Start

Cells = list[list[tuple[str, str, str, bool, bool, bool]]]
"""By row and column: text, colours, bold, underlined, reversed."""

LOOK = 0.01

# pyte takes these private sequences for text; a terminal drops them.
_PRIVATE = re.compile(r"\x1b\[[<>=][0-9;:]*[a-zA-Z]")


class Emulator:
    """A terminal of a size of its own, which takes at most *rate* characters a second."""

    def __init__(self, columns: int, lines: int) -> None:
        self.rate: float | None = None
        self.screen = pyte.Screen(columns, lines)
        self._stream = pyte.Stream(self.screen)
        self._lock = threading.Lock()

    @property
    def size(self) -> tuple[int, int]:
        return self.screen.columns, self.screen.lines

    def write(self, text: str) -> None:
        with self._lock:
            self._stream.feed(_PRIVATE.sub("", text))
        if self.rate:
            time.sleep(len(text) / self.rate)

    def flush(self) -> None:
        pass

    def resize(self, columns: int, lines: int) -> None:
        with self._lock:
            self.screen.resize(lines, columns)

    @property
    def cells(self) -> Cells:
        with self._lock:
            buffer = self.screen.buffer
            return [
                [
                    (cell.data, cell.fg, cell.bg, cell.bold, cell.underscore, cell.reverse)
                    for cell in (buffer[y][x] for x in range(self.screen.columns))
                ]
                for y in range(self.screen.lines)
            ]

    @property
    def text(self) -> str:
        with self._lock:
            return "\n".join(self.screen.display)


@dataclass
class Emulated:
    """An app that runs, its terminal, and the keyboard."""

    app: StanchApp
    terminal: Emulator
    keyboard: int
    ended: asyncio.Task[Any]

    def type(self, keys: str) -> None:
        """In one write, as a terminal sends them."""
        os.write(self.keyboard, keys.encode())

    def resize(self, columns: int, lines: int) -> None:
        self.terminal.resize(columns, lines)
        signal.raise_signal(signal.SIGWINCH)

    async def until(self, done: Callable[[], object], words: str, *, idle: float = PATIENCE) -> None:
        """*idle*: seconds in which the app has nothing to do, after which it must be done."""
        deadline, left = time.monotonic() + PATIENCE, idle
        while not done():
            assert not self.ended.done(), f"{words}: it ended\n{self.terminal.text}"
            if left <= 0 or time.monotonic() > deadline:
                drawn = "\n".join(strip.text for strip in self.app.screen._compositor.render_strips())
                raise AssertionError(f"{words}\n{self.terminal.text}\ninstead of\n{drawn}")
            begun = time.monotonic()
            await asyncio.sleep(LOOK)
            waited = time.monotonic() - begun
            left -= waited if waited < 2 * LOOK else 0

    async def wait(self, *texts: str) -> None:
        await self.until(lambda: all(text in self.terminal.text for text in texts), f"{texts} did not come")

    def fresh(self) -> Cells:
        """What a terminal of this size shows that gets the present frame and nothing before."""
        emulator = Emulator(*self.terminal.size)
        compositor = self.app.screen._compositor
        emulator.write("\x1b[?7l")
        colours = self.app.console._color_system or ColorSystem.TRUECOLOR
        emulator.write(Shadow().sequence(compositor.size, compositor.render_strips(), colours))
        return emulator.cells


@asynccontextmanager
async def emulated(
    state_dir: Path, start: Start, *, size: tuple[int, int] = (80, 24), **options: Any
) -> AsyncIterator[Emulated]:
    """The app, opened as *start* says, on the account that the environment points at."""
    terminal = Emulator(*size)
    ours, theirs = os.pipe()

    class EmulatedDriver(LinuxDriver):
        def __init__(self, *given: Any, **named: Any) -> None:
            super().__init__(*given, **named)
            self._file = cast(Any, terminal)
            self.fileno, self.input_tty = ours, True

        def _get_terminal_size(self) -> tuple[int, int]:
            return terminal.size

    handlers = {number: signal.getsignal(number) for number in _HANDLED}
    app = StanchApp(Options(state_dir=state_dir, regions=("us-east-1",), start=start, **options))
    app.driver_class = EmulatedDriver
    ended = asyncio.create_task(app.run_async(mouse=False))
    try:
        yield Emulated(app, terminal, theirs, ended)
    finally:
        terminal.rate = None
        app.exit()
        await ended
        os.close(theirs)
        os.close(ours)
        for number, handler in handlers.items():
            signal.signal(number, handler)


_HANDLED = (signal.SIGTSTP, signal.SIGCONT, signal.SIGWINCH, signal.SIGTTOU, signal.SIGTTIN)
