"""IncomingBytes of every log group that takes bearer tokens, live; one of them as large as the screen."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import timedelta

from textual import on
from textual.app import ComposeResult

from services.aws.errors import AwsError
from services.spans import spoken
from services.traffic import GroupFlow, Reading
from tui import words
from tui.commands import bindings
from tui.polling import Poll
from tui.screens.base import StanchScreen
from tui.trafficfeed import TrafficFeed
from tui.trafficview import changes, flow_of, in_order, spans, summary
from tui.widgets.flowgraph import FlowGrid
from tui.widgets.lines import Line, Lines, fit
from tui.widgets.page import Page

LOWEST = 5
"""Lines of a graph that can still be read."""

SIDE_BY_SIDE = 116


class TrafficScreen(StanchScreen):
    """One service object reads all groups in one call a Region; only the graphs in sight are drawn."""

    scope = "traffic"
    BINDINGS = bindings(scope)

    def __init__(self, log_groups: tuple[str, ...] = ()) -> None:
        super().__init__()
        self._names = log_groups
        self._order: list[tuple[str, str]] = []
        self._chosen = 0
        self._zoomed = False
        self._all = False
        self._paused = False
        self._trouble: str | None = None
        self._span = 0

    def body(self) -> ComposeResult:
        self._feed = TrafficFeed(self.stanch, self._names)
        self._poll = Poll(self, self.stanch.options.poll_seconds, self._read)
        yield Lines(id="summary")
        yield FlowGrid(ascii_only=self.stanch.options.ascii_only, id="graphs")
        yield Page(id="empty")

    def on_mount(self) -> None:
        self._show()

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        if not self._paused:
            self._poll.start()

    def on_screen_suspend(self) -> None:
        self._poll.stop()

    @on(FlowGrid.Resized)
    def _resized(self) -> None:
        self._show()

    # Reading

    async def _read(self) -> bool:
        before = self._feed.reading
        try:
            reading = await self._feed.read(self.span, all_groups=self._all)
        except AwsError as error:
            self.stanch.keep("reading the traffic", error)
            self._trouble = str(error)
            self._show()
            return False
        self._trouble = None
        self._keep_order(reading)
        for told in changes(before, reading):
            self.say(told, "warn")
        self._show()
        return True

    @property
    def span(self) -> timedelta:
        return spans(self.stanch.options.period_seconds)[self._span]

    def _keep_order(self, reading: Reading) -> None:
        """Sorted by flow once; then graphs stay where they are, and new ones come last."""
        there = [(group.region, group.log_group) for group in in_order(reading.groups)]
        self._order = [name for name in self._order if name in there]
        self._order += [name for name in there if name not in self._order]
        self._chosen = max(0, min(self._chosen, len(self._order) - 1))

    # Showing

    def _show(self) -> None:
        if not self.drawable or not self.size:
            return
        flows, grid, empty = self._flows(), self.query_one(FlowGrid), self.query_one("#empty", Page)
        grid.display, empty.display = bool(flows), not flows
        reading = self._feed.reading
        if not flows or reading is None:
            empty.show(self._instead())
            self._summarise(((self._waiting_for or "", "quiet"),))
            return
        columns, rows = self._shape(len(flows))
        first = self._chosen // (columns * rows) * columns * rows
        seen = range(first, min(len(flows), first + columns * rows))
        self._summarise(
            summary(reading, (seen.start, seen.stop), self.span, self._poll.pause_seconds, self._stale)
        )
        now = self.stanch.options.now()
        shown = [
            flow_of(flows[at], reading, now, self.span, self._feed.marks, chosen=at == self._chosen)
            for at in seen
        ]
        grid.show(shown, columns, rows)
        self.commands_changed()

    def _summarise(self, line: Line) -> None:
        bar = self.query_one("#summary", Lines)
        bar.draw([fit(((" ", "text"), *line), bar.size.width)])

    def _instead(self) -> list[Line]:
        """What is said where there is no graph."""
        if self._trouble:
            return [
                (("‼ ", "alarm"), (self._trouble, "text")),
                (),
                ((f"asking again in {spoken(self._poll.pause_seconds)}, or at once with ctrl+r", "quiet"),),
            ]
        if self._waiting_for:
            return [((self._waiting_for, "quiet"),)]
        lines: list[Line] = []
        if self._names:
            lines.append(((f"No log group is called {' or '.join(self._names)} here.", "text"),))
        elif self._feed.groups:
            told = f"None of {words.count(len(self._feed.groups), 'log group')} takes bearer tokens here. "
            lines.append(((told, "text"), ("a shows them all", "quiet")))
        else:
            where = "in what could be read" if self._feed.unfound else "here"
            lines.append(((f"There are no log groups {where}.", "text"),))
        lines.append(((f"Regions: {', '.join(self.stanch.context.regions)}", "quiet"),))
        if self._feed.unfound:
            lines.append((("! ", "warn"), (f"not read: {self._feed.unfound} (! says why)", "warn")))
        return lines

    @property
    def _waiting_for(self) -> str | None:
        if not self._feed.searched:
            regions = self.stanch.context.regions
            return f"looking for log groups in {', '.join(regions)}…" if regions else "waiting for AWS…"
        return None if self._feed.reading or self._trouble else "reading the traffic…"

    @property
    def _stale(self) -> str | None:
        if self._trouble and self._feed.reading:
            return f"! not read since {self._feed.reading.at:%H:%M:%S} (! says why)"
        if self._paused:
            return "paused: space goes on"
        if self._feed.unfound:
            return f"! not read: {self._feed.unfound}"
        if self._feed.reading and self._feed.reading.unreadable:
            return f"! {', '.join(part.what for part in self._feed.reading.unreadable)} is older"
        return None

    def _flows(self) -> list[GroupFlow]:
        if self._feed.reading is None:
            return []
        by_name = {(group.region, group.log_group): group for group in self._feed.reading.groups}
        return [by_name[name] for name in self._order if name in by_name]

    def _shape(self, count: int) -> tuple[int, int]:
        """Columns and rows of graphs: as many as can still be read."""
        if self._zoomed:
            return 1, 1
        most = max(1, self.query_one(FlowGrid).size.height // LOWEST)
        columns = 2 if self.size.width >= SIDE_BY_SIDE and count > max(2, most // 2) else 1
        return columns, max(1, min(most, -(-count // columns)))

    # Commands

    def refuses(self, command_id: str) -> str | None:
        if command_id in ("zoom", "next_flow", "previous_flow") and not self._order:
            return "there is no graph yet"
        if command_id == "all_groups" and self._names:
            return "these groups were named"
        return None

    def do_next_flow(self) -> None:
        self._move(1)

    def do_previous_flow(self) -> None:
        self._move(-1)

    def _move(self, by: int) -> None:
        self._chosen = max(0, min(self._chosen + by, len(self._order) - 1))
        self._show()

    def do_zoom(self) -> None:
        self._zoomed = not self._zoomed
        self._show()

    def do_pause(self) -> None:
        self._paused = not self._paused
        if self._paused:
            self._poll.stop()
        else:
            self._poll.now()
        self._show()

    def do_window(self) -> None:
        self._span = (self._span + 1) % len(spans(self.stanch.options.period_seconds))
        self._again()

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
        self._paused = False
        self._poll.now()
        self._show()

    def do_back(self) -> Awaitable[None] | None:
        if self._zoomed:
            self.do_zoom()
            return None
        return super().do_back()
