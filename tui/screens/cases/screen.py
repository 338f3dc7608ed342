"""Every case kept on this machine: how far it is, whether its journal is whole, and the way back into it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from textual.app import ComposeResult

from services.base import clock
from services.cases.anchor import CONSISTENT
from services.cases.book import CaseBook
from services.cases.case import Case
from services.cases.errors import CaseError, RunbookError
from services.cases.state import CaseState
from tui.commands.bindings import bindings
from tui.dialogs.steps import SIGNS
from tui.frame.base import StanchScreen
from tui.look import words
from tui.look.columns import Column
from tui.look.lines import Line, Span, fit
from tui.screens.cases.commands import CASES
from tui.screens.cases.wayback import unclear, way_back
from tui.settings.context import Subject
from tui.widgets.lines import Lines
from tui.widgets.page import Page
from tui.widgets.rule import Rule
from tui.widgets.table import Table


@dataclass(frozen=True, slots=True)
class CaseRow:
    """*flaws* is what is wrong with the journal or the evidence, *trouble* why the case cannot be read."""

    id: str
    state: CaseState
    flaws: tuple[str, ...] = ()
    trouble: str | None = None

    @property
    def key_id(self) -> str:
        return str(self.state.opened.get("key_id") or "")

    @property
    def user(self) -> str:
        return str(self.state.opened.get("user") or "")


def read_cases(state_dir: Path) -> tuple[CaseRow, ...]:
    """All cases, the newest first; raises CaseError where the folder cannot be read."""
    return tuple(map(_read, CaseBook(state_dir).cases()))


def _read(case: Case) -> CaseRow:
    try:
        return CaseRow(case.id, case.state(), case.flaws())
    except CaseError as error:
        return CaseRow(case.id, CaseState(), trouble=str(error))


def columns(now: datetime) -> tuple[Column[CaseRow], ...]:
    def opened(row: CaseRow) -> Span:
        return (clock.spoken(row.state.opened_at, now) if row.state.opened_at else "", "text")

    return (
        Column("CASE", lambda row: (row.id, "strong"), 8),
        Column("ABOUT", lambda row: (row.state.about, "text"), 21),
        Column("USER", lambda row: (row.state.whose, "text"), 10, flex=1, drop=2),
        Column("OPENED", opened, 11, drop=1),
        Column(
            "STATE", lambda row: ("closed", "quiet") if row.state.closed_at else ("open", "accent"), 6, gap=1
        ),
        Column("STEPS", lambda row: (signs(row.state), "text"), 5, gap=1),
        Column("JOURNAL", _journal, 7),
    )


def signs(state: CaseState) -> str:
    """A sign for each step, in order: ``✓✓▸··``."""
    return "".join(SIGNS[state.step(step).state] for step in state.deeds)


def told(row: CaseRow) -> list[Line]:
    """The chosen case in words."""
    if row.trouble:
        return [(("! ", "warn"), (row.trouble, "warn"))]
    state = row.state
    lines: list[Line] = [(("✗ ", "alarm"), (flaw, "alarm")) for flaw in row.flaws]
    who = state.opened.get("login"), state.opened.get("host")
    lines.append(
        (
            (f"{state.about} of {state.whose} in account {state.opened.get('account')}", "text"),
            (f", opened by {who[0]} on {who[1]}", "quiet"),
        )
    )
    for number, step in enumerate(state.deeds, 1):
        now_is = state.step(step)
        said = now_is.words.partition(". ")[0] or "not taken"
        lines.append(((f"{number} {SIGNS[now_is.state]} {step:<11}", "text"), (said, "quiet")))
    if state.unsettled:
        left = words.count(len(state.unsettled), "call")
        lines.append(
            (("? ", "alarm"), (f"{left} without an outcome: resuming asks AWS what is true", "alarm"))
        )
    return lines


class CasesScreen(StanchScreen):
    scope = CASES
    BINDINGS = bindings(scope)

    def __init__(self) -> None:
        super().__init__()
        self._trouble: str | None = None
        self._rows: tuple[CaseRow, ...] | None = None

    def body(self) -> ComposeResult:
        yield Lines(id="summary")
        yield Table(columns(self.stanch.options.now()), lambda row: row.id, id="cases")
        yield Rule(id="case-rule")
        yield Page(id="case-text")

    @property
    def table(self) -> Table[CaseRow]:
        return self.query_one("#cases", Table)

    @property
    def subject(self) -> Subject | None:
        row = self.table.chosen if self.is_mounted else None
        return Subject(row.key_id, row.user) if row and row.key_id else None

    def copied(self) -> str | None:
        row = self.table.chosen if self.is_mounted else None
        return row.id if row else None

    def on_mount(self) -> None:
        self.set_focus(self.table)
        self._draw()

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self._load()

    def on_resize(self) -> None:
        self._draw()

    def _load(self, say: str | None = None) -> None:
        self.run_worker(self._read(say), group="cases", exclusive=True)

    async def _read(self, say: str | None) -> None:
        try:
            self._rows = await asyncio.to_thread(read_cases, self.stanch.options.state_dir)
            self._trouble = None
        except CaseError as error:
            self._trouble = str(error)
            self.stanch.keep("reading the cases", error)
        self.table.show(self._rows or ())
        self._draw()
        await self.stanch.look_for_open_cases()
        if say and (row := self._row(say)):
            self._say_verified(row)

    def _say_verified(self, row: CaseRow) -> None:
        if row.trouble:
            self.say(row.trouble, "warn")
        elif row.flaws:
            self.say(f"Case {row.id} has {words.count(len(row.flaws), 'flaw')}: {row.flaws[0]}", "alarm")
        else:
            self.say(f"Case {row.id}: {CONSISTENT}")

    def _row(self, case_id: str) -> CaseRow | None:
        return next((row for row in self._rows or () if row.id == case_id), None)

    def _draw(self) -> None:
        if not self.drawable or not self.size.width:
            return
        self.query_one("#summary", Lines).draw([fit(self._summary(), self.size.width)])
        row = self.table.chosen
        self.query_one("#case-rule", Rule).entitle(f"case {row.id}" if row else "")
        text = told(row) if row else []
        self.query_one("#case-text", Page).show(text, keep_place=False)
        self.commands_changed()

    def _summary(self) -> Line:
        if self._trouble:
            return ((f" ! {self._trouble}", "warn"),)
        if self._rows is None:
            return ((" reading the cases…", "quiet"),)
        if not self._rows:
            return ((" No case yet: a runbook's first step opens one.", "quiet"),)
        left = sum(row.state.closed_at is None for row in self._rows)
        return ((f" {words.count(len(self._rows), 'case')} · {left:,} open", "quiet"),)

    def on_table_chosen(self) -> None:
        self._draw()

    def refuses(self, command_id: str) -> str | None:
        if command_id not in ("go_on", "verify", "close_case") or not self.is_mounted:
            return None
        row = self.table.chosen
        if row is None:
            return "there is no case"
        if command_id == "close_case" and row.state.closed_at:
            return "it is closed already"
        return "it cannot be read" if command_id != "verify" and not row.state.about else None

    def do_go_on(self) -> None:
        if (row := self.table.chosen) is None:
            return
        try:
            self.stanch.open(way_back(row.id, row.state))
        except CaseError as error:
            self.say(str(error), "warn")
        except (KeyError, TypeError, ValueError) as error:
            self.say(str(unclear(error)), "warn")

    def do_verify(self) -> None:
        if row := self.table.chosen:
            self._load(say=row.id)

    def do_close_case(self) -> None:
        if row := self.table.chosen:
            self.run_worker(self._close(row.id), group="close", exclusive=True)

    async def _close(self, case_id: str) -> None:
        from tui.dialogs.asking import closing
        from tui.dialogs.casework import close, remaining

        try:
            case = CaseBook(self.stanch.options.state_dir).get(case_id)
            left = await remaining(case)
            if not await self.app.push_screen_wait(closing(case, left, self.stanch.context)):
                return
            if handling := self.stanch.desk.of_case(case_id):
                await handling.close(left)
            else:
                await asyncio.to_thread(close, case, left)
        except RunbookError as error:
            self.report(f"closing case {case_id}", error)
            return
        self._load()
        self.say(f"Case {case_id} is closed.")

    def do_refresh(self) -> None:
        self._load()


def _journal(row: CaseRow) -> Span:
    if row.trouble:
        return "unread", "warn"
    return (words.count(len(row.flaws), "flaw"), "alarm") if row.flaws else ("intact", "good")
