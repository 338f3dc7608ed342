"""Asks again and again while somebody looks: never twice at once, and less often while it fails."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress

from textual.widget import Widget
from textual.worker import Worker

SLOWEST = 300.0
"""Seconds between two readings, at the most, however often they failed."""


class Poll:
    """Calls *work* every *seconds* from start() to stop(); *work* answers whether it succeeded.

    Start it in ``on_screen_resume`` and stop it, or let it rest, in ``on_screen_suspend``: what nobody sees
    is not asked.
    """

    def __init__(
        self, owner: Widget, seconds: float, work: Callable[[], Awaitable[bool]], *, times_over: float = 0
    ) -> None:
        """Between two readings passes at least *times_over* what the last took."""
        self._owner = owner
        self._seconds = seconds
        self._times_over = times_over
        self._work = work
        self._worker: Worker[None] | None = None
        self._hurry = asyncio.Event()
        self._wanted = False
        self._overdue = False
        self._took = 0.0
        self._begun_at = -math.inf
        self.failures = 0

    @property
    def running(self) -> bool:
        return self._worker is not None and not self._worker.is_finished

    @property
    def seen(self) -> bool:
        """Whether it was started and not told to stop or rest since.

        Other than a screen's ``is_current``, which is still true when it has just been told that it goes.
        """
        return self._wanted

    @property
    def pause_seconds(self) -> float:
        """Until the next reading: doubled with each failure in a row."""
        usual = max(self._seconds, min(self._times_over * self._took, SLOWEST))
        return min(usual * 2.0**self.failures, max(SLOWEST, self._seconds))

    def start(self, *, when_due: bool = False) -> None:
        """Read at once, and again if a reading is under way; with *when_due* once the pause is over."""
        self._wanted = True
        when_due = when_due and not self._overdue
        self._overdue = False
        if not self.running:
            # Here, and not when it begins: a rest that comes before that is not to be lost.
            self._hurry.clear()
            self._worker = self._owner.run_worker(self._go_on(when_due), name="poll", exit_on_error=True)
        elif not when_due:
            self._hurry.set()

    def stop(self) -> None:
        self._wanted = False
        if self._worker is not None:
            self._worker.cancel()
            self._worker = None

    def rest(self) -> None:
        """Read no more, but let the reading under way come to its end."""
        self._wanted = False
        self._hurry.set()

    def now(self) -> None:
        """Read at once, or as soon as it is started again, and forget that it failed."""
        self.failures = 0
        if self.seen:
            self.start()
        else:
            self._overdue = True

    async def _go_on(self, when_due: bool) -> None:
        if when_due:
            await self._pause(self._begun_at + self._took + self.pause_seconds - time.monotonic())
        while self._wanted:
            self._hurry.clear()
            self._begun_at = time.monotonic()
            self.failures = 0 if await self._work() else self.failures + 1
            self._took = time.monotonic() - self._begun_at
            if self._wanted:
                await self._pause(self.pause_seconds)

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._hurry.wait(), max(0.0, seconds))
