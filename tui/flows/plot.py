"""The bars of one graph, cell by cell: exact, and a gap where there is no point.

A point of zero is drawn as a tick on the ground, a missing one as nothing at all.
"""

from __future__ import annotations

from collections.abc import Sequence

from tui.flows.flow import Flow
from tui.flows.ruler import Ruler, linear, logarithmic
from tui.flows.timescale import Point, Timescale
from tui.look.graphs import BLOCKS, DASHED, STACKED, TONES, Glyphs
from tui.look.lines import Line, Role, Span

Rows = list[list[Span]]
"""The cells of each row, from the top."""

_DOTS = ((0x40, 0x04, 0x02, 0x01), (0x80, 0x20, 0x10, 0x08))
"""The bits of braille's left and right column, from below."""


class Plot:
    """*flow* on *width* by *rows* cells; a column of several periods shows the largest of them."""

    def __init__(self, flow: Flow, width: int, rows: int, glyphs: Glyphs = BLOCKS) -> None:
        self.flow = flow
        self.rows = rows
        self._glyphs = glyphs
        self.scale = Timescale(flow.since, flow.until, width, 2 if glyphs.dots and not flow.layers else 1)
        self._shown = shown = flow.shown
        self._chosen = self.scale.largest(shown, flow.period)
        self._values = [None if index is None else shown[index][1] for index in self._chosen]
        self._usual = self._largest_of(flow.baseline)
        self.ruler = self._ruler()

    def _largest_of(self, points: Sequence[Point]) -> list[float | None]:
        scale = Timescale(self.flow.since, self.flow.until, self.scale.cells)
        inside = [point for point in points if self.flow.begin <= point[0] < self.flow.until]
        return [None if at is None else inside[at][1] for at in scale.largest(inside, self.flow.period)]

    def _ruler(self) -> Ruler:
        every = [value for value in (*self._values, *self._usual) if value]
        if self.flow.log:
            return logarithmic(min(every, default=1), max(every, default=1), self.rows)
        return linear(max(every, default=0), self.rows)

    def cells(self) -> Rows:
        # Blanks have the role of bars: a change of style is more bytes than a cell.
        cells: Rows = [[(" ", self._tone(row))] * self.scale.cells for row in range(self.rows)]
        if self.flow.layers:
            self._draw_layers(cells)
        elif self._glyphs.dots:
            self._draw_dots(cells)
        else:
            self._draw_bars(cells)
        self._draw_baseline(cells)
        return cells

    def _tone(self, row: int) -> Role:
        """Of a *row* counted from the top."""
        return TONES[(self.rows - 1 - row) * len(TONES) // self.rows]

    @property
    def _late(self) -> int:
        """The first cell after what was to stop it."""
        stopped = self.flow.stopped
        if stopped is None or stopped >= self.flow.until:
            return self.scale.cells
        return 0 if stopped < self.flow.since else (self.scale.cell(stopped) or 0) + 1

    def _draw_bars(self, cells: Rows) -> None:
        late, glyphs = self._late, self._glyphs
        for column, value in enumerate(self._values):
            if value is None:
                continue
            full, rest = _eighths(self.ruler.height(value))
            for row in range(self.rows - full - bool(rest), self.rows):
                glyph = glyphs.bars[8] if row >= self.rows - full else glyphs.bars[rest]
                cells[row][column] = (glyph, "late bar" if column >= late else self._tone(row))
            if not full and not rest:
                cells[-1][column] = (glyphs.zero, self._tone(self.rows - 1))

    def _draw_dots(self, cells: Rows) -> None:
        late = self._late
        for at, pair in enumerate(self.scale.by_cell(self._values)):
            heights = [max(1, round(self.ruler.height(value) * 4)) if value else 0 for value in pair]
            for row in range(self.rows):
                below = (self.rows - 1 - row) * 4
                bits = sum(
                    bit
                    for column, height in zip(_DOTS, heights, strict=True)
                    for bit in column[: max(0, height - below)]
                )
                if bits:
                    cells[row][at] = (chr(0x2800 + bits), "late bar" if at >= late else self._tone(row))
            if not any(heights) and any(value is not None for value in pair):
                cells[-1][at] = (self._glyphs.zero, self._tone(self.rows - 1))

    def _draw_layers(self, cells: Rows) -> None:
        """One on the other; where two meet within a cell it is of the one that has more of it."""
        layers = [dict(layer.points) for layer in self.flow.layers]
        for column, index in enumerate(self._chosen):
            if index is None:
                continue
            at, total = self._shown[index]
            top, below = self.ruler.height(total or 0), 0.0
            for number, layer in enumerate(layers):
                above = below + (layer.get(at) or 0)
                if total:
                    for row in range(round(top * below / total), round(top * above / total)):
                        cells[-1 - row][column] = (self._glyphs.fills[number], STACKED[number])
                below = above
            if not round(top):
                cells[-1][column] = (self._glyphs.bars[1] if total else self._glyphs.zero, STACKED[0])

    def _draw_baseline(self, cells: Rows) -> None:
        """Where nothing is drawn, and through what is full; never over a bar's end."""
        for at, value in enumerate(self._usual):
            if not value:
                continue
            row = cells[self.rows - 1 - min(self.rows - 1, int(self.ruler.height(value)))]
            if row[at][0] == " ":
                row[at] = (self._glyphs.dash, "quiet")
            elif row[at][0] == self._glyphs.bars[8] and row[at][1] in TONES:
                row[at] = (self._glyphs.dash, DASHED[TONES.index(row[at][1])])


def _eighths(height: float) -> tuple[int, int]:
    """Full cells, and eighths of the next; a value that is not zero has one at least."""
    return divmod(max(1, round(height * 8)), 8) if height > 0 else (0, 0)


_HIGHEST = 7
"""Eighths of a cell that the largest of a line of sparks fills."""


def sparkline(points: Sequence[Point], width: int, *, glyphs: Glyphs = BLOCKS) -> str:
    """The newest *width* points in one line, with a gap to the line above: a gap is a space, zero a tick."""
    values = [value for _, value in points][-width:]
    top = max((value for value in values if value is not None), default=0)
    return "".join(_spark(value, top, glyphs) for value in values).rjust(width)


def _spark(value: float | None, top: float, glyphs: Glyphs) -> str:
    if value is None:
        return " "
    if value <= 0 or top <= 0:
        return glyphs.zero
    return glyphs.bars[max(1, min(_HIGHEST, round(value / top * _HIGHEST)))]


def toned(spark: str, glyphs: Glyphs) -> Line:
    """A line of sparks with the tones of bars, the brighter the higher."""
    return tuple((cell, _tone(cell, glyphs)) for cell in spark)


def _tone(cell: str, glyphs: Glyphs) -> Role:
    height = max(0, glyphs.bars.rfind(cell))
    return TONES[min(height * len(TONES) // _HIGHEST, len(TONES) - 1)] if height else "quiet"
