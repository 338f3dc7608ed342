"""Asks for one sentence: a note for the case, or the reason for an override."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.widgets import Input

from tui.commands.bindings import bindings
from tui.commands.command import Command
from tui.dialogs.commands import SENTENCE
from tui.frame.dialog import Dialog
from tui.widgets.lines import Lines

LONGEST = 500


class SentenceDialog(Dialog[str | None]):
    """What was typed, or None; *told* says what it is for and where it is kept.

    Not *kept* as it is, something is done by it next, or asked.
    """

    scope = SENTENCE
    BINDINGS = bindings(scope)

    def __init__(self, title: str, told: str, *, kept: bool = False) -> None:
        super().__init__()
        self._kept = kept
        self._asked = title
        self._told = told

    def body(self) -> ComposeResult:
        self.entitle(self._asked)
        yield Lines(id="told")
        yield Input(compact=True, max_length=LONGEST)

    def on_mount(self) -> None:
        self.tell(((self._told, "quiet"),))
        self.set_focus(self.query_one(Input))

    def on_resize(self) -> None:
        self.tell(((self._told, "quiet"),))

    def label_of(self, command: Command) -> str:
        return "go on" if command.id == "use" and not self._kept else super().label_of(command)

    async def do_back(self) -> None:
        self.dismiss(None)

    def do_use(self) -> None:
        text = self.query_one(Input).value.strip()
        if text:
            self.dismiss(text)
        else:
            self.say("Nothing was typed: esc cancels.", "warn")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.do_use()
