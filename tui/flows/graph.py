"""IncomingBytes of one log group, live: a title that says how fresh it is, and the graph under it."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.message import Message

from tui.flows.figures import figures
from tui.flows.flow import Flow
from tui.flows.plot import plot
from tui.look.graphs import BLOCKS, NUMBERS, STYLES, Glyphs, GraphStyle
from tui.look.lines import Line, fit
from tui.widgets.lines import Lines
from tui.widgets.rule import rule


class FlowGraph(Lines):
    """Draws the flow given to show(); only the cells that differ from what stands there are sent."""

    def __init__(self, *, style: GraphStyle = "blocks", id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._glyphs = STYLES[style]
        self._flow: Flow | None = None

    def show(self, flow: Flow) -> None:
        self._flow = flow
        self._redraw()

    def on_resize(self, event: events.Resize) -> None:
        self._redraw()

    def _redraw(self) -> None:
        width, height = self.size
        if self._flow is not None and width > 0 and height > 0:
            self.draw(graph(self._flow, width, height, self._glyphs))


class FlowGrid(Lines):
    """Several flows as small multiples, side by side and one below the other, in one widget."""

    GAP = 2

    class Resized(Message):
        """How many graphs fit has changed."""

    def on_resize(self, event: events.Resize) -> None:
        self.post_message(self.Resized())

    def show(self, flows: Sequence[Flow], columns: int, rows: int, *, style: GraphStyle = "blocks") -> None:
        share, left = divmod(self.size.height, rows)
        # What does not divide goes to the graphs on top.
        self._show(
            [(flows[row * columns : (row + 1) * columns], share + (row < left)) for row in range(rows)],
            columns,
            style,
        )

    def show_large(self, flow: Flow, below: Flow | None, *, style: GraphStyle = "blocks") -> None:
        """One flow, and its second curve with an axis of its own."""
        low = self.size.height // 3 if below else 0
        rows = [([flow], self.size.height - low)]
        self._show([*rows, ([below], low)] if below else rows, 1, style)

    def _show(self, rows: Sequence[tuple[Sequence[Flow], int]], columns: int, style: GraphStyle) -> None:
        width = self.size.width
        wide = (width - self.GAP * (columns - 1)) // columns
        lines: list[Line] = []
        for flows, tall in rows:
            graphs = [graph(flow, wide, tall, STYLES[style]) for flow in flows]
            for parts in zip(*graphs, strict=True):
                line: Line = parts[0]
                for part in parts[1:]:
                    line = (*line, (" " * self.GAP, "text"), *part)
                lines.append(fit(line, width))
        self.draw(lines)


def graph(flow: Flow, width: int, height: int, glyphs: Glyphs = BLOCKS) -> Sequence[Line]:
    title = rule(flow.title, flow.notes, width, dash=glyphs.line)
    if glyphs is NUMBERS:
        return [title, *figures(flow, width, height - 1)]
    body = plot(
        flow.points,
        flow.marks,
        width,
        height - 1,
        since=flow.since,
        until=flow.until,
        now=flow.now,
        period_seconds=flow.period_seconds,
        glyphs=glyphs,
        baseline=flow.baseline,
    )
    return [title, *body]
