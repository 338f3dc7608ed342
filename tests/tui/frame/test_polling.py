"""What is polled is read at once where that is wanted, whatever came just before."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from textual.app import App
from textual.pilot import Pilot

from sandbox.wire.server import Sandbox
from tests.tui.piloting import driven
from tui.frame.polling import Poll
from tui.settings.options import Start

HOUR = 3600


class Readings:
    """Counts them; next() waits for one more."""

    def __init__(self) -> None:
        self.count = 0
        self._came = asyncio.Event()

    async def read(self) -> bool:
        self.count += 1
        self._came.set()
        return True

    async def next(self) -> None:
        await asyncio.wait_for(self._came.wait(), 10)
        self._came.clear()


@asynccontextmanager
async def polled() -> AsyncIterator[tuple[Pilot[None], Readings, Poll]]:
    """A poll that was started and has read once."""
    app = App[None]()
    async with app.run_test() as pilot:
        readings = Readings()
        poll = Poll(app.screen, HOUR, readings.read)
        poll.start()
        await readings.next()
        yield pilot, readings, poll
        poll.stop()


async def test_a_glance_away_puts_off_nothing_that_is_wanted_at_once() -> None:
    async with polled() as (pilot, readings, poll):
        poll.rest()
        # A dialog closes, and its screen is left at once: the reading due in an hour was never begun.
        await pilot.pause()
        poll.start(when_due=True)
        poll.rest()
        await pilot.pause()
        poll.start()
        await readings.next()
        poll.start(when_due=True)
        assert readings.count == 2
        # What was changed while it was being read is not in that reading.
        poll.start()
        await readings.next()
        assert readings.count == 3


async def test_what_nobody_sees_is_read_once_it_is_seen() -> None:
    async with polled() as (pilot, readings, poll):
        for leave in (poll.rest, poll.stop):
            before = readings.count
            leave()
            poll.now()
            await pilot.pause()
            assert readings.count == before
            assert not poll.seen
            poll.start(when_due=True)
            await readings.next()
            assert poll.seen


async def test_work_that_never_began_is_closed_at_once(sandbox: Sandbox, tmp_path: Path) -> None:
    async def work() -> None:
        raise AssertionError

    async with driven(tmp_path, Start()) as driver:
        await driver.wait("has no service-specific credentials")
        screen, never = driver.app.screen, work()
        screen.run_worker(never).cancel()
        await driver.until(lambda: inspect.getcoroutinestate(never) == inspect.CORO_CLOSED, "it is kept")
