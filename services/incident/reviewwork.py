"""A review while it is made and once it is there: what the events screen and the runbook both show."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from services.base import sizes
from services.incident.keptreview import KeptReview
from services.review.model import Progress
from services.review.review import Review


class ReviewWork:
    """*on_change* is called when there is more to show."""

    def __init__(self) -> None:
        self.review: Review | None = None
        self.kept: KeptReview | None = None
        """What *review* is read from, where it was not made here."""
        self.trouble: str | None = None
        """Why the last one ended without a result."""
        self.running = False
        self.on_change: list[Callable[[], None]] = []
        self._progress: dict[str, Progress] = {}
        self._stop = asyncio.Event()

    @property
    def progress(self) -> Mapping[str, Progress]:
        """How far each source is."""
        return self._progress

    @property
    def stopping(self) -> bool:
        return self.running and self._stop.is_set()

    def begin(self) -> asyncio.Event:
        """A new one begins; the event says when to stop, keeping what was found."""
        self._progress.clear()
        self._stop = asyncio.Event()
        self.trouble = None
        self.running = True
        self._changed()
        return self._stop

    def advance(self, progress: Progress) -> None:
        self._progress[progress.source] = progress
        self._changed()

    def end(self, review: Review | None, trouble: str | None = None) -> None:
        self.running = False
        if review is not None:
            self.review, self.kept = review, None
        self.trouble = trouble
        self._changed()

    def keep(self, kept: KeptReview | None) -> None:
        """Show what the case keeps, as far as nothing is read, or was read, here."""
        if kept is None or self.running or (self.review is not None and self.kept is None):
            return
        if self.kept is None or kept.at > self.kept.at:
            self.review, self.kept = kept.review, kept
            self._changed()

    def stop(self) -> None:
        self._stop.set()
        self._changed()

    @property
    def told(self) -> str:
        """How far it is, in words."""
        if self.stopping:
            return "stopping; results so far are kept"
        begun = [each for each in self._progress.values() if each.records or each.objects_total]
        return " · ".join(map(source_told, begun)) or "asking which trails record what"

    def _changed(self) -> None:
        for tell in tuple(self.on_change):
            tell()


def source_told(progress: Progress) -> str:
    """``trail organisation: 412 of 1,190 objects, 54.0 MB, 12,400 records, 3 matches``."""
    parts = []
    if progress.objects_done or progress.objects_total:
        total = f" of {progress.objects_total:,}" if progress.objects_total is not None else ""
        parts.append(f"{progress.objects_done:,}{total} objects")
    if progress.bytes_read:
        parts.append(sizes.size(progress.bytes_read))
    if progress.records:
        parts.append(sizes.count(progress.records, "record"))
        parts.append(sizes.count(progress.matches, "match", "matches"))
    return f"{progress.source}: {', '.join(parts) or progress.note}"
