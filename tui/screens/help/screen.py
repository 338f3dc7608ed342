"""What can be done on the screen one came from, from the one table of commands."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events, on
from textual.app import ComposeResult
from textual.message import Message

from tui.commands.bindings import bindings
from tui.commands.command import Command, shown
from tui.commands.lists import LIST
from tui.commands.table import SCOPES, within
from tui.frame.base import StanchScreen
from tui.look.lines import Line, Role, fit, wrap
from tui.routes import ToHelp
from tui.screens.help.commands import HELP
from tui.widgets.lines import Lines
from tui.widgets.page import Page

SIGNS: tuple[Line, ...] = (
    (("‼", "alarm"), ("  high risk: look at this first", "text")),
    (("!", "warn"), ("  medium risk, or not all of it could be read", "text")),
    (("✓", "good"), ("  confirmed", "text")),
    (("▶ ▼ ■", "accent"), ("  a flow of bytes: flowing, falling, gone", "text")),
)


def told(command: Command, reason: str | None) -> Line:
    keys = ", ".join(shown(key) for key in command.keys) or "by name"
    role: Role = "greyed" if reason else "text"
    line: Line = (
        (f"{keys:<14}", "greyed" if reason else "accent"),
        (f"{command.label}. {command.help}", role),
    )
    return (*line, (f" Unavailable: {reason}.", "quiet")) if reason else line


class HelpPage(Page):
    """A click on what a command does runs it."""

    class Clicked(Message):
        def __init__(self, command_id: str) -> None:
            super().__init__()
            self.command_id = command_id

    def __init__(self, told: Sequence[tuple[Line, str | None]]) -> None:
        super().__init__(id="help", more="j or pgdn", indent=14)
        self._told = told
        self._ids: list[str | None] = []

    def _wrap(self, width: int) -> list[Line]:
        wrapped = [(line, named) for told, named in self._told for line in wrap(told, width, indent=14)]
        self._ids = [named for _, named in wrapped]
        return [line for line, _ in wrapped]

    def clicked(self, index: int) -> None:
        if named := self._ids[index]:
            self.post_message(self.Clicked(named))


class HelpScreen(StanchScreen):
    scope = HELP
    BINDINGS = bindings(scope)

    def __init__(self, to: ToHelp) -> None:
        super().__init__()
        self._about = to

    def body(self) -> ComposeResult:
        yield Lines(id="summary")
        yield HelpPage(self._lines())

    def on_mount(self) -> None:
        self.set_focus(self.query_one(HelpPage))

    @on(HelpPage.Clicked)
    async def _clicked(self, event: HelpPage.Clicked) -> None:
        if self.is_current:
            self.dismiss()
            await self._about.do(event.command_id)

    async def on_key(self, event: events.Key) -> None:
        """What was just read here and is pressed at once is done on the screen that it was read of."""
        here = {key for command in (*within(self.scope), *within(LIST)) for key in command.keys}
        wanted = next((each for each in within(self._about.scope) if event.key in each.keys), None)
        if wanted and event.key not in here and self.is_current:
            event.stop()
            event.prevent_default()
            self.dismiss()
            await self._about.do(wanted.id)

    def on_resize(self) -> None:
        bar = self.query_one("#summary", Lines)
        where = self._about.scope.replace("_", " ")
        bar.draw(
            [
                fit(
                    (
                        (" ", "text"),
                        (f"What you can do here: {where}", "strong"),
                        (" · press its key to run it", "quiet"),
                    ),
                    bar.size.width,
                )
            ]
        )

    def _lines(self) -> list[tuple[Line, str | None]]:
        """Each with the command that it is about."""
        here = within(self._about.scope)
        own = [command for command in here if command.id in SCOPES[self._about.scope].own]
        lines = list(map(self._of, own))
        if self._about.has_lists:
            lines += _titled("in lists")
            lines += [(told(command, None), None) for command in within(LIST)]
        lines += _titled("from every screen")
        lines += [self._of(command) for command in here if command not in own]
        return [*lines, *_titled("signs"), *((sign, None) for sign in SIGNS)]

    def _of(self, command: Command) -> tuple[Line, str | None]:
        return told(command, self._about.reasons.get(command.id)), command.id


def _titled(title: str) -> list[tuple[Line, str | None]]:
    return [((), None), (((title, "header"),), None)]
