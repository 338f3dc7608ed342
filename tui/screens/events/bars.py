"""The window of a review as bars of one length: what was recorded when, and how many events there were."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from services.review.coverage import Coverage
from services.review.model import Window
from services.review.record import Event
from services.review.recorded import Covers
from tui.look import words
from tui.look.graphs import BLOCKS
from tui.look.lines import Line, Role, Span, width_of

BAR = 20
"""Cells for the window of a review, unless more are asked for."""
_LEAST_BAR = 8
"""Cells below which a bar tells nothing."""

_BEST: tuple[Covers, ...] = ("yes", "partly", "unknown", "management only", "no")
CELLS: dict[Covers, Span] = {
    "yes": ("━", "good"),
    "partly": ("╍", "warn"),
    "unknown": ("╌", "warn"),
    "management only": ("·", "quiet"),
    "no": ("·", "quiet"),
}
WORDS: dict[Covers, str] = {
    "yes": "recorded",
    "partly": "recorded in part",
    "unknown": "not known",
    "management only": "use not recorded",
    "no": "not recorded",
}


def covered(rows: Iterable[Coverage], when: datetime) -> Covers:
    """The best that any source says of *when*."""
    found = {row.covers for row in rows if row.since <= when <= row.until}
    return next((covers for covers in _BEST if covers in found), "unknown")


def coverage_lines(rows: Sequence[Coverage], window: Window, cells: int = BAR) -> list[Line]:
    """One bar for Regions recorded alike: ``╌╌╌━━━━ us-east-1: not known until 11-20, then recorded``.

    With no *cells* the words stand alone.
    """
    alike: dict[tuple[tuple[Covers, datetime], ...], list[str]] = {}
    for region in dict.fromkeys(row.region for row in rows):
        pieces = _pieces([row for row in rows if row.region == region], window)
        alike.setdefault(pieces, []).append("all Regions" if region == "*" else region)
    if len(alike) == 1 and len(regions := next(iter(alike.values()))) > 1:
        return [_bar([f"all {len(regions)} Regions"], next(iter(alike)), window, cells)]
    return [_bar(regions, pieces, window, cells) for pieces, regions in alike.items()]


def fitting_lines(
    rows: Sequence[Coverage], window: Window, cells: int, width: int, *, first_alone: bool = False
) -> list[Line]:
    """Bars give up cells to the words beside them: what was recorded since when is not to be cut.

    With *first_alone* the first line shares its room with how many more there are.
    """
    told = coverage_lines(rows, window, 0)
    needed = max(map(width_of, told[:1] if first_alone else told), default=0)
    if first_alone and len(told) > 1:
        needed += len(and_more(told))
    room = min(cells, width - needed - 1)
    return coverage_lines(rows, window, room if room >= _LEAST_BAR else 0)


def and_more(lines: Sequence[Line]) -> str:
    """What stands beside the first of several lines."""
    return f"  and {len(lines) - 1} more" if len(lines) > 1 else ""


def counted_lines(events: Sequence[Event], window: Window, cells: int = BAR) -> list[Line]:
    """How the events lie in the window: ``  ▁▂█ 1,204 events, at most 412 in 8 h``, and those refused."""
    if not events or window.empty:
        return []
    columns = cells or BAR
    counts = _counts(events, window, columns)
    most = f", at most {max(counts):,} in {words.spoken((window.until - window.since) / columns)}"
    told = words.count(len(events), "event") + (most if len(events) > 1 else "")
    lines = [_counted(counts[:cells], told, "text")]
    if refused := [event for event in events if event.refused]:
        told = f"{len(refused):,} of them denied"
        lines.append(_counted(_counts(refused, window, columns)[:cells], told, "good"))
    return lines


def _counts(events: Iterable[Event], window: Window, cells: int) -> list[int]:
    counts = [0] * cells
    length = window.until - window.since
    for event in events:
        # A record of the very second the window begins in stands a little before it.
        counts[min(cells - 1, max(0, int((event.time - window.since) / length * cells)))] += 1
    return counts


def _counted(counts: Sequence[int], told: str, role: Role) -> Line:
    """Rounded up, so that one event among thousands is seen."""
    if not counts:
        return ((told, role),)
    most = max(counts)
    bar = "".join(BLOCKS.bars[-(-count * (len(BLOCKS.bars) - 1) // most)] for count in counts)
    return ((bar, "accent"), (f" {told}", role))


def _pieces(rows: list[Coverage], window: Window) -> tuple[tuple[Covers, datetime], ...]:
    """(what is covered, until when), one after the other through the window."""
    edges = sorted({window.until, *(edge for row in rows for edge in (row.since, row.until))})
    found: list[tuple[Covers, datetime]] = []
    at = window.since
    for edge in (edge for edge in edges if window.since < edge <= window.until):
        covers = covered(rows, at + (edge - at) / 2)
        if found and found[-1][0] == covers:
            found.pop()
        found.append((covers, edge))
        at = edge
    return tuple(found)


def _bar(
    regions: Sequence[str], pieces: Sequence[tuple[Covers, datetime]], window: Window, cells: int
) -> Line:
    drawn: list[Span] = []
    length = window.until - window.since
    for cell in range(cells):
        when = window.since + length * (cell + 0.5) / cells
        covers: Covers = next((covers for covers, until in pieces if when <= until), "unknown")
        drawn.append(CELLS[covers])
    said = [
        f"{WORDS[covers]} until {until:%m-%d %H:%M}" if at < len(pieces) - 1 else WORDS[covers]
        for at, (covers, until) in enumerate(pieces)
    ]
    role: Role = "text" if [covers for covers, _ in pieces] == ["yes"] else "warn"
    gap = " " if drawn else ""
    return (*drawn, (f"{gap}{', '.join(regions)}: ", "text"), (", then ".join(said), role))
