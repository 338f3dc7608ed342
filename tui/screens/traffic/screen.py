"""IncomingBytes of every log group that takes bearer tokens, live; one of them as large as the screen."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import replace
from datetime import datetime, timedelta

from textual import on
from textual.app import ComposeResult

from services.traffic.traffic import GroupFlow, Reading
from tui.commands.bindings import bindings
from tui.flows.feed import TrafficFeed
from tui.flows.graph import FlowGrid
from tui.flows.picture import Picture, Place, place_of
from tui.flows.view import changes, drawn, events_of, in_order, large_of, large_words, summary, total_of
from tui.flows.window import Window, spans
from tui.frame.base import StanchScreen
from tui.frame.polling import Poll
from tui.look.graphs import STYLES, next_style
from tui.look.lines import Line, fit, width_of
from tui.routes import ToTraffic
from tui.screens.traffic.commands import TRAFFIC
from tui.widgets.lines import Lines
from tui.widgets.page import Page

LOWEST = 5
"""Lines of a graph that can still be read."""

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
        before, now = self._feed.reading, self._held or self.stanch.options.now()
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
        dash = STYLES[self.stanch.graphs].dash
        told = summary(picture, (seen.start, seen.stop), self._poll.pause_seconds, self._stale, dash)
        self._summarise(next((line for line in told if width_of(line) < self.size.width), told[-1]))
        self.commands_changed()

    def _show_several(self, grid: FlowGrid, flows: list[GroupFlow], picture: Picture) -> range:
        columns, rows = self._shape(len(flows))
        first = self._at // (columns * rows) * columns * rows
        seen = range(first, min(len(flows), first + columns * rows))
        shown = [drawn(flows[at], picture, chosen=at == self._at) for at in seen]
        grid.show(shown, columns, rows, style=self.stanch.graphs)
        return seen

    def _show_large(self, grid: FlowGrid, flows: list[GroupFlow], picture: Picture) -> range:
        if self._summed:
            self._tell(())
            grid.show_large(total_of(picture), None, style=self.stanch.graphs)
            return range(len(flows))
        group = flows[self._at]
        self._tell(large_words(group, picture))
        below = events_of(group, picture) if grid.size.height >= LOWEST_LARGE else None
        grid.show_large(large_of(group, picture), below, style=self.stanch.graphs)
        return range(self._at, self._at + 1)

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
        most = max(1, self.query_one(FlowGrid).size.height // LOWEST)
        columns = 2 if self.size.width >= SIDE_BY_SIDE and count > max(2, most // 2) else 1
        return columns, max(1, min(most, -(-count // columns)))

    # Commands

    def refuses(self, command_id: str) -> str | None:
        if command_id in ("zoom", "next_flow", "previous_flow", "total") and not self._order:
            return "there is no graph yet"
        if command_id == "all_groups" and self._names:
            return "these groups were named"
        if command_id in ("later", "latest") and not self._window.ago:
            return "this is the newest"
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
            self._poll.now()
        self._show()

    def do_window(self) -> None:
        longer = self._window.spanning(1)
        at_the_end = longer == self._window
        self._look(longer if not at_the_end else self._window.spanning(-len(spans(longer.finest))))

    def do_wider(self) -> None:
        self._look(self._window.spanning(1))

    def do_narrower(self) -> None:
        self._look(self._window.spanning(-1))

    def do_earlier(self) -> None:
        self._look(self._window.moved(-0.5))

    def do_later(self) -> None:
        self._look(self._window.moved(0.5))

    def do_latest(self) -> None:
        self._look(replace(self._window, ago=timedelta()))

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
        self._poll.now()
        self._show()

    def do_back(self) -> Awaitable[None] | None:
        if self._large or self._summed:
            self._large = self._summed = False
            self._show()
            return None
        return super().do_back()
