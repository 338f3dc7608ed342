"""Graphs of IncomingBytes, live: drawn cell by cell, and read with the mouse."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from textual import events
from textual.message import Message

from services.traffic.series import floor
from tui.flows.flow import Flow
from tui.flows.lanes import LOWEST_WITH_LEGEND, Lanes
from tui.flows.view import AGE_SECONDS, with_cursor
from tui.look.graphs import STYLES, GraphStyle
from tui.look.lines import Line, fit
from tui.widgets.lines import Lines


@dataclass(frozen=True, slots=True)
class _Pane:
    """Lanes that stand from column *x* on; *first* is the number of their first flow."""

    x: int
    first: int
    lanes: Lanes


class Graphs(Lines):
    """Sends what the mouse asks for; whoever shows the graphs does it."""

    GAP = 2

    @dataclass
    class Pointed(Message):
        """The mouse is on the period that begins at *moment*, of that *number* of the flows, or on none."""

        moment: datetime | None
        number: int = 0
        clicked: bool = False

    @dataclass
    class Turned(Message):
        """The wheel was turned: *by* spans longer, about *moment*."""

        by: int
        moment: datetime | None

    @dataclass
    class Dragged(Message):
        """The graph was pulled to where it is *by* later."""

        by: timedelta

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._panes: list[_Pane] = []
        self._held: int | None = None
        """The column at which a button was pressed, or to which the graph was dragged."""
        self._was_dragged = False
        self._pointed: datetime | None = None

    @property
    def flows(self) -> list[Flow]:
        """Those that are drawn."""
        return [flow for pane in self._panes for flow in pane.lanes.flows]

    @property
    def step(self) -> timedelta:
        """From one place of a cursor to the next: a cell, in whole periods."""
        if not self._panes:
            return timedelta()
        lanes = self._panes[0].lanes
        period = lanes.flows[0].period_seconds
        cell = lanes.scale.column_seconds * lanes.scale.per_cell
        return timedelta(seconds=max(1, round(cell / period)) * period)

    def lay(self, columns: Sequence[Sequence[Flow]], style: GraphStyle, weights: Sequence[int] = ()) -> None:
        """*columns* of flows side by side; *weights* share the height among the flows of each."""
        width, height = self.size
        if width < 1 or height < 1 or not columns:
            return
        wide = (width - self.GAP * (len(columns) - 1)) // len(columns)
        together = len(columns) > 1 and height >= LOWEST_WITH_LEGEND
        first = Lanes(tuple(columns[0]), wide, height, STYLES[style], tuple(weights), explained=together)
        below = first.legend(width - first.gutter) if together else []
        self._panes, count = [], 0
        for number, flows in enumerate(columns):
            lanes = replace(first, flows=tuple(flows), height=height - len(below))
            self._panes.append(_Pane(number * (wide + self.GAP), count, lanes))
            count += len(flows)
        lines: list[Line] = []
        for parts in zip(*(pane.lanes.lines() for pane in self._panes), strict=True):
            line: Line = parts[0]
            for part in parts[1:]:
                line = (*line, (" " * self.GAP, "text"), *part)
            lines.append(fit(line, width))
        self.draw([*lines, *(fit(((" " * first.gutter, "text"), *line), width) for line in below)])

    def _under(self, event: events.MouseEvent) -> tuple[datetime | None, int]:
        for pane in reversed(self._panes):
            if event.x >= pane.x:
                return pane.lanes.moment(event.x - pane.x), pane.first + pane.lanes.lane_at(event.y)
        return None, 0

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._held is not None and self._panes and (cells := event.x - self._held):
            scale = self._panes[0].lanes.scale
            self._held, self._was_dragged = event.x, True
            seconds = -cells * scale.column_seconds * scale.per_cell
            self.post_message(self.Dragged(timedelta(seconds=seconds)))
            return
        moment, number = self._under(event)
        if moment != self._pointed:
            self._pointed = moment
            self.post_message(self.Pointed(moment, number))

    def on_leave(self, event: events.Leave) -> None:
        self._held = None
        if self._pointed is not None:
            self._pointed = None
            self.post_message(self.Pointed(None))

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self._held, self._was_dragged = event.x, False

    def on_mouse_up(self, event: events.MouseUp) -> None:
        self._held = None

    def on_click(self, event: events.Click) -> None:
        if not self._was_dragged and self._panes:
            self.post_message(self.Pointed(*self._under(event), clicked=True))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._turned(event, -1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._turned(event, 1)

    def on_mouse_scroll_left(self, event: events.MouseScrollLeft) -> None:
        self._slid(event, -1)

    def on_mouse_scroll_right(self, event: events.MouseScrollRight) -> None:
        self._slid(event, 1)

    def _turned(self, event: events.MouseEvent, by: int) -> None:
        if event.shift or event.ctrl:
            self._slid(event, by)
            return
        event.stop()
        self.post_message(self.Turned(by, self._under(event)[0]))

    def _slid(self, event: events.MouseEvent, by: int) -> None:
        event.stop()
        if self._panes:
            flow = self._panes[0].lanes.flows[0]
            self.post_message(self.Dragged(by * (flow.until - flow.since) / 8))


class FlowGraph(Graphs):
    """One flow with a cursor of its own; only the cells that differ from what stands there are sent."""

    def __init__(
        self,
        again: Callable[[], None] = lambda: None,
        *,
        style: GraphStyle = "blocks",
        id: str | None = None,  # noqa: A002
    ) -> None:
        """*again* shows the flow once more: its age grows between two readings as well."""
        super().__init__(id=id)
        self._again = again
        self._style: GraphStyle = style
        self._flow: Flow | None = None
        self._cursor: datetime | None = None

    def on_mount(self) -> None:
        self.set_interval(AGE_SECONDS, self._grow_older)

    def _grow_older(self) -> None:
        if self.screen.is_current:
            self._again()

    def show(self, flow: Flow) -> None:
        self._flow = flow
        self._redraw()

    def clear(self) -> None:
        """Forget what was shown, so that it is not drawn again."""
        self._flow = None

    def move(self, by: int) -> None:
        """The cursor, by so many cells; where it would leave the graph it goes."""
        if (flow := self._flow) is not None:
            self._cursor = self._cursor + by * self.step if self._cursor else last_known(flow)
            self._redraw()

    def on_graphs_pointed(self, event: Graphs.Pointed) -> None:
        event.stop()
        self._cursor = event.moment
        self._redraw()

    def on_resize(self, event: events.Resize) -> None:
        self._redraw()

    def _redraw(self) -> None:
        if (flow := self._flow) is not None:
            if self._cursor and not flow.begin <= self._cursor < flow.now:
                self._cursor = None
            self.lay([[with_cursor(flow, self._cursor)]], self._style)


class FlowGrid(Graphs):
    """Several flows: as small multiples, or one large with another below it."""

    class Resized(Message):
        """How many graphs fit has changed."""

    def on_resize(self, event: events.Resize) -> None:
        self.post_message(self.Resized())


def last_known(flow: Flow) -> datetime:
    """The newest period with a point, or the last that is over."""
    known = (at for at, value in reversed(flow.shown) if value is not None)
    return next(known, floor(flow.now, flow.period_seconds) - flow.period)
