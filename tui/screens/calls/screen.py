"""Every call to AWS in this run: what is waited for now, and what came of the last thousand."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input, Static

from services.aws.callrecord import Made
from tui.commands.bindings import bindings
from tui.frame.base import StanchScreen
from tui.look.lines import fit
from tui.screens.calls import texts
from tui.screens.calls.commands import CALLS
from tui.widgets.filterfield import FilterField
from tui.widgets.lines import Lines
from tui.widgets.page import Page
from tui.widgets.rule import Rule
from tui.widgets.table import Table

_LOOK_SECONDS = 0.5


class CallsScreen(StanchScreen):
    """The cursor stays on its call; on the first row it stays there, on what came last."""

    scope = CALLS
    BINDINGS = bindings(scope)

    def __init__(self) -> None:
        super().__init__()
        self._filter = ""
        self._shown: tuple[int, int] | None = None

    def body(self) -> ComposeResult:
        yield Lines(id="summary")
        with Horizontal(id="filter-line"):
            yield Static("/")
            yield FilterField(self._filtered, placeholder="a service, an operation, an outcome", id="filter")
        yield Table(texts.columns(self.stanch.options.now), lambda made: str(made.number), id="rows")
        yield Page(id="empty")
        yield Rule(id="row-rule")
        yield Page(id="row-text")

    @property
    def table(self) -> Table[Made]:
        return self.query_one("#rows", Table)

    def on_mount(self) -> None:
        self.set_focus(self.table)
        self.set_interval(_LOOK_SECONDS, self._look)
        self._show()

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self._show()

    def on_resize(self) -> None:
        self._show()

    @on(Table.Chosen)
    def _chosen(self) -> None:
        self._show_details()

    def _look(self) -> None:
        """Show what changed: a call, or the seconds that one is waited for."""
        record = self.stanch.calls
        oldest = next(iter(record.open.values()), None)
        now = (record.version, int(oldest.seconds) if oldest else 0)
        if self.is_current and now != self._shown:
            self._shown = now
            self._show()

    def _show(self) -> None:
        if not self.drawable or not (width := self.size.width):
            return
        record, table, empty = self.stanch.calls, self.table, self.query_one("#empty", Page)
        rows, follows = texts.rows_of(record, self._filter), table.cursor == 0
        table.show(rows)
        if follows:
            table.move_to(0)
        table.display, empty.display = bool(rows), not rows
        if not rows:
            missing = f"No call matches “{self._filter}”. esc shows all." if self._filter else "No call yet."
            empty.show([((missing, "text"),)])
        summary = texts.summary(record, len(rows), filtered=bool(self._filter))
        self.query_one("#summary", Lines).draw([fit(((" ", "text"), *summary), width)])
        self._show_details()
        self.commands_changed()

    def _show_details(self) -> None:
        made = self.table.chosen
        self.query_one("#row-rule", Rule).entitle("call" if made else "")
        self.query_one("#row-text", Page).show(texts.details(made) if made else [], keep_place=False)

    # Commands

    def copied(self) -> str | None:
        made = self.table.chosen
        return texts.command(made) if made else None

    def do_copy(self) -> None:
        super().do_copy()
        if (made := self.table.chosen) and (missing := texts.without(made)):
            self.say(f"Copied {missing}.", "warn")

    def do_filter_calls(self) -> None:
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
