"""The graph of bytes over time as lines of text: exact, from zero, and a gap where there is no point.

A point of zero is drawn as a tick on the ground, a missing one as nothing at all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from services.base.sizes import nice_top
from tui.flows.timescale import Point, Timescale
from tui.look import words
from tui.look.graphs import BLOCKS, Glyphs
from tui.look.lines import Line, Span

_GUTTER = 6
"""Four characters for the size, a space, the axis."""

_TOPS = (1, 1.5, 2, 3, 4, 5, 6, 8, 10)
"""Without 2.5, whose half would not fit into the gutter."""
_NARROWEST_WITH_AXIS = 16


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that was done, to be seen on the time axis."""

    at: datetime
    name: str


def plot(
    points: Sequence[Point],
    marks: Sequence[Mark],
    width: int,
    height: int,
    *,
    since: datetime,
    until: datetime,
    now: datetime,
    period_seconds: int,
    glyphs: Glyphs = BLOCKS,
    baseline: Sequence[Point] = (),
) -> list[Line]:
    """*height* lines of *width* cells; the last is the time axis, from the first point (or gap) to *now*.

    A column that stands for several periods shows the largest of them. Where the width is no multiple of
    the periods, the graph reaches back beyond *since*, so give it points of twice the span. *baseline* is
    dashed: what came at another time, moved onto this one.
    """
    if width < 1 or height < 1:
        return []
    gutter = _GUTTER if width >= _NARROWEST_WITH_AXIS else 0
    scale = Timescale.over(since, until, period_seconds, width - gutter, 2 if glyphs.dots else 1)
    margin = width - gutter - scale.cells
    rows = height - 1 if height > 1 else 1
    values, usual = scale.by_cell(points), [_largest(values) for values in scale.by_cell(baseline)]
    top = nice_top(max((_largest(each) or 0 for each in (*values, usual)), default=0), _TOPS)
    cells = _dots(values, top, rows, glyphs) if glyphs.dots else _bars(values, top, rows, glyphs)
    _draw_baseline(cells, usual, top, glyphs)
    _draw_marks(cells, scale, marks, glyphs)
    lines = [
        _joined([*_axis(_label(top, row, rows, gutter), margin, glyphs), *cells[row]]) for row in range(rows)
    ]
    if height > 1:
        reached = scale.cells_until(now)
        begun = scale.cell(points[0][0]) or 0 if points else 0
        lines.append(_time_axis(scale, marks, (begun, reached), gutter, margin, glyphs))
    return lines


def sparkline(points: Sequence[Point], width: int, *, glyphs: Glyphs = BLOCKS) -> str:
    """The newest *width* points in one line: a gap is a space, zero a tick, the largest a full block."""
    values = [value for _, value in points][-width:]
    top = max((value for value in values if value is not None), default=0)
    return "".join(_eighths(value, top, glyphs) for value in values).rjust(width)


def _largest(values: Sequence[float | None]) -> float | None:
    return max((value for value in values if value is not None), default=None)


def _bars(
    values: Sequence[tuple[float | None, ...]], top: float, rows: int, glyphs: Glyphs
) -> list[list[Span]]:
    # Blanks have the role of bars: a change of style is more bytes than a cell.
    cells: list[list[Span]] = [[(" ", "bar")] * len(values) for _ in range(rows)]
    for column, (value,) in enumerate(values):
        if value is None:
            continue
        if value <= 0:
            cells[rows - 1][column] = (glyphs.zero, "bar")
            continue
        eighths = max(1, min(rows * 8, round(value / top * rows * 8)))
        full, rest = divmod(eighths, 8)
        for row in range(rows - full, rows):
            cells[row][column] = (glyphs.bars[8], "bar")
        if rest:
            cells[rows - full - 1][column] = (glyphs.bars[rest], "bar")
    return cells


_DOTS = ((0x40, 0x04, 0x02, 0x01), (0x80, 0x20, 0x10, 0x08))
"""The bits of braille's left and right column, from below."""


def _dots(
    values: Sequence[tuple[float | None, ...]], top: float, rows: int, glyphs: Glyphs
) -> list[list[Span]]:
    cells: list[list[Span]] = [[(" ", "bar")] * len(values) for _ in range(rows)]
    for at, pair in enumerate(values):
        heights = [max(1, min(rows * 4, round(value / top * rows * 4))) if value else 0 for value in pair]
        for row in range(rows):
            below = (rows - 1 - row) * 4
            bits = sum(
                bit
                for column, height in zip(_DOTS, heights, strict=True)
                for bit in column[: max(0, height - below)]
            )
            if bits:
                cells[row][at] = (chr(0x2800 + bits), "bar")
        if not any(heights) and any(value is not None for value in pair):
            cells[rows - 1][at] = (glyphs.zero, "bar")
    return cells


