"""What the levers' screens have in common: a table, what could not be read, one question at a time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from textual.app import ComposeResult
from textual.widget import Widget

from services.base.text import clean
from services.incident.handling import Handling
from services.incident.outcome import Stopped
from tui.dialogs import steps
from tui.dialogs.asking import Asking
from tui.frame.base import StanchScreen
from tui.frame.keyline import key_line
from tui.look import words
from tui.look.lines import Line, fit, wrap
from tui.settings.context import Subject
from tui.widgets.lines import Lines
from tui.widgets.page import Page
from tui.widgets.rule import Rule

_MOST_UNREAD = 4
"""Lines that what could not be read may take from the table."""


class LeverScreen(StanchScreen):
    """Reads when it is opened, when asked, and when a lever has come to its end; says how old that is."""

    def __init__(self, handling: Handling) -> None:
        super().__init__()
        self._handling = handling
        self._asking = False
        self._seen = self._lever_moves()
        self._read_at: datetime | None = None

    def table_widget(self) -> Widget:
        raise NotImplementedError

    async def read(self) -> None:
        """Ask AWS; raises one of Stopped."""
        raise NotImplementedError

    def summary(self) -> Line:
        raise NotImplementedError

    def unread(self) -> str | None:
        """What could not be read, in words."""
        raise NotImplementedError

    def chosen_told(self) -> tuple[str, list[Line]]:
        """A title, and the chosen row in full."""
        raise NotImplementedError

    @property
    def subject(self) -> Subject | None:
        key = self._handling.runbook.key if self._handling.runbook else None
        return Subject(key.id, key.user, key.service) if key else None

    def body(self) -> ComposeResult:
        yield Lines(id="key")
        yield Lines(id="summary")
        yield Lines(id="unread")
        yield self.table_widget()
        yield Rule(id="row-rule")
        yield Page(id="row-text")

    def on_mount(self) -> None:
        self.set_focus(self.query_one("#rows"))
        self._handling.on_change.append(self._changed)
        self._load()
        self.stanch.each_second(self, self._draw_summary)

    def on_unmount(self) -> None:
        self._handling.on_change.remove(self._changed)
        self.stanch.desk.release(self._handling)

    def on_resize(self) -> None:
        self.draw()

    def on_table_chosen(self) -> None:
        self.draw()

    def draw(self) -> None:
        if not self.drawable or not (width := self.size.width):
            return
        if self._handling.runbook:
            line = key_line(self._handling.runbook.key, None, self.stanch.options.now())
            self.query_one("#key", Lines).draw([fit(line, width)])
        self._draw_summary()
        unread = self.unread()
        told: Line = (("! ", "warn"), (clean(unread), "warn")) if unread else ()
        lines = wrap(told, width - 2, indent=2)[:_MOST_UNREAD] if told else []
        widget = self.query_one("#unread", Lines)
        widget.styles.height = len(lines)
        widget.draw([((" ", "text"), *line) for line in lines])
        title, text = self.chosen_told()
        self.query_one("#row-rule", Rule).entitle(title)
        self.query_one("#row-text", Page).show(text, keep_place=False)
        self.commands_changed()

    def _draw_summary(self) -> None:
        if self.drawable:
            now, age = self.stanch.options.now(), ""
            if self._read_at:
                age = f" · {words.as_of(self._read_at, now)}"
            self.query_one("#summary", Lines).draw([fit((*self.summary(), (age, "quiet")), self.size.width)])

    def do_refresh(self) -> None:
        self._load()

    def ask(self, question: Callable[[Asking], Awaitable[None]]) -> None:
        """One question at a time: a key pressed twice must not ask, or do, anything twice."""
        if not self._asking:
            self._asking = True
            self.run_worker(self._asked(question), group="ask")

    async def _asked(self, question: Callable[[Asking], Awaitable[None]]) -> None:
        try:
            await question(Asking(self.app, self.stanch.desk, self._handling, self.stanch.context))
        except Stopped as error:
            self.say(steps.without_shell_ways(str(error)), "warn")
        finally:
            self._asking = False

    def _lever_moves(self) -> int:
        """Goes up whenever AWS has acted on a call of the case."""
        return len(self._handling.state.done)

    def _changed(self) -> None:
        if self._seen != (moves := self._lever_moves()):
            self._seen = moves
            self._load()
        else:
            self.draw()

    def _load(self) -> None:
        self.run_worker(self._read(), group="read", exclusive=True)
        self.draw()

    async def _read(self) -> None:
        begun = self.stanch.options.now()
        try:
            await self.read()
            self._read_at = begun
        except Stopped as error:
            self.report(f"reading for {self._handling.key_id}", error)
        self.draw()
