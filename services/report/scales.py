"""Time along an axis: straight, or broken where nothing happened for long."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from services.base.clock import on_axis

STEPS = tuple(
    timedelta(seconds=each)
    for each in (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200)
) + tuple(timedelta(days=each) for each in (1, 2, 7, 14, 28, 91, 364))

_MONDAY = datetime(2024, 1, 1, tzinfo=UTC)
LETTER = 6.4
"""The width of a letter in the pictures, about; what a browser makes of it is not known here."""

BREAK = timedelta(minutes=10)
"""A silence shorter than this is never cut out."""


@dataclass(frozen=True, slots=True)
class Tick:
    x: float
    when: datetime
    label: str

    @property
    def half(self) -> float:
        """Half the width of its label, about."""
        return len(self.label) * LETTER / 2

    @property
    def middle(self) -> float:
        """The middle of its label, which keeps clear of the picture's left edge."""
        return max(self.x, self.half)


@dataclass(frozen=True, slots=True)
class Straight:
    """[start, end] laid evenly on [left, right]."""

    start: datetime
    end: datetime
    left: float
    right: float

    def x(self, when: datetime) -> float:
        length = (self.end - self.start).total_seconds()
        part = (when - self.start).total_seconds() / length if length else 0.0
        return self.left + min(1.0, max(0.0, part)) * (self.right - self.left)

    def ticks(self, apart: float = 72) -> list[Tick]:
        """Round clock times, at least *apart* from each other."""
        length, width = self.end - self.start, self.right - self.left
        if not length or width < apart / 2:
            return []
        step = next((each for each in STEPS if each / length * width >= apart), STEPS[-1])
        first = _MONDAY + -(-(self.start - _MONDAY) // step) * step
        count = int((self.end - first) // step) + 1 if first <= self.end else 0
        times = [first + n * step for n in range(count)]
        return [Tick(self.x(when), when, on_axis(when, step)) for when in times]


@dataclass(frozen=True, slots=True)
class Broken:
    """Several straight parts; *breaks* are (x, how long) of what is cut out between them."""

    parts: tuple[Straight, ...]
    breaks: tuple[tuple[float, timedelta], ...]
    gap: float
    """How wide each of them is."""

    def x(self, when: datetime) -> float:
        for part in self.parts:
            if when <= part.end:
                return part.x(when)
        return self.parts[-1].right

    def cut(self, when: datetime) -> int | None:
        """Which of the breaks *when* is in; None where it is on the axis."""
        for number, (before, after) in enumerate(pairwise(self.parts)):
            if before.end < when < after.start:
                return number
        return None

    def ticks(self, apart: float, day: datetime) -> list[Tick]:
        """Those of the parts, the first of another day with its date; of a short part its beginning."""
        found: list[Tick] = []
        for part in self.parts:
            fresh = part.ticks(apart) if part.right - part.left >= 2 * apart else []
            dated = part.start.date() == day.date()
            for tick in fresh or [Tick(part.x(part.start), part.start, f"{part.start:%H:%M}")]:
                date = "%m-%d" if part.start.year == day.year else "%Y-%m-%d"
                told = tick if dated else replace(tick, label=f"{tick.when:{date} %H:%M}")
                if not found or _clear(found[-1], told):
                    found.append(told)
                    dated = True
        return found


def broken(moments: Iterable[datetime], left: float, right: float, *, gap: float = 40) -> Broken:
    """A scale on which a silence longer than all shorter ones together is *gap* wide, at most."""
    known = sorted(set(moments))
    cuts = set(_silences(known))
    groups: list[list[datetime]] = [known[:1]]
    for before, after in pairwise(known):
        if (before, after) in cuts:
            groups.append([])
        groups[-1].append(after)
    # Of many cuts each is narrower: half of the axis is for what happened.
    gap = min(gap, (right - left) / 2 / len(cuts)) if cuts else gap
    room = right - left - gap * len(cuts)
    lengths = [max(1.0, (group[-1] - group[0]).total_seconds()) for group in groups]
    least = min(16.0, room / len(groups))
    widths = _shared(lengths, room, least)
    parts: list[Straight] = []
    breaks: list[tuple[float, timedelta]] = []
    at = left
    for group, width in zip(groups, widths, strict=True):
        if parts:
            breaks.append((at + gap / 2, group[0] - parts[-1].end))
            at += gap
        parts.append(Straight(group[0], group[-1], at, at + width))
        at += width
    return Broken(tuple(parts), tuple(breaks), gap)


def _silences(moments: Sequence[datetime]) -> Iterator[tuple[datetime, datetime]]:
    """The longest of them, each longer than all that are not cut together; the shortest is never cut."""
    gaps = sorted(pairwise(moments), key=lambda pair: pair[1] - pair[0])
    total = sum((after - before for before, after in gaps[:1]), timedelta())
    for before, after in gaps[1:]:
        if after - before > max(total, BREAK):
            yield before, after
        else:
            total += after - before


def _shared(lengths: Sequence[float], room: float, least: float) -> list[float]:
    """*room* in proportion to *lengths*, nobody getting less than *least*."""
    small = {n for n, length in enumerate(lengths) if length / sum(lengths) * room < least}
    rest = sum(length for n, length in enumerate(lengths) if n not in small) or 1.0
    free = room - least * len(small)
    return [least if n in small else length / rest * free for n, length in enumerate(lengths)]


def _clear(before: Tick, after: Tick) -> bool:
    return after.middle - before.middle >= before.half + after.half + 8
