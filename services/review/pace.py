"""How fast a source is read, and how long it will take yet."""

from __future__ import annotations

import time
from collections.abc import Callable

from services.review.model import Progress

SETTLED = 1.0
"""Seconds before a rate is worth saying."""


class Pace:
    """Fed with the progress of all sources; *clock* gives seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._begun: dict[str, float] = {}

    def told(self, progress: Progress) -> str:
        """``120.0 MB/s, 12 s left``, or as much of it as is known; empty at first."""
        now = self._clock()
        taken = now - self._begun.setdefault(progress.source, now)
        if taken < SETTLED:
            return ""
        parts = [f"{progress.bytes_read / taken / 1e6:,.1f} MB/s"] if progress.bytes_read else []
        done, total = progress.objects_done, progress.objects_total
        if total and 0 < done < total:
            parts.append(f"{_spell(taken / done * (total - done))} left")
        return ", ".join(parts)


def _spell(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"
