"""The errors of this run, kept readable after the screen has moved on."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from tui.host import Trouble

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

    def __iter__(self) -> Iterator[tuple[Trouble, int]]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)
