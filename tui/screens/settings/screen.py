"""The settings: what the configuration file says, each changed and written here."""

from __future__ import annotations

import asyncio

from textual import on
from textual.app import ComposeResult

from services.base.text import clean
from tui.commands.bindings import bindings
from tui.dialogs.sentence import SentenceDialog
from tui.frame.base import StanchScreen
from tui.look.columns import Column
from tui.look.lines import Line, Span, fit
from tui.screens.settings.commands import SETTINGS
from tui.settings.config import Config, ConfigError, load
from tui.settings.entries import Entry, entries
from tui.settings.writing import named_in, write
from tui.widgets.lines import Lines
from tui.widgets.page import Page
from tui.widgets.rule import Rule
from tui.widgets.table import Table


class SettingsScreen(StanchScreen):
    """A choice turns to the next one; what is typed is asked for."""

    scope = SETTINGS
    BINDINGS = bindings(scope)

    def __init__(self) -> None:
        super().__init__()
        self._config, self._named = Config(), frozenset[str]()
        self._trouble: str | None = None
        self._writing = asyncio.Lock()

    def body(self) -> ComposeResult:
        columns: tuple[Column[Entry], ...] = (
            Column("SETTING", lambda entry: (entry.name, "strong"), 16, flex=1),
            Column("VALUE", self._value, 30, flex=2),
            Column("WHERE FROM", self._origin, 14),
        )
        yield Lines(id="summary")
        yield Table[Entry](columns, lambda entry: entry.name, id="rows")
        yield Rule(id="row-rule")
        yield Page(id="row-text")

    @property
    def table(self) -> Table[Entry]:
        return self.query_one("#rows", Table)

    def on_mount(self) -> None:
        self.set_focus(self.table)
        self.do_refresh()

    def on_resize(self) -> None:
        self._draw()

    @on(Table.Chosen)
    def _chosen(self) -> None:
        self._draw()

    def do_refresh(self) -> None:
        """Read the file again."""
        path, self._trouble = self.stanch.options.config_file, None
        try:
            if path:
                self._config, self._named = load(path), named_in(path)
        except ConfigError as error:
            self._trouble = f"{error} {error.advice}."
        self.table.show(entries(self._config))
        self._draw()

    # Showing

    def _value(self, entry: Entry) -> Span:
        return (shown(entry, entry.value(self._config)), "text")

    def _origin(self, entry: Entry) -> Span:
        return ("file", "accent") if entry.name in self._named else ("program", "quiet")

    def _draw(self) -> None:
        if not self.drawable or not (width := self.size.width):
            return
        path = str(self.stanch.options.config_file or "no configuration file in this run (--no-config)")
        if len(path) > width - 2:
            # The folders in front are the least of it.
            path = "…" + path[3 - width :]
        told: Line = ((clean(path), "strong"),)
        self.query_one("#summary", Lines).draw([fit(((" ", "text"), *told), width)])
        entry = self.table.chosen
        self.query_one("#row-rule", Rule).entitle(entry.name if entry else "")
        self.query_one("#row-text", Page).show(self._about(entry) if entry else [], keep_place=False)
        self.commands_changed()

    def _about(self, entry: Entry) -> list[Line]:
        lines: list[Line] = [((self._trouble, "warn"),)] if self._trouble else []
        value = shown(entry, entry.value(self._config))
        lines.append(((value, "text"), (f"  {entry.about}" if entry.about else "", "quiet")))
        if entry.choices:
            lines.append(((f"one of {', '.join(shown(entry, each) for each in entry.choices)}", "quiet"),))
        return [*lines, ((_WHEN.get(entry.name, _NEXT), "quiet"),)]

    # Commands

    def refuses(self, command_id: str) -> str | None:
        entry = self.table.chosen if self.is_mounted else None
        if command_id not in ("change", "unset") or entry is None:
            return None
        if self.stanch.options.config_file is None:
            return "started with --no-config"
        if command_id == "unset" and entry.name not in self._named:
            return "it is the program's own"
        return _BY_HAND if entry.kind == "table" and command_id == "change" else None

    def copied(self) -> str | None:
        entry = self.table.chosen
        return shown(entry, entry.value(self._config)) if entry else None

    def do_change(self) -> None:
        if (entry := self.table.chosen) is None:
            return
        if entry.choices:
            at = entry.choices.index(entry.value(self._config))
            self._begin(entry, entry.choices[(at + 1) % len(entry.choices)])
        else:
            self.run_worker(self._ask(entry), group="ask", exclusive=True)

    def do_unset(self) -> None:
        if entry := self.table.chosen:
            self._begin(entry, None)

    async def _ask(self, entry: Entry) -> None:
        about = f"{entry.about[:1].upper()}{entry.about[1:]}"
        now = shown(entry, entry.value(self._config))
        dialog = SentenceDialog(entry.name, f"{about}. Now {now}.", kept=True)
        typed = await self.app.push_screen_wait(dialog)
        if typed is None:
            return
        try:
            value = entry.read(typed)
        except ValueError:
            self.say(f"{clean(typed)} isn't a number.", "warn")
            return
        self._begin(entry, value)

    def _begin(self, entry: Entry, value: object | None) -> None:
        self.run_worker(self._write(entry, value), group="write")

    async def _write(self, entry: Entry, value: object | None) -> None:
        path = self.stanch.options.config_file
        assert path
        # The disk must not hold up the screen, nor the second change overtake the first.
        async with self._writing:
            try:
                self._config = await asyncio.to_thread(write, path, entry.name, value)
                self._named = await asyncio.to_thread(named_in, path)
            except ConfigError as error:
                self.say(f"{error} {error.advice}.", "alarm")
                return
        if entry.name == "theme" and isinstance(value, str) and value in self.app.available_themes:
            self.stanch.use_theme(value)
        self.table.show(self.table.rows)
        self._draw()
        self.say(f"{entry.name}: {shown(entry, entry.value(self._config))}, written to {path}.")


_BY_HAND = "it is a table: change it in the file; stanch config --example shows how"
_NEXT = "Takes effect at the next start; a command-line option overrides it."
_WHEN = {"theme": "Takes effect now and at every start; a command-line option overrides it."}


def shown(entry: Entry, value: object) -> str:
    """*value* on one line."""
    match value:
        case None:
            return "the program's own"
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:g}"
        case tuple() if entry.kind == "words":
            return clean(", ".join(value)) or "none"
        case str():
            return clean(value)
    if entry.kind == "table":
        return "none" if value == entry.default else "set in the file"
    return clean(value)
