"""IncomingBytes of every log group that takes bearer tokens, live; one of them as large as the screen."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import replace
from datetime import datetime

from textual import on
from textual.app import ComposeResult

from services.base.text import clean
from services.traffic.traffic import GroupFlow, Reading
from tui.commands.bindings import bindings
from tui.flows.feed import TrafficFeed
from tui.flows.flow import Flow
from tui.flows.graph import FlowGrid, last_known
from tui.flows.picture import Picture, Place, place_of
from tui.flows.view import (
    AGE_SECONDS,
    changes,
    drawn,
    events_of,
    in_order,
    large_of,
    large_words,
    summary,
    total_of,
    with_cursor,
)
from tui.flows.window import Window, spans
from tui.frame.base import StanchScreen
from tui.frame.polling import Poll
from tui.look.graphs import STACKED, STYLES, next_style
from tui.look.lines import Line, fit, width_of
from tui.routes import ToTraffic
from tui.screens.traffic.commands import TRAFFIC
from tui.widgets.lines import Lines
from tui.widgets.page import Page

LOWEST = 4
"""Lines of a graph that can still be read."""
AROUND = 2
"""Lines for the time axis, and the numbers of the marks."""

LOWEST_LARGE = 12
"""Lines that leave room for a second curve."""

SIDE_BY_SIDE = 116


class TrafficScreen(StanchScreen):
    """One service object reads all groups in one call a Region; only the graphs in sight are drawn."""

    scope = TRAFFIC
    BINDINGS = bindings(scope)

    def __init__(self, to: ToTraffic) -> None:
        super().__init__()
        self._names = to.log_groups
        self._order: list[Place] = []
        self._chosen: Place | None = to.large
        self._large = to.large is not None
        self._summed = False
        self._all = to.all_groups
        self._held: datetime | None = None
        """When the graphs were held still."""
        self._log = False
        self._cursor: datetime | None = None
        """The beginning of the period that is read off all graphs."""
        self._pinned = False
        """Whether the cursor stays where it is when the mouse goes."""
        self._in_grid: list[int] = []
        """Which of the groups are drawn, in their order."""

    def body(self) -> ComposeResult:
        options = self.stanch.options
        self._feed = TrafficFeed(self.stanch, self._names)
        self._feed.on_progress = self._show
        self._poll = Poll(self, options.poll_seconds, self._read)
        self._window = Window(spans(options.period_seconds)[0], options.period_seconds)
        yield Lines(id="summary")
        yield Page(id="told")
        yield FlowGrid(id="graphs")
        yield Page(id="empty")

    def on_mount(self) -> None:
        # Ages grow between two readings as well.
        self.set_interval(AGE_SECONDS, self._grow_older)
        self._show()

    def _grow_older(self) -> None:
        if self.is_current and self._held is None:
            self._show()

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        if self._held is None:
            self._poll.start()

    def on_screen_suspend(self) -> None:
        self._poll.stop()

    @on(FlowGrid.Resized)
    def _resized(self) -> None:
        self._show()

    # Reading

    async def _read(self) -> bool:
        before, now = self._feed.reading, self._now
        large = self._chosen if self._large else None
        read = await self._feed.read(self._window, now, all_groups=self._all, large=large)
        if read and self._feed.reading:
            self._keep_order(self._feed.reading)
            if told := changes(before, self._feed.reading):
                self.say(" ".join(told), "warn")
                self.app.bell()
        self._show()
        return read

    def _keep_order(self, reading: Reading) -> None:
        """Sorted by flow once; then graphs stay where they are, and new ones come last."""
        there = [place_of(group) for group in in_order(reading.groups)]
        self._order = [place for place in self._order if place in there]
        self._order += [place for place in there if place not in self._order]
        if self._chosen not in self._order:
            self._chosen = self._order[0] if self._order else None

    # Showing

    def _show(self) -> None:
        if not self.drawable or not self.size:
            return
        grid, empty = self.query_one(FlowGrid), self.query_one("#empty", Page)
        picture = self._feed.picture
        flows = self._flows(picture)
        grid.display, empty.display = bool(flows), not flows
        if not flows or picture is None:
            self._tell(())
            empty.show(self._feed.instead(self._poll.pause_seconds))
            self._summarise(())
            return
        if self._large or self._summed:
            seen = self._show_large(grid, flows, picture)
        else:
            self._tell(())
            seen = self._show_several(grid, flows, picture)
        style = STYLES[self.stanch.graphs]
        told = summary(picture, (seen.start, seen.stop), self._poll.pause_seconds, self._stale, style.dash)
        self._summarise(next((line for line in told if width_of(line) < self.size.width), told[-1]))
        self.commands_changed()

    def _show_several(self, grid: FlowGrid, flows: list[GroupFlow], picture: Picture) -> range:
        columns, rows = self._shape(len(flows))
        first = self._at // (columns * rows) * columns * rows
        seen = range(first, min(len(flows), first + columns * rows))
        now = self._now
        shown = [self._read_off(drawn(flows[at], picture, now, chosen=at == self._at)) for at in seen]
        # Down one column and then the next: each has its time axis at its foot.
        self._in_grid = list(seen)
        grid.lay([shown[at : at + rows] for at in range(0, len(shown), rows)], self.stanch.graphs)
        return seen

    def _show_large(self, grid: FlowGrid, flows: list[GroupFlow], picture: Picture) -> range:
        if self._summed:
            self._tell(())
            self._in_grid = []
            grid.lay([[self._read_off(total_of(picture, layers=len(STACKED)))]], self.stanch.graphs)
            return range(len(flows))
        group = flows[self._at]
        self._tell(large_words(group, picture, self._now))
        self._in_grid = [self._at]
        below = events_of(group, picture) if grid.size.height >= LOWEST_LARGE else None
        shown = [self._read_off(flow) for flow in (large_of(group, picture, self._now), below) if flow]
        grid.lay([shown], self.stanch.graphs, (2, 1)[: len(shown)])
        return range(self._at, self._at + 1)

    def _read_off(self, flow: Flow) -> Flow:
        return with_cursor(replace(flow, log=self._log), self._cursor)

    @property
    def _now(self) -> datetime:
        return self._held or self.stanch.options.now()

    def _tell(self, line: Line) -> None:
        told = self.query_one("#told", Page)
        told.display = bool(line)
        told.show([line] if line else [])

    def _summarise(self, line: Line) -> None:
        bar = self.query_one("#summary", Lines)
        bar.draw([fit(((" ", "text"), *line), bar.size.width)])

    @property
    def _stale(self) -> str | None:
        if not self._feed.trouble and self._feed.picture:
            if self._feed.picture.window != self._window:
                return "reading…"
            if self._held:
                return f"paused at {self._held:%H:%M:%S}: space resumes"
        return self._feed.stale

    def _flows(self, picture: Picture | None) -> list[GroupFlow]:
        if picture is None:
            return []
        by_place = {place_of(group): group for group in picture.reading.groups}
        return [by_place[place] for place in self._order if place in by_place]

    @property
    def _at(self) -> int:
        return self._order.index(self._chosen) if self._chosen in self._order else 0

    def _shape(self, count: int) -> tuple[int, int]:
        """Columns and rows of graphs: as many as can still be read."""
        most = max(1, (self.query_one(FlowGrid).size.height - AROUND) // LOWEST)
        columns = 2 if self.size.width >= SIDE_BY_SIDE and count > max(2, most // 2) else 1
        return columns, max(1, min(most, -(-count // columns)))

    # The mouse

    def on_graphs_pointed(self, event: FlowGrid.Pointed) -> None:
        if event.clicked:
            self._pinned = event.moment is not None and not (self._pinned and self._cursor == event.moment)
            if event.number < len(self._in_grid) and not (self._large or self._summed):
                self._chosen = self._order[self._in_grid[event.number]]
        if event.clicked or not self._pinned:
            self._cursor = event.moment
            self._show()

    def on_graphs_turned(self, event: FlowGrid.Turned) -> None:
        if self.refuses("wider" if event.by > 0 else "narrower") is None:
            self._look(self._window.spanning(event.by, self._now, event.moment))

    def on_graphs_dragged(self, event: FlowGrid.Dragged) -> None:
        self._look(self._window.moved(event.by, self._now))

    # Commands

    def copied(self) -> str | None:
        return clean(self._chosen[1]) if self._chosen else None

    def refuses(self, command_id: str) -> str | None:
        if command_id in ("zoom", "next_flow", "previous_flow", "total") and not self._order:
            return "there is no graph yet"
        if command_id == "all_groups" and self._names:
            return "these groups were named"
        if command_id in ("later", "latest") and self._window.until is None:
            return "this is the newest"
        if command_id in ("point_left", "point_right") and not self._order:
            return "there is no graph yet"
        every = spans(self._window.finest)
        if command_id == "wider" and self._window.span == every[-1]:
            return "this is the longest time range"
        if command_id == "narrower" and self._window.span == every[0]:
            return "this is the shortest time range"
        return None

    def do_next_flow(self) -> None:
        self._move(1)

    def do_previous_flow(self) -> None:
        self._move(-1)

    def _move(self, by: int) -> None:
        self._chosen = self._order[max(0, min(self._at + by, len(self._order) - 1))]
        self._show()
        if self._large:
            self._read_now()

    def do_zoom(self) -> None:
        self._large, self._summed = not (self._large or self._summed), False
        self._show()
        if self._large:
            self._read_now()

    def do_total(self) -> None:
        self._summed = not self._summed
        self._show()

    def do_pause(self) -> None:
        if self._held is None:
            self._held = self.stanch.options.now()
            self._poll.stop()
        else:
            self._held = None
            self._poll.start()
        self._show()

    def do_log_scale(self) -> None:
        self._log = not self._log
        self.say("The scale is logarithmic." if self._log else "The scale begins at zero.")
        self._show()

    def do_point_left(self) -> None:
        self._point(-1)

    def do_point_right(self) -> None:
        self._point(1)

    def _point(self, by: int) -> None:
        """Move the cursor by a cell; at the graph's edge the graph moves."""
        picture, grid = self._feed.picture, self.query_one(FlowGrid)
        if picture is None or not grid.flows:
            return
        flow = grid.flows[0]
        cursor = self._cursor + by * grid.step if self._cursor else last_known(flow)
        if cursor < flow.begin:
            self._look(self._window.moved(-self._window.span / 2, self._now))
        elif cursor >= min(flow.now, flow.until):
            if self._window.until is not None:
                self._look(self._window.moved(self._window.span / 2, self._now))
            return
        self._cursor, self._pinned = cursor, True
        self._show()

    def do_window(self) -> None:
        longer = self._window.spanning(1, self._now)
        at_the_end = longer == self._window
        every = len(spans(longer.finest))
        self._look(longer if not at_the_end else self._window.spanning(-every, self._now))

    def do_wider(self) -> None:
        self._look(self._window.spanning(1, self._now, self._cursor))

    def do_narrower(self) -> None:
        self._look(self._window.spanning(-1, self._now, self._cursor))

    def do_earlier(self) -> None:
        self._look(self._window.moved(-self._window.span / 2, self._now))

    def do_later(self) -> None:
        self._look(self._window.moved(self._window.span / 2, self._now))

    def do_latest(self) -> None:
        self._look(replace(self._window, until=None))

    def do_baseline(self) -> None:
        self._look(self._window.compared_next())
        self.say(f"Dashed: {self._window.compared_words or 'nothing'}.")

    def do_graph_style(self) -> None:
        self.stanch.graphs = next_style(self.stanch.graphs)
        self.say(f"Graphs are shown as {self.stanch.graphs}.")
        self._show()

    def _look(self, window: Window) -> None:
        self._window = window
        self._show()
        self._read_now()

    def _read_now(self) -> None:
        """At once; graphs that are held still are read once and stay so."""
        if self._held is None:
            self._poll.now()
        else:
            self.run_worker(self._read(), group="once", exclusive=True)

    def do_all_groups(self) -> None:
        self._all = not self._all
        self._order = []
        self._again()

    def do_refresh(self) -> None:
        self._feed.forget()
        self._order = []
        self.stanch.reintroduce()
        self._again()

    def _again(self) -> None:
        self._held = None
        self._poll.start()
        self._show()

    def do_back(self) -> Awaitable[None] | None:
        if self._cursor is not None and self._pinned:
            self._cursor, self._pinned = None, False
            self._show()
            return None
        if self._large or self._summed:
            self._large = self._summed = False
            self._show()
            return None
        return super().do_back()
