"""What else the leaked key's user holds, each with its lever where there is one here."""

from __future__ import annotations

from dataclasses import replace

from textual.widget import Widget

from services.base.text import clean
from services.cases.plan import LeverName
from services.incident.sweep import Held, Sweep
from tui.commands.bindings import bindings
from tui.look import words
from tui.look.columns import Column
from tui.look.lines import Line, Span
from tui.routes import ToRunbook, ToSweep
from tui.screens.runbook.commands import SWEEP
from tui.screens.runbook.lever import LeverScreen
from tui.widgets.table import Table

_API_KEY = "API key"
"""What the sweep calls a service-specific credential: it has a runbook of its own."""


def what_to_do(row: Held) -> str:
    """The way on from here, else where it is done."""
    if row.lever is LeverName.INTRUDER:
        return "enter stops it" if row.offered else "u: restore, if ours"
    if row.lever is LeverName.ACCESS_KEYS:
        return "enter makes it inactive" if row.words.startswith("Active") else "u: reactivate, if ours"
    if row.kind == _API_KEY:
        return "enter opens its runbook"
    return clean(row.elsewhere or "5 and then u removes it")


def columns() -> tuple[Column[Held], ...]:
    def state(row: Held) -> Span:
        live = row.offered or (row.lever is not None and row.words.startswith("Active"))
        # When it was made tells the intruder's from the owner's: that is to be read where the rest is cut.
        return (clean(row.words).replace(", made ", " "), "warn" if live else "text")

    return (
        Column("KIND", lambda row: (row.kind, "text"), 16),
        Column("NAME", lambda row: (clean(row.name), "strong"), 21, flex=1),
        Column("STATE", state, 13, flex=1, drop=1),
        Column("WHAT TO DO", lambda row: (what_to_do(row), "quiet"), 23, flex=1, drop=2),
    )


class SweepScreen(LeverScreen):
    scope = SWEEP
    BINDINGS = bindings(scope)

    def __init__(self, to: ToSweep) -> None:
        super().__init__(to.handling)
        self._sweep: Sweep | None = None

    @property
    def table(self) -> Table[Held]:
        return self.query_one("#rows", Table)

    def table_widget(self) -> Widget:
        return Table(columns(), lambda row: f"{row.kind} {row.made or row.name}", id="rows")

    def copied(self) -> str | None:
        row = self.table.chosen
        return clean(row.name) if row else None

    async def read(self) -> None:
        self._sweep = await self._handling.sweep()
        if self.drawable:
            self.table.show(self._sweep.held)

    def summary(self) -> Line:
        user = self._handling.user or "the user"
        if self._sweep is None:
            return ((f" reading from IAM what else {user} has…", "quiet"),)
        found = len(self._sweep.held)
        kept = " · kept in the journal" if self._handling.case and self._handling.case.held else ""
        if not found and not self._sweep.unreadable:
            return ((f" {user} has nothing else", "quiet"), (kept, "quiet"))
        return ((f" {user} has {words.count(found, 'other thing')}", "text"), (kept, "quiet"))

    def unread(self) -> str | None:
        if self._sweep is None or not self._sweep.unreadable:
            return None
        parts = self._sweep.unreadable
        return f"Not read, so not known: {', '.join(part.what for part in parts)}. {parts[0].error}"

    def chosen_told(self) -> tuple[str, list[Line]]:
        row = self.table.chosen
        if row is None:
            return "", []
        lines: list[Line] = [((clean(row.name), "strong"), (f" · {clean(row.words)}", "text"))]
        lines.append((("to do: ", "quiet"), (what_to_do(row), "text")))
        lines += [(("proof: ", "quiet"), (clean(row.proof), "text"))] if row.proof else []
        return row.kind, lines

    def refuses(self, command_id: str) -> str | None:
        if command_id not in ("act", "put_back") or not self.is_mounted:
            return None
        row = self.table.chosen
        if row is None:
            return "there is nothing" if self._sweep else "not read yet"
        if row.kind == _API_KEY and command_id == "act":
            return None
        if row.lever is None:
            return f"not from here: {what_to_do(row)}"
        if self.read_only:
            return "started with --read-only"
        return "under way" if row.lever in self._handling.under_way else None

    def do_act(self) -> None:
        row = self.table.chosen
        if row and row.kind == _API_KEY:
            self.stanch.open(ToRunbook(row.name, self._handling.user))
        elif row:
            self._pull(row)

    def do_put_back(self) -> None:
        if row := self.table.chosen:
            self._pull(row, undo=True)

    def _pull(self, row: Held, *, undo: bool = False) -> None:
        lever = row.lever
        if lever:
            made, keys = ((row.made,), ()) if row.made else ((), (row.name,))
            options = replace(self._handling.options, made=made, access_keys=keys)
            self.ask(lambda asking: asking.pull(lever, options, undo=undo))
