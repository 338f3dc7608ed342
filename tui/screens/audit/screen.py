"""The account's keys against the best practices: findings, the worst first, each with what mends it."""

from __future__ import annotations

from textual.app import ComposeResult

from services.audit.audit import audit
from services.audit.model import Audit, Finding
from services.aws.errors import AwsError
from services.base import clock
from services.base.text import clean
from services.goals.governance.targets import Target, target_of_user
from tui.commands.bindings import bindings
from tui.frame.base import StanchScreen
from tui.look.lines import Line, fit, wrap
from tui.routes import ToPolicy
from tui.screens.audit import texts as audittexts
from tui.screens.audit.commands import AUDIT, FINDING
from tui.screens.audit.texts import Row
from tui.settings.context import Subject
from tui.widgets.lines import Lines
from tui.widgets.page import Page
from tui.widgets.rule import Rule
from tui.widgets.table import Table

_MOST_UNREAD = 3
"""Lines that what could not be read may take from the table."""


class AuditScreen(StanchScreen):
    scope = AUDIT
    BINDINGS = bindings(scope)

    def __init__(self) -> None:
        super().__init__()
        self._found: Audit | None = None
        self._looked_at = ""
        self._waiting: str | None = "waiting for AWS…"
        self._trouble: str | None = None

    def body(self) -> ComposeResult:
        yield Lines(id="summary")
        yield Lines(id="unread")
        yield Table(audittexts.columns(), lambda row: row.id, id="rows")
        yield Page(id="empty")
        yield Rule(id="row-rule")
        yield Page(id="row-text", more="enter shows all")

    @property
    def table(self) -> Table[Row]:
        return self.query_one("#rows", Table)

    @property
    def subject(self) -> Subject | None:
        return subject_of(self.table.chosen) if self.is_mounted else None

    def on_mount(self) -> None:
        self.set_focus(self.table)
        self._load()

    def on_resize(self) -> None:
        self._draw()

    def on_table_chosen(self) -> None:
        self._draw()

    def _load(self) -> None:
        self._waiting, self._trouble = self._waiting or "refreshing…", None
        self.run_worker(self._look(), group="audit", exclusive=True)
        self._draw()

    async def _look(self) -> None:
        now = self.stanch.options.now
        try:
            aws = await self.stanch.aws()
            self._found = await audit(aws, on_progress=self._progressed, now=now)
            self._looked_at = clock.spoken(now(), now())
        except AwsError as error:
            if self._found is None:
                self._trouble = str(error)
                self.stanch.keep("auditing the keys", error)
            else:
                self.report("auditing the keys again", error)
        else:
            for part in self._found.unreadable:
                self.stanch.keep_words("reading " + part.what, part.error)
            self.table.show(audittexts.rows(self._found))
        self._waiting = None
        self._draw()

    def _progressed(self, words: str) -> None:
        self._waiting = words
        self._draw()

    # Showing

    def _draw(self) -> None:
        if not self.drawable or not (width := self.size.width):
            return
        self.query_one("#summary", Lines).draw([fit(((" ", "text"), *self._summary()), width)])
        self._draw_unread(width)
        self._draw_empty()
        row = self.table.chosen
        self.query_one("#row-rule", Rule).entitle(row.told.kind if row else "")
        text = self.query_one("#row-text", Page)
        text.show(audittexts.evidence(row) if row else [], keep_place=False)
        self.commands_changed()

    def _summary(self) -> Line:
        if self._found is None:
            return ((self._waiting or "", "quiet"),)
        when = self._waiting or f"looked at {self._looked_at}"
        return (*audittexts.counted(self._found), (f" · {when}", "quiet"))

    def _draw_unread(self, width: int) -> None:
        parts = self._found.unreadable if self._found else ()
        lines: list[Line] = []
        if parts:
            named = ", ".join(part.what for part in parts)
            words = clean(f"Not read, so not judged: {named}. {parts[0].error}")
            lines = wrap((("! ", "warn"), (words, "warn")), width - 2, indent=2)[:_MOST_UNREAD]
        widget = self.query_one("#unread", Lines)
        widget.styles.height = len(lines)
        widget.draw([((" ", "text"), *line) for line in lines])

    def _draw_empty(self) -> None:
        empty, shown = self.query_one("#empty", Page), bool(self.table.rows)
        empty.display = not shown
        self.table.display = shown
        if shown:
            return
        if self._trouble:
            hint: Line = (("ctrl+r refreshes · ! shows all errors", "quiet"),)
            empty.show([(("‼ ", "alarm"), (self._trouble, "text")), (), hint])
        elif self._found:
            whole = "No departure from best practices" if self._found.complete else "Nothing was found"
            words = f"{whole} in {', '.join(self._found.regions)}."
            empty.show([((words, "text"),)])
        else:
            empty.show([])

    # Commands

    def refuses(self, command_id: str) -> str | None:
        if command_id not in ("open_finding", "copy") or not self.is_mounted:
            return None
        if (row := self.table.chosen) is None:
            return "there is no finding" if self._found else "not read yet"
        return "nothing to fix" if command_id == "copy" and row.mend is None else None

    def do_open_finding(self) -> None:
        if row := self.table.chosen:
            self.app.push_screen(FindingScreen(row))

    def copied(self) -> str | None:
        """The command that fixes it."""
        row = self.table.chosen
        return clean(row.mend) if row and row.mend else None

    def do_policy(self) -> None:
        self.stanch.open(ToPolicy(user_of(self.table.chosen)))

    def do_refresh(self) -> None:
        self.stanch.reintroduce()
        self._load()


class FindingScreen(StanchScreen):
    """One finding on the whole screen, so that its command can be selected and copied."""

    scope = FINDING
    BINDINGS = bindings(scope)

    def __init__(self, row: Row) -> None:
        super().__init__()
        self._row = row

    @property
    def subject(self) -> Subject | None:
        return subject_of(self._row)

    def body(self) -> ComposeResult:
        yield Rule(self._row.told.kind, self._severity())
        yield Page(id="finding", indent=0)

    def on_mount(self) -> None:
        page = self.query_one("#finding", Page)
        title, *told = audittexts.evidence(self._row)
        page.show([title, (), *told[:-1], (), told[-1]])
        self.set_focus(page)

    def refuses(self, command_id: str) -> str | None:
        return "nothing to fix" if command_id == "copy" and self._row.mend is None else None

    def copied(self) -> str | None:
        return clean(self._row.mend) if self._row.mend else None

    def do_policy(self) -> None:
        self.stanch.open(ToPolicy(user_of(self._row)))

    def _severity(self) -> str:
        return self._row.told.severity if isinstance(self._row.told, Finding) else "not known"


def subject_of(row: Row | None) -> Subject | None:
    """The key that the row is about, or whose user it is about."""
    told = row.told if row else None
    return Subject(told.key_id, told.user or "") if isinstance(told, Finding) and told.key_id else None


def user_of(row: Row | None) -> Target | None:
    """The row's user, to attach a policy to."""
    return target_of_user(row.told.user) if row else None
