"""Asks again and again while somebody looks: never twice at once, and less often while it fails."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from textual.widget import Widget
from textual.worker import Worker

SLOWEST = 300.0
"""Seconds between two readings, at the most, however often they failed."""


class Poll:
    """Calls *work* every *seconds* from start() to stop(); *work* answers whether it succeeded.

    Start it in ``on_screen_resume`` and stop it in ``on_screen_suspend``: what nobody sees is not asked.
    """

    def __init__(self, owner: Widget, seconds: float, work: Callable[[], Awaitable[bool]]) -> None:
        self._owner = owner
        self._seconds = seconds
        self._work = work
        self._worker: Worker[None] | None = None
        self._hurry = asyncio.Event()
        self.failures = 0

    @property
    def running(self) -> bool:
        return self._worker is not None and not self._worker.is_finished

    @property
    def pause_seconds(self) -> float:
        """Until the next reading: doubled with each failure in a row."""
        return min(self._seconds * 2.0**self.failures, max(SLOWEST, self._seconds))

    def start(self) -> None:
        if not self.running:
            self._worker = self._owner.run_worker(self._go_on(), name="poll", exit_on_error=True)

    def stop(self) -> None:
        if self._worker is not None:
            self._worker.cancel()
            self._worker = None

    def now(self) -> None:
        """Read at once, and forget that it failed."""
        self.failures = 0
        self._hurry.set()
        self.start()

    async def _go_on(self) -> None:
        while True:
            self._hurry.clear()
            self.failures = 0 if await self._work() else self.failures + 1
            try:
                await asyncio.wait_for(self._hurry.wait(), self.pause_seconds)
            except TimeoutError:
                continue
