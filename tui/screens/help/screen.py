"""What can be done on the screen one came from, from the one table of commands."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult

from tui.commands.bindings import bindings
from tui.commands.command import Command, shown
from tui.commands.lists import LIST
from tui.commands.table import SCOPES, within
from tui.frame.base import StanchScreen
from tui.look.lines import Line, Role, fit
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


class HelpScreen(StanchScreen):
    scope = HELP
    BINDINGS = bindings(scope)

    def __init__(self, to: ToHelp) -> None:
        super().__init__()
        self._about = to

    def body(self) -> ComposeResult:
        yield Lines(id="summary")
        yield Page(id="help", more="j or pgdn", indent=14)

    def on_mount(self) -> None:
        page = self.query_one("#help", Page)
        page.show(self._lines())
        self.set_focus(page)

    async def on_key(self, event: events.Key) -> None:
        """What was just read here and is pressed at once is done on the screen that it was read of."""
        here = {key for command in (*within(self.scope), *within(LIST)) for key in command.keys}
        wanted = next((each for each in within(self._about.scope) if event.key in each.keys), None)
        if wanted and event.key not in here and self.is_current:
            event.stop()
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

    def _lines(self) -> list[Line]:
        here = within(self._about.scope)
        own = [command for command in here if command.id in SCOPES[self._about.scope].own]
        rest = [command for command in here if command not in own]
        lines = [told(command, self._about.reasons.get(command.id)) for command in own]
        if self._about.has_lists:
            lines += [(), (("in lists", "header"),), *(told(command, None) for command in within(LIST))]
        lines += [(), (("from every screen", "header"),)]
        lines += [told(command, self._about.reasons.get(command.id)) for command in rest]
        return [*lines, (), (("signs", "header"),), *SIGNS]
