"""What is being waited for, and for how long."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from services.aws.call import Call


class Waiting:
    """The calls under way; time is counted by a clock that nobody sets."""

    def __init__(self) -> None:
        self._since: dict[int, tuple[str, float]] = {}
        self._next = 0

    @contextmanager
    def for_call(self, call: Call) -> Iterator[None]:
        self._next += 1
        number, where = self._next, f" in {call.region}" if call.region else ""
        self._since[number] = f"{call.service} {call.operation}{where}", time.monotonic()
        try:
            yield
        finally:
            del self._since[number]

    def longest(self) -> tuple[str, float] | None:
        """The first of them that has no answer yet, and its seconds."""
        if not self._since:
            return None
        what, since = next(iter(self._since.values()))
        return what, time.monotonic() - since
