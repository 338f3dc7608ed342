"""Asks for an MFA code while the screen is open, and carries the answer to who waits for it."""

from __future__ import annotations

import asyncio
from typing import Any

from textual import on
from textual.app import App, ComposeResult
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


class DialogPrompt:
    """Asks in a dialog over whatever screen is open; *app* may be asked from any task."""

    on_screen = True

    def __init__(self, app: App[Any]) -> None:
        self._app = app

    async def __call__(self, question: str, trouble: str | None) -> str | None:
        answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()

        def answered(typed: str | None) -> None:
            if not answer.done():
                answer.set_result(typed or "")

        # In the app's own task: this one belongs to whatever call came first.
        self._app.call_later(self._app.push_screen, MfaCodeDialog(question, trouble), answered)
        return await answer
