"""What is being waited for, and for how long."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from services.aws.call import Call


class Waiting:
    """The calls under way, and what they wait for in turn; time is counted by a clock that nobody sets."""

    def __init__(self) -> None:
        self._since: dict[int, tuple[str, float]] = {}
        self._before: dict[int, tuple[str, float]] = {}
        """What has to come before any call goes out."""
        self._next = 0
        self._asked = 0

    @contextmanager
    def for_call(self, call: Call) -> Iterator[None]:
        where = f" in {call.region}" if call.region else ""
        with self._kept(self._since, f"{call.service} {call.operation}{where}"):
            yield

    @contextmanager
    def before_calls(self, what: str) -> Iterator[None]:
        with self._kept(self._before, what):
            yield

    @contextmanager
    def for_person(self) -> Iterator[None]:
        """Nothing else is waited for while a person is asked, and what is then is waited for anew."""
        self._asked += 1
        try:
            yield
        finally:
            self._asked -= 1
            for place in (self._since, self._before):
                place.update({number: (what, time.monotonic()) for number, (what, _) in place.items()})

    def longest(self) -> tuple[str, float] | None:
        """The first of them that has no answer yet, and its seconds."""
        found = self._before or self._since
        if not found or self._asked:
            return None
        what, since = next(iter(found.values()))
        return what, time.monotonic() - since

    @contextmanager
    def _kept(self, place: dict[int, tuple[str, float]], what: str) -> Iterator[None]:
        self._next += 1
        number = self._next
        place[number] = what, time.monotonic()
        try:
            yield
        finally:
            del place[number]
