"""One key: its dates, what its user holds and may do, the log groups in reach, its case, the last events."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime

from textual import on
from textual.app import ComposeResult

from services.incident.outcome import Stopped
from tui.commands.bindings import bindings
from tui.frame.base import StanchScreen
from tui.frame.keyline import key_line
from tui.frame.polling import Poll
from tui.look import words
from tui.look.lines import fit, width_of
from tui.routes import ToCases, ToErrors, ToEvents, ToKey, ToLogGroups, ToRunbook, ToSweep
from tui.screens.keys.commands import KEY
from tui.screens.keys.keyreader import KeyReader, Read
from tui.screens.keys.keyrows import KeyRow, columns
from tui.settings.context import Subject
from tui.widgets.lines import Lines
from tui.widgets.page import Page
from tui.widgets.rule import Rule
from tui.widgets.table import Table

TIMES_OVER = 30
"""Between two readings passes at least so many times what the last took: one is some fifteen calls."""


class KeyScreen(StanchScreen):
    """Each section stands as soon as it is known; enter leads from a row to where it is dealt with."""

    scope = KEY
    BINDINGS = bindings(scope)

    def __init__(self, to: ToKey) -> None:
        super().__init__()
        self._key = to.key
        self._change = to.change
        self._read_at: datetime | None = None
        """When the last reading of all sections began."""
        self._first: set[str] = set()
        """The rows that begin a section."""

    @property
    def subject(self) -> Subject:
        return Subject(self._key.id, self._key.user, self._key.service)

    @property
    def table(self) -> Table[KeyRow]:
        return self.query_one("#rows", Table)

    def body(self) -> ComposeResult:
        self._reader = KeyReader(self.stanch, self._key, self._change, self._show)
        self._poll = Poll(self, self.stanch.options.list_seconds, self._read_all, times_over=TIMES_OVER)
        yield Lines(id="key")
        yield Table(columns(self._first), lambda row: row.key, id="rows", skips=self._passed_over)
        yield Rule(id="row-rule")
        yield Page(id="row-text")

    def _passed_over(self, row: KeyRow) -> bool:
        """What opens nothing, and is to be read in full as it stands."""
        return not row.way and row.fits(self.size.width)

    def on_mount(self) -> None:
        self.set_focus(self.table)
        self._show()
        self.stanch.each_second(self, self._tick)

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self._poll.start(when_due=True)
        if self._read_at is not None:
            self.run_worker(self._read(self._reader.changeable), group="changeable", exclusive=True)

    def on_screen_suspend(self) -> None:
        self._poll.rest()

    def on_resize(self) -> None:
        self._show()

    async def _read_all(self) -> bool:
        begun = self.stanch.options.now()
        found = await self._read(self._reader.reads)
        if found:
            self._read_at = begun
        self._show_key()
        return found

    async def _read(self, reads: Mapping[str, Read]) -> bool:
        return all(await asyncio.gather(*(self._reader.attempt(name, read) for name, read in reads.items())))

    def _show(self) -> None:
        if not self.drawable or not self.size.width:
            return
        self._show_key()
        rows, seen = self._reader.rows, set[str]()
        self._first.clear()
        for row in rows:
            if row.section not in seen:
                seen.add(row.section)
                self._first.add(row.key)
        self.table.show(rows)
        self._show_row()

    def _show_key(self) -> None:
        if not self.drawable or not (width := self.size.width):
            return
        now = self.stanch.options.now()
        line = key_line(self._reader.key.credential, None, now)
        told = f"  {words.as_of(self._read_at, now)} " if self._read_at else ""
        if self._read_at and width_of(line) + len(told) > width:
            told = f"  read {words.spoken(now - self._read_at)} ago "
        room = width - len(told)
        self.query_one("#key", Lines).draw([(*fit(line, max(0, room)), (told, "quiet"))])

    def _tick(self) -> None:
        if self.is_current:
            self._show_key()

    @on(Table.Chosen)
    def _show_row(self) -> None:
        row = self.table.chosen
        self.query_one("#row-rule", Rule).entitle(
            row.section if row else "", f"enter: {row.way_words}" if row and row.way else ""
        )
        self.query_one("#row-text", Page).show(row.told if row else [], keep_place=False)
        self.commands_changed()

    # Commands

    def refuses(self, command_id: str) -> str | None:
        if command_id == "follow" and self.is_mounted and not (self.table.chosen and self.table.chosen.way):
            return "this row opens nothing"
        return None

    def do_follow(self) -> None:
        row = self.table.chosen
        assert row is not None
        match row.way:
            case "runbook" | "case":
                self.stanch.open(ToRunbook(self._key.id, self._key.user))
            case "events":
                self.stanch.open(ToEvents(self._key.user, self._key.id, self._key.service))
            case "cases":
                self.stanch.open(ToCases())
            case "log groups":
                self.stanch.open(ToLogGroups(row.target or None))
            case "its runbook":
                self.stanch.open(ToRunbook(row.target, self._key.user))
            case "errors":
                self.stanch.open(ToErrors())
            case "key":
                self.stanch.open(ToKey(self._reader.others[row.target]))
            case "policy":
                self._open_policy(row.target)
            case "sweep":
                # Not in the key's own turn: AWS may take long, and all other keys would wait for it.
                self.say("Reading what else the user has…", topic="sweep")
                self.run_worker(self._open_sweep(), group="sweep", exclusive=True)

    def _open_policy(self, name: str) -> None:
        from tui.screens.keys.policydocument import PolicyDocumentScreen

        policy = self._reader.policies[name]
        self.app.push_screen(PolicyDocumentScreen(policy, self.subject))

    async def _open_sweep(self) -> None:
        try:
            handling = await self.stanch.desk.open(self._key.id, self._key.user)
        except Stopped as error:
            self.report(f"opening the runbook of {self._key.id}", error)
            return
        finally:
            self.hush("sweep")
        if self.app.screen is self:
            self.stanch.open(ToSweep(handling))
        else:
            self.stanch.desk.release(handling)

    def do_refresh(self) -> None:
        self.stanch.reintroduce()
        self._poll.now()
