"""Graphs one below the other on one time axis: a title each, the runbook's marks through all, one legend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from rich.cells import cell_len

from tui.flows.figures import figures
from tui.flows.flow import Flow
from tui.flows.marks import Numbered, legend, mark_row, numbered
from tui.flows.plot import Plot
from tui.flows.timescale import Timescale
from tui.look import words
from tui.look.graphs import BLOCKS, DASHED, NUMBERS, STACKED, Glyphs
from tui.look.lines import Line, Span, fit, rule, width_of

GUTTER = 9
"""Seven characters for the value, a space, the axis."""
_NARROWEST_WITH_AXIS = 18
_LOWEST_WITH_NUMBERS = 5
LOWEST_WITH_LEGEND = 11
_MOST_LEGEND = 3


@dataclass(frozen=True, slots=True)
class Lane:
    """A graph's share of the height: its line of title, and its *rows* of bars from *top* on."""

    flow: Flow
    title: int
    top: int
    rows: int


@dataclass(frozen=True)
class Lanes:
    """Several flows of one time on *width* by *height* cells; *weights* are their shares of the height.

    *explained* is where somebody else shows the legend.
    """

    flows: Sequence[Flow]
    width: int
    height: int
    glyphs: Glyphs = BLOCKS
    weights: Sequence[int] = ()
    explained: bool = False

    @property
    def gutter(self) -> int:
        return GUTTER if self.width >= _NARROWEST_WITH_AXIS else 0

    @cached_property
    def scale(self) -> Timescale:
        flow = self.flows[0]
        return Timescale(flow.since, flow.until, self.width - self.gutter)

    def moment(self, x: int) -> datetime | None:
        """The beginning of the period that stands at column *x*; None beside the graph."""
        flow, at = self.flows[0], x - self.gutter
        if not 0 <= at < self.scale.cells:
            return None
        seconds = flow.period_seconds
        begun = int(self.scale.moment(at).timestamp()) // seconds * seconds
        return datetime.fromtimestamp(begun, flow.since.tzinfo)

    def lane_at(self, y: int) -> int:
        """Which of the flows stands at line *y*."""
        return max((at for at, lane in enumerate(self._lanes) if lane.title <= y), default=0)

    # How the height is shared.

    @cached_property
    def _marks(self) -> list[Numbered]:
        return numbered(self.flows[0].marks, self.scale)

    @property
    def _has_numbers(self) -> bool:
        return bool(self._marks) and self.height >= _LOWEST_WITH_NUMBERS

    @cached_property
    def _legend(self) -> list[Line]:
        """Of the flows that are stacked, then of the marks."""
        if self.explained or self.height < LOWEST_WITH_LEGEND:
            return []
        return self.legend(self.width - self.gutter)

    def legend(self, width: int) -> list[Line]:
        names = _names(self.flows[0], width, self.glyphs)
        return [*names, *(legend(self._marks, width, _MOST_LEGEND) if self._marks else [])]

    @cached_property
    def _lanes(self) -> list[Lane]:
        count = len(self.flows)
        weights = self.weights or [1] * count
        spare = self._has_numbers + (1 if self.height > 2 else 0) + len(self._legend)
        room = max(0, self.height - spare - count)
        shares = [room * weight // sum(weights) for weight in weights]
        for extra in range(room - sum(shares)):
            shares[extra % count] += 1
        lanes, line = [], 0
        for at, (flow, rows) in enumerate(zip(self.flows, shares, strict=True)):
            top = line + 1 + (self._has_numbers and at == 0)
            lanes.append(Lane(flow, line, top, rows))
            line = top + rows
        return lanes

    # Drawing.

    def lines(self) -> list[Line]:
        if self.width < 1 or self.height < 1:
            return []
        if self.glyphs is NUMBERS:
            return self._in_words()
        marks, lines = self._marks, list[Line]()
        for at, lane in enumerate(self._lanes):
            title = rule(lane.flow.title, lane.flow.notes, self.width, dash=self.glyphs.line)
            lines.append(self._crossed(title, marks) if at else title)
            if self._has_numbers and not at:
                names = not self._legend and not self.explained
                row = mark_row(marks, self.width - self.gutter, names=names)
                lines.append(_joined([(" " * self.gutter, "text"), *row]))
            lines += self._body(lane, marks)
        if self.height > 2:
            lines.append(self._time_axis(marks))
        lines += [fit(((" " * self.gutter, "text"), *line), self.width) for line in self._legend]
        return [fit(line, self.width) for line in lines[: self.height]]

    def _in_words(self) -> list[Line]:
        share, left = divmod(self.height, len(self.flows))
        lines: list[Line] = []
        for at, flow in enumerate(self.flows):
            lines.append(rule(flow.title, flow.notes, self.width, dash=self.glyphs.line))
            lines += figures(flow, self.width, share + (at < left) - 1)
        return lines[: self.height]

    def _body(self, lane: Lane, marks: Sequence[Numbered]) -> list[Line]:
        if not lane.rows:
            return []
        plot = Plot(lane.flow, self.width - self.gutter, lane.rows, self.glyphs)
        cells = plot.cells()
        for mark in marks:
            _draw_line(cells, mark.cell, (self.glyphs.mark, "mark"), self.glyphs.bars[8])
        cursor = lane.flow.cursor
        if cursor and (at := self.scale.cell(cursor + lane.flow.period / 2)) is not None:
            _draw_line(cells, at, (self.glyphs.cursor, "accent"), self.glyphs.bars[8])
        labels = plot.ruler.labels if self.gutter else {}
        return [
            _joined([*self._axis(labels.get(lane.rows - row), lane.flow), *cells[row]])
            for row in range(lane.rows)
        ]

    def _axis(self, value: float | None, flow: Flow) -> list[Span]:
        """What stands left of a row: the value at its upper edge, where that is a round one."""
        if not self.gutter:
            return []
        told = "" if value is None else words.axis(value, flow.unit)
        return [(f"{told:>7} ", "quiet"), (self.glyphs.axis if told else self.glyphs.plain, "rule")]

    def _crossed(self, title: Line, marks: Sequence[Numbered]) -> Line:
        """*title* with the marks' lines through what of it is but rule."""
        cells: list[Span] = [
            (part, role)
            for text, role in title
            for letter in text
            for part in (letter, *[""] * (cell_len(letter) - 1))
        ]
        for mark in marks:
            at = mark.cell + self.gutter
            if at < len(cells) and cells[at] == (self.glyphs.line, "rule"):
                cells[at] = (self.glyphs.cross, "mark")
        return _joined(cells)

    def _time_axis(self, marks: Sequence[Numbered]) -> Line:
        """Beside the cells that were read there is no line, for there is no knowing."""
        flow, scale = self.flows[-1], self.scale
        reached = scale.cells_until(flow.now)
        points = flow.shown
        begun = (scale.cell(points[0][0]) or 0) if points else 0
        cells: list[Span] = [(" ", "text")] * scale.cells
        cells[begun:reached] = [(self.glyphs.line, "rule")] * (reached - begun)
        feet = {mark.cell for mark in marks}
        free = begun
        for at, label in scale.labels():
            covered = range(at, at + 1 + len(label))
            if at < free or covered.stop > reached or not feet.isdisjoint(covered):
                continue
            written: list[Span] = [(letter, "quiet") for letter in label]
            cells[at : covered.stop] = [(self.glyphs.tick, "rule"), *written]
            free = covered.stop + 1
        for at in feet:
            cells[at] = (self.glyphs.foot, "mark")
        return _joined([*self._corner(flow), *cells])

    def _corner(self, flow: Flow) -> list[Span]:
        if not self.gutter:
            return []
        rows = self._lanes[-1].rows
        ground = Plot(flow, self.scale.cells, rows, self.glyphs).ruler.low if flow.log and rows else 0
        told = words.axis(ground, flow.unit) if ground else f"0/{words.per(flow.per_seconds)}"
        return [(f"{told:>7} ", "quiet"), (self.glyphs.corner, "rule")]


def graph(flow: Flow, width: int, height: int, glyphs: Glyphs = BLOCKS) -> list[Line]:
    """One flow by itself."""
    return Lanes((flow,), width, height, glyphs).lines()


def _names(flow: Flow, width: int, glyphs: Glyphs) -> list[Line]:
    """Which of the stacked flows is drawn how."""
    lines: list[Line] = []
    for number, layer in enumerate(flow.layers):
        entry: Line = ((glyphs.fills[number], STACKED[number]), (f" {layer.name}", "text"))
        if lines and width_of(lines[-1]) + 3 + width_of(entry) <= width:
            lines[-1] = (*lines[-1], ("   ", "text"), *entry)
        else:
            lines.append(entry)
    return [fit(line, width) if width_of(line) > width else line for line in lines]


def _draw_line(cells: list[list[Span]], at: int, line: Span, full: str) -> None:
    """Through what is empty; a bar is kept, in the line's colour."""
    for row in cells:
        glyph, role = row[at]
        if glyph == " " or role == "quiet":
            row[at] = line
        else:
            row[at] = (full if role in DASHED else glyph, line[1])


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
