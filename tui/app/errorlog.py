"""The errors of this run, kept readable after the screen has moved on."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from datetime import datetime

from services.base.text import clean
from tui.host import Trouble
from tui.settings.librarylog import LOG

KEPT = 500


class ErrorLog:
    """The newest errors first; the same one again is counted, not repeated."""

    def __init__(self) -> None:
        self._kept: deque[tuple[Trouble, int]] = deque(maxlen=KEPT)

    def add(self, trouble: Trouble) -> bool:
        """Keep *trouble*; False where it only repeats the newest one."""
        if self._kept:
            newest, times = self._kept[0]
            if (newest.doing, newest.words) == (trouble.doing, trouble.words):
                self._kept[0] = (trouble, times + 1)
                return False
        self._kept.appendleft((trouble, 1))
        return True

    def overhear(self, now: Callable[[], datetime]) -> None:
        """Keep what libraries log, from whatever thread."""

        def told(library: str, text: str) -> None:
            self.add(Trouble(now(), f"log of {clean(library)}", clean(text, limit=600)))

        LOG.listen(told)

    def __iter__(self) -> Iterator[tuple[Trouble, int]]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)
