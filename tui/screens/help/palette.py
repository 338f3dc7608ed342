"""Finds a command by its name, another word for it, or its sentence, and runs it on the screen below."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input, Static

from tui.commands.bindings import bindings
from tui.commands.command import Command, shown
from tui.commands.finding import found
from tui.commands.table import within
from tui.commands.words import spelled
from tui.frame.dialog import Dialog
from tui.look.columns import Column
from tui.look.lines import Span
from tui.routes import ToPalette
from tui.screens.help.commands import PALETTE
from tui.widgets.table import Table

Row = tuple[Command, str | None]


def _help(row: Row) -> Span:
    command, reason = row
    return (f"unavailable: {reason}", "quiet") if reason else (command.help, "quiet")


class PaletteDialog(Dialog[str]):
    """Closes with the id of the command that was chosen."""

    scope = PALETTE
    BINDINGS = bindings(scope)

    def __init__(self, to: ToPalette) -> None:
        super().__init__()
        self._commands = [command for command in within(to.scope) if command.id != "palette"]
        self._why_not = to.reasons
        self._recent = to.recent

    def body(self) -> ComposeResult:
        self.entitle("commands")
        with Horizontal(id="filter-line"):
            yield Static(":")
            yield Input(placeholder="a command, or a word of what it does", compact=True)
        yield Table[Row](
            [
                Column("", lambda row: (row[0].label, "greyed" if row[1] else "strong"), 13),
                Column("", lambda row: (shown(row[0].keys[0]) if row[0].keys else "", "accent"), 9),
                Column("", _help, 20, flex=1, drop=1),
            ],
            lambda row: row[0].id,
        )
        yield Static(
            "Nothing matches: try another word. esc and then ? lists all that can be done.", id="no-match"
        )

    @property
    def table(self) -> Table[Row]:
        return self.query_one(Table)

    def on_mount(self) -> None:
        self.set_focus(self.query_one(Input))
        self._find("")

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._find(event.value)

    def _find(self, typed: str) -> None:
        rows = [
            (command, self._why_not.get(command.id)) for command in found(self._commands, typed, self._recent)
        ]
        # What cannot be done now comes last.
        rows.sort(key=lambda row: bool(row[1]))
        rows[:0] = [(command, None) for command in spelled(typed, self.stanch)]
        self.table.show(rows)
        self.table.move_to(0)
        self.table.display, self.query_one("#no-match").display = bool(rows), not rows
        self.commands_changed()

    @on(Input.Submitted)
    def do_choose(self) -> None:
        if self.table.chosen is not None:
            self.dismiss(self.table.chosen[0].id)

    def refuses(self, command_id: str) -> str | None:
        nothing = command_id == "choose" and self.is_mounted and not self.table.rows
        return "nothing matches" if nothing else None

    def do_next_found(self) -> None:
        self.table.do_down()

    def do_previous_found(self) -> None:
        self.table.do_up()

    def do_back(self) -> None:
        self.dismiss(None)
