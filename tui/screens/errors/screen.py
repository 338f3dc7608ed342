"""The errors of this run, newest first, whole: what was attempted, what came of it, what to do."""

from __future__ import annotations

from textual.app import ComposeResult

from tui.commands.bindings import bindings
from tui.frame.base import StanchScreen
from tui.host import Trouble
from tui.look import words
from tui.look.lines import Line, fit
from tui.screens.errors.commands import ERRORS
from tui.widgets.lines import Lines
from tui.widgets.page import Page


class ErrorsScreen(StanchScreen):
    scope = ERRORS
    BINDINGS = bindings(scope)

    def body(self) -> ComposeResult:
        yield Lines(id="summary")
        yield Page(id="errors", more="j or pgdn")

    def on_mount(self) -> None:
        page = self.query_one("#errors", Page)
        now = self.stanch.options.now()
        lines: list[Line] = []
        for trouble, times in self.stanch.errors:
            lines += [*_told(trouble, times, words.when(trouble.at, now)), ()]
        page.show(lines or [(("No errors so far.", "quiet"),)])
        self.set_focus(page)

    def copied(self) -> str | None:
        return "\n".join(self.query_one("#errors", Page).texts()) if len(self.stanch.errors) else None

    def on_resize(self) -> None:
        bar = self.query_one("#summary", Lines)
        count = words.count(len(self.stanch.errors), "error")
        bar.draw([fit(((" ", "text"), (f"{count} in this run, newest first", "strong")), bar.size.width)])


def _told(trouble: Trouble, times: int, at: str) -> list[Line]:
    again = f", {times} times" if times > 1 else ""
    lines: list[Line] = [
        ((f"{at} ", "quiet"), (trouble.doing, "strong"), (again, "quiet")),
        (("  ", "text"), (trouble.words, "text")),
    ]
    if trouble.request_id:
        lines.append((("  request ", "quiet"), (trouble.request_id, "quiet")))
    return lines
