"""A call whose answer comes late, while other things happen."""

from __future__ import annotations

import asyncio
import threading

from sandbox.wire.faults import When
from sandbox.wire.server import Sandbox
from tests.patience import PATIENCE


class Held:
    """The first call of an operation is answered late: once *go_on* is set."""

    def __init__(self, sandbox: Sandbox, operation: str, when: When) -> None:
        self.asked, self.go_on = threading.Event(), threading.Event()
        sandbox.faults.on(operation, when, self._hold)

    def _hold(self) -> None:
        if not self.asked.is_set():
            self.asked.set()
            self.go_on.wait(PATIENCE)

    async def begun(self) -> None:
        assert await asyncio.to_thread(self.asked.wait, PATIENCE)
