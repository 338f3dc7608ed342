"""Leaked keys in files and git histories: where each lies, whose it is, and from there to its runbook."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable
from pathlib import Path

from textual.app import ComposeResult
from textual.widgets import Input

from services.aws.errors import AwsError
from services.base import clock, sizes
from services.base.folders import expanded
from services.base.keyservices import short_service
from services.base.text import clean
from services.keys.telling import offline_facts
from services.keys.token import Token
from services.scan.scan import Found, Scan
from tui.commands.bindings import bindings
from tui.frame.base import StanchScreen
from tui.look import words
from tui.look.columns import Column
from tui.look.lines import Line, fit
from tui.routes import ToRunbook
from tui.screens.scan.commands import SCAN
from tui.widgets.form import TextRow
from tui.widgets.lines import Lines
from tui.widgets.page import Page
from tui.widgets.rule import Rule
from tui.widgets.table import Table

_REDRAW_SECONDS = 0.25


class _Stop(Exception):
    """Ends the thread that scans."""


class ScanScreen(StanchScreen):
    scope = SCAN
    BINDINGS = bindings(scope)

    def __init__(self) -> None:
        super().__init__()
        self._scan: Scan | None = None
        self._top = Path()
        self._looking = self._told_to_stop = self._stopped = False

    def body(self) -> ComposeResult:
        yield TextRow("look in", "", "a file or a folder; of a git repository its history too", id="where")
        yield Lines(id="summary")
        yield Table(self._columns(), _id, id="rows")
        yield Rule(id="row-rule")
        yield Page(id="row-text")

    @property
    def table(self) -> Table[Found]:
        return self.query_one("#rows", Table)

    def on_mount(self) -> None:
        self.set_focus(self.query_one("#where Input", Input))
        self.set_interval(_REDRAW_SECONDS, self._redraw_progress)
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def on_table_chosen(self) -> None:
        self._draw()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if self._looking:
            self.say("A scan is under way: esc stops it.", "warn")
        elif event.value.strip():
            self.run_worker(self._look(expanded(event.value.strip())), group="scan")
        else:
            self.say("Name a file or a folder first.", "warn")

    async def _look(self, path: Path) -> None:
        self._scan, self._top = Scan(), path
        self._looking, self._told_to_stop, self._stopped = True, False, False
        self._scan.on_progress = self._check
        self.set_focus(self.table)
        self._draw()
        try:
            await asyncio.to_thread(self._scan.path, path)
        except _Stop:
            self._stopped = True
        finally:
            self._looking = False
        for what, why in self._scan.unreadable:
            self.stanch.keep_words(f"looking for keys in {path}", f"{what} was not searched: {why}.")
        if not self._scan.found:
            self.set_focus(self.query_one("#where Input", Input))
        self._draw()

    def _check(self, scan: Scan) -> None:
        """In the thread: whether to go on."""
        if self._told_to_stop:
            raise _Stop

    def on_unmount(self) -> None:
        self._told_to_stop = True

    # Showing

    def _redraw_progress(self) -> None:
        if self._looking:
            self._draw()

    def _draw(self) -> None:
        if not self.drawable or not (width := self.size.width):
            return
        self.table.show(tuple(self._scan.found) if self._scan else ())
        self.query_one("#summary", Lines).draw([fit(((" ", "text"), *self._summary()), width)])
        row = self.table.chosen
        self.query_one("#row-rule", Rule).entitle(clean(row.key.user or row.key.name) if row else "")
        self.query_one("#row-text", Page).show(_told(row) if row else [], keep_place=False)
        self.commands_changed()

    def _summary(self) -> Line:
        if (scan := self._scan) is None:
            return (
                (
                    "Keys are decoded to be sure; no secret is shown, and AWS is not contacted.",
                    "quiet",
                ),
            )
        parts = [words.count(scan.files, "file"), sizes.size(scan.bytes_read)]
        if scan.objects:
            parts.insert(1, words.count(scan.objects, "git object"))
        read = ", ".join(parts)
        found = words.count(len(scan.keys), "key")
        line: Line = ((f"{found} found", "strong" if scan.found else "text"), (f" in {read}", "quiet"))
        if self._looking:
            line = (*line, (" · esc stops", "quiet"))
        elif self._stopped:
            line = (*line, (" · stopped", "warn"))
        if scan.unreadable:
            line = (*line, (f" · {len(scan.unreadable)} not searched: !", "warn"))
        return line

    def _columns(self) -> tuple[Column[Found], ...]:
        return (
            Column("SERVICE", lambda row: (_service(row), "text"), 10),
            Column("USER", lambda row: (clean(row.key.user or row.key.name), "strong"), 20, flex=1),
            Column("ACCOUNT", lambda row: (clean(row.key.account or "?"), "text"), 12),
            Column("WHERE", lambda row: (self._below(row), "quiet"), 24, flex=3),
        )

    def _below(self, found: Found) -> str:
        """Where it lies, seen from where was looked."""
        return str(found.place).removeprefix(f"{clean(self._top)}{os.sep}")

    # Commands

    def refuses(self, command_id: str) -> str | None:
        if command_id == "respond_found" and self.is_mounted and self.table.chosen is None:
            return "no key was found"
        return None

    def do_respond_found(self) -> None:
        if (row := self.table.chosen) is None:
            return
        if isinstance(row.key, Token):
            self.say("Looking for it among the account's keys…")
            self.run_worker(self._respond(row.key), group="match", exclusive=True)
        else:
            self.say(
                f"There is no runbook for {row.key.kind.label} yet: identify (i) tells what is known.", "warn"
            )

    def do_look_elsewhere(self) -> None:
        self.set_focus(self.query_one("#where Input", Input))

    def do_refresh(self) -> None:
        self.query_one("#where Input", Input).post_message(
            Input.Submitted(self.query_one("#where Input", Input), self.query_one(Input).value)
        )

    def do_back(self) -> Awaitable[None] | None:
        if not self._looking:
            return super().do_back()
        self._told_to_stop = True
        return None

    async def _respond(self, token: Token) -> None:
        from services.keys.inventory import match

        try:
            found = await match(await self.stanch.aws(), token)
        except AwsError as error:
            self.report("looking for the key of a token", error)
            return
        if found is None:
            self.say("No key in this account has that alias: deleted, or belongs to another account.", "warn")
        else:
            self.hush()
            self.stanch.open(ToRunbook(found.id, found.user))


def _id(found: Found) -> str:
    return f"{found.key.name} {found.place}"


def _service(found: Found) -> str:
    key = found.key
    return clean(short_service(key.service) if key.service else key.prefix or key.kind.label)


def _told(found: Found) -> list[Line]:
    key, place = found.key, found.place
    lines: list[Line] = [
        (("what    ", "quiet"), (clean(key.kind.label), "text")),
        (("name    ", "quiet"), (clean(key.name), "text")),
        (("where   ", "quiet"), (f"{clean(place.path)}, line {place.line}", "text")),
    ]
    if place.commit:
        lines.append((("commit  ", "quiet"), (place.commit, "text")))
    elif place.object_id:
        lines.append((("object  ", "quiet"), (f"{place.object_id}, in no commit", "text")))
    lines += [(("! ", "warn"), (clean(sentence), "text")) for sentence in offline_facts(key, clock.now())]
    return lines
