"""Every log group: whether it takes bearer tokens, its KMS key, how long it keeps events, what comes in."""

from __future__ import annotations

from collections.abc import Mapping

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input, Static

from services.base.text import clean
from tui.commands.bindings import bindings
from tui.flows.feed import TrafficFeed
from tui.flows.view import state_word, total_now
from tui.flows.window import Window, spans
from tui.frame.base import StanchScreen
from tui.frame.polling import Poll
from tui.look import words
from tui.look.lines import Line, fit
from tui.routes import ToLogGroups, ToTraffic
from tui.screens.loggroups.commands import LOG_GROUPS
from tui.screens.loggroups.texts import ORDERS, GroupRow, columns, details, rows_of
from tui.widgets.filterfield import FilterField
from tui.widgets.lines import Lines
from tui.widgets.page import Page
from tui.widgets.rule import Rule
from tui.widgets.table import Table


class LogGroupsScreen(StanchScreen):
    """The flow is read like that of the traffic screen, and of groups without bearer tokens on request."""

    scope = LOG_GROUPS
    BINDINGS = bindings(scope)

    def __init__(self, to: ToLogGroups) -> None:
        super().__init__()
        self._wanted = to.chosen
        self._filter = ""
        self._order = "flow"
        self._reversed = False
        self._all = False

    def body(self) -> ComposeResult:
        options = self.stanch.options
        self._feed = TrafficFeed(self.stanch)
        self._feed.on_progress = self._show
        self._poll = Poll(self, options.poll_seconds, self._read)
        self._window = Window(spans(options.period_seconds)[0], options.period_seconds, compared=None)
        yield Lines(id="summary")
        with Horizontal(id="filter-line"):
            yield Static("/")
            yield FilterField(self._filtered, placeholder="words of a name, a Region or a state", id="filter")
        yield Table(columns(lambda: self.stanch.graphs), lambda row: row.key, id="rows")
        yield Page(id="empty")
        yield Rule(id="row-rule")
        yield Page(id="row-text")

    @property
    def table(self) -> Table[GroupRow]:
        return self.query_one("#rows", Table)

    def on_mount(self) -> None:
        self.set_focus(self.table)
        self._show()

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self._poll.start()

    def on_screen_suspend(self) -> None:
        self._poll.stop()

    def on_resize(self) -> None:
        self._show()

    @on(Table.Chosen)
    def _chosen(self) -> None:
        self._show_details()

    async def _read(self) -> bool:
        read = await self._feed.read(self._window, self.stanch.options.now(), all_groups=self._all)
        self._show()
        if self._wanted and self.table.choose(self._wanted):
            self._wanted = None
        return read

    # Showing

    def _rows(self) -> list[GroupRow]:
        rows = rows_of(self._feed.groups, self._feed.picture)
        return sorted(filter(self._matches, rows), key=ORDERS[self._order], reverse=self._reversed)

    def _matches(self, row: GroupRow) -> bool:
        state = f"{row.flow.state} {state_word(row.flow)}" if row.flow else "not read"
        told = f"{row.group.name} {row.group.region} {state}".lower()
        return all(word in told for word in self._filter.lower().split())

    def _show(self) -> None:
        if not self.drawable or not self.size:
            return
        rows, empty = self._rows(), self.query_one("#empty", Page)
        by = None if self._order == "flow" else self._order
        self.table.show(rows, sorted_by=by, descending=self._reversed)
        self.table.display, empty.display = bool(rows), not rows
        if not rows:
            empty.show(self._instead())
        self.query_one("#summary", Lines).draw(
            [fit(((" ", "text"), *self._summary(len(rows))), self.size.width)]
        )
        self._show_details()
        self.commands_changed()

    def _instead(self) -> list[Line]:
        if self._feed.groups and self._filter:
            return [((f"No log group matches “{self._filter}”. ", "text"), ("esc shows all", "quiet"))]
        return self._feed.instead(self._poll.pause_seconds)

    def _summary(self, shown: int) -> Line:
        groups, picture = self._feed.groups, self._feed.picture
        if not groups:
            return ()
        count = words.count(len(groups), "log group")
        on_count = sum(group.bearer_enabled is True for group in groups)
        line: Line = ((f"{shown:,} of {count} shown" if self._filter else count, "strong"),)
        if stale := self._feed.stale:
            line = (*line, (f" · {stale}", "warn"))
        line = (*line, (f" · {on_count:,} with bearer tokens on", "text"))
        if picture:
            rate = words.rate(total_now(picture.reading), picture.reading.period_seconds)
            read = sum(row.flow is not None for row in rows_of(groups, picture))
            line = (
                *line,
                # What was not read may flow too.
                (f" · {rate} in {'all' if read == len(groups) else f'the {read:,} read'}", "text"),
                (f" · {picture.window.words(picture.now)}", "quiet"),
            )
        return line

    def _show_details(self) -> None:
        row = self.table.chosen
        self.query_one("#row-rule", Rule).entitle("log group" if row else "")
        self.query_one("#row-text", Page).show(details(row) if row else [])

    # Commands

    @property
    def hook_values(self) -> Mapping[str, str | None]:
        row = self.table.chosen if self.is_mounted else None
        here = {"log_group": row.group.name, "region": row.group.region} if row else {}
        return {**super().hook_values, **here}

    def copied(self) -> str | None:
        row = self.table.chosen
        return clean(row.group.name) if row else None

    def refuses(self, command_id: str) -> str | None:
        if command_id == "graph" and self.is_mounted:
            row = self.table.chosen
            if row is None:
                return "there is no log group"
            return None if row.flow else "its flow is not read: a reads it"
        return None

    def do_graph(self) -> None:
        if row := self.table.chosen:
            self.stanch.open(ToTraffic(large=(row.group.region, row.group.name), all_groups=self._all))

    def do_sort_groups(self) -> None:
        orders = list(ORDERS)
        self._sort(orders[(orders.index(self._order) + 1) % len(orders)])
        self.say(f"Sorted by {self._order.lower()}.")

    @on(Table.HeaderClicked)
    def _header_clicked(self, event: Table.HeaderClicked) -> None:
        if event.name in ORDERS:
            self._sort(event.name)

    def _sort(self, order: str) -> None:
        """By that column; by the same once more turns the rows round."""
        self._reversed = order == self._order and not self._reversed
        self._order = order
        self._show()

    def do_every_flow(self) -> None:
        self._all = not self._all
        self._poll.now()
        self.say(
            "Reading the flow of every log group." if self._all else "Reading the flow where tokens are on."
        )

    def do_refresh(self) -> None:
        self._feed.forget()
        self.stanch.reintroduce()
        self._poll.now()

    def do_filter_groups(self) -> None:
        self.query_one("#filter-line").display = True
        self.set_focus(self.query_one("#filter", Input))

    @on(Input.Changed, "#filter")
    def _typed(self, event: Input.Changed) -> None:
        self._filter = event.value.strip()
        self._show()

    def _filtered(self) -> None:
        self.set_focus(self.table)
        self.query_one("#filter-line").display = bool(self._filter)

    async def do_back(self) -> None:
        field = self.query_one("#filter", Input)
        if self._filter or field.has_focus:
            field.value = self._filter = ""
            self._filtered()
            self._show()
        elif leaving := super().do_back():
            await leaving
