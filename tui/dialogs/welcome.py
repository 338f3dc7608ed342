"""What a newcomer to the demo is told: what leaked, and what to press first."""

from __future__ import annotations

from textual.app import ComposeResult

from tui.commands.bindings import bindings
from tui.dialogs.commands import WELCOME
from tui.frame.base import Dialog
from tui.widgets.lines import Lines
from tui.widgets.rule import Rule


class WelcomeDialog(Dialog[bool]):
    """True where the token is to be identified at once."""

    scope = WELCOME
    BINDINGS = bindings(scope)

    def __init__(self, token: str) -> None:
        super().__init__()
        self._token = token

    def body(self) -> ComposeResult:
        yield Rule("A simulated account, and a leaked key")
        yield Lines(id="told")

    def on_mount(self) -> None:
        half = (len(self._token) + 1) // 2
        self.query_one("#told", Lines).draw(
            [
                ((" An attacker is posting with an API key of this account, right now. Nothing", "text"),),
                ((" here is real, so nothing can break. This token was found in a public place:", "text"),),
                (("", "text"),),
                ((f"   {self._token[:half]}", "accent"),),
                ((f"   {self._token[half:]}", "accent"),),
                (("", "text"),),
                ((" i shows whose key it is. From there, r opens its runbook: five steps, each of", "text"),),
                ((" which shows its plan, asks, and then shows what AWS confirms.", "text"),),
            ]
        )

    def do_try(self) -> None:
        self.dismiss(True)

    async def do_back(self) -> None:
        self.dismiss(False)