def _draw_baseline(
    cells: list[list[Span]], usual: Sequence[float | None], top: float, glyphs: Glyphs
) -> None:
    """Where nothing is drawn, and through what is full; never over a bar's end."""
    rows = len(cells)
    for at, value in enumerate(usual):
        if not value:
            continue
        row = cells[rows - 1 - min(rows - 1, int(value / top * rows))]
        if row[at][0] == " ":
            row[at] = (glyphs.dash, "quiet")
        elif row[at][0] == glyphs.bars[8]:
            row[at] = (glyphs.dash, "dashed bar")


def _draw_marks(cells: list[list[Span]], scale: Timescale, marks: Sequence[Mark], glyphs: Glyphs) -> None:
    placed = [(at, mark.name) for mark in marks if (at := scale.cell(mark.at)) is not None]
    for at, _ in placed:
        for row in cells:
            row[at] = (glyphs.mark, "mark")
    for at, name in placed:
        _write_name(cells, at, name, glyphs.mark)


def _write_name(cells: list[list[Span]], at: int, name: str, line: str) -> None:
    """Right of its mark, or left: where nothing is drawn, else over bars, else over another mark's line."""
    width, right, left = len(cells[0]), at + 1, at - len(name)
    starts = [start for start in (right, left) if start >= 0 and start + len(name) <= width]
    free: tuple[Callable[[Span], bool], ...] = (
        lambda cell: cell[0] == " " or cell[1] == "quiet",
        lambda cell: cell[1] != "mark",
        lambda cell: cell[1] != "mark" or cell[0] == line,
    )
    for allowed in free:
        for row in cells:
            for start in starts:
                if all(map(allowed, row[start : start + len(name)])):
                    row[start : start + len(name)] = [(letter, "mark") for letter in name]
                    return


def _label(top: float, row: int, rows: int, gutter: int) -> str:
    """The size at the upper edge of *row*: at the top, exactly half-way and, with room, at the quarters.

    Four characters, or none where there is no *gutter*.
    """
    if not gutter:
        return ""
    share = Fraction(rows - row, rows)
    if share * (4 if rows >= 12 else 2) % 1:
        return " " * 4
    told = words.tick(top * float(share)).rjust(4)
    return told if len(told) == 4 else " " * 4


def _axis(label: str, margin: int, glyphs: Glyphs) -> list[Span]:
    axis: list[Span] = [(f"{label} ", "quiet"), (glyphs.axis, "rule")] if label else []
    return [*axis, (" " * margin, "text")]


def _time_axis(
    scale: Timescale, marks: Sequence[Mark], known: tuple[int, int], gutter: int, margin: int, glyphs: Glyphs
) -> Line:
    """*known* are the cells that were read: beside them there is no line, for there is no knowing."""
    begun, reached = known
    cells: list[Span] = [(" ", "text")] * scale.cells
    cells[begun:reached] = [(glyphs.line, "rule")] * (reached - begun)
    feet = {at for mark in marks if (at := scale.cell(mark.at)) is not None}
    free = 0
    for at, label in scale.labels():
        text = glyphs.tick + label
        covered = range(at, at + len(text))
        if at < free or at < begun or covered.stop > reached or not feet.isdisjoint(covered):
            continue
        written: list[Span] = [(letter, "quiet") for letter in label]
        cells[at : covered.stop] = [(glyphs.tick, "rule"), *written]
        free = covered.stop + 1
    for at in feet:
        cells[at] = (glyphs.foot, "mark")
    if not gutter:
        return _joined([(" " * margin, "text"), *cells])
    zero: list[Span] = [("   0 ", "quiet"), (glyphs.corner, "rule"), (glyphs.line * margin, "rule")]
    return _joined([*zero, *cells])


def _eighths(value: float | None, top: float, glyphs: Glyphs) -> str:
    if value is None:
        return " "
    if value <= 0 or top <= 0:
        return glyphs.zero
    return glyphs.bars[max(1, min(8, round(value / top * 8)))]


def _joined(cells: Sequence[Span]) -> Line:
    """Neighbours of one role as one span."""
    line: list[Span] = []
    for text, role in cells:
        if not text:
            continue
        if line and line[-1][1] == role:
            line[-1] = (line[-1][0] + text, role)
        else:
            line.append((text, role))
    return tuple(line)
