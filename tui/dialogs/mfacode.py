"""Asks for an MFA code while the screen is open."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.widgets import Input

from services.base.text import clean
from tui.commands.bindings import bindings
from tui.dialogs.commands import MFA
from tui.frame.dialog import Dialog
from tui.look.lines import Line
from tui.widgets.lines import Lines

LONGEST = 64


class MfaCodeDialog(Dialog[str | None]):
    """The code, or None; *trouble* tells what became of the last one."""

    scope = MFA
    BINDINGS = bindings(scope)

    def __init__(self, question: str, trouble: str | None = None) -> None:
        super().__init__()
        self._question = question
        self._trouble = trouble

    def body(self) -> ComposeResult:
        self.entitle("Sign in again")
        yield Lines(id="told")
        yield Input(compact=True, max_length=LONGEST, password=True)

    def on_mount(self) -> None:
        self._write()
        self.set_focus(self.query_one(Input))

    def on_resize(self) -> None:
        self._write()

    def _write(self) -> None:
        trouble: list[Line] = [((clean(self._trouble), "warn"),)] if self._trouble else []
        self.tell(*trouble, ((f"{clean(self._question)}:", "text"),))

    async def do_back(self) -> None:
        self.dismiss(None)

    def do_sign_in(self) -> None:
        if typed := self.query_one(Input).value.strip():
            self.dismiss(typed)
        else:
            self.say("Type the code, or press esc to cancel: AWS cannot be asked anything then.", "warn")

    @on(Input.Submitted)
    def _entered(self) -> None:
        self.do_sign_in()
