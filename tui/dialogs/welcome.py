"""What someone is told who begins on a simulated account: what leaked, and what to press first."""

from __future__ import annotations

from textual.app import ComposeResult

from tui.commands.bindings import bindings
from tui.dialogs.commands import WELCOME
from tui.frame.dialog import Dialog
from tui.look.lines import Line, wrap
from tui.widgets.lines import Lines

_WIDTH = 76


class WelcomeDialog(Dialog[bool]):
    """The demo's; True where the token is to be identified at once."""

    scope = WELCOME
    FRAMED = False
    """The mouse takes whole lines of the screen, and the token is more than one."""
    BINDINGS = bindings(scope)

    def __init__(self, token: str | None) -> None:
        super().__init__()
        self._token = token or ""

    def body(self) -> ComposeResult:
        self.entitle(self._heading())
        yield Lines(id="told")

    def copied(self) -> str:
        return self._token

    def on_mount(self) -> None:
        self.query_one("#told", Lines).draw(self._told())

    def _heading(self) -> str:
        return "A simulated account, and a leaked key"

    def _told(self) -> list[Line]:
        return [
            ((" An attacker is posting with an API key of this account, right now. Nothing", "text"),),
            ((" here is real, so nothing can break. This token was found in a public place:", "text"),),
            (("", "text"),),
            *self._token_lines(),
            (("", "text"),),
            ((" i shows whose key it is. From there, r opens its runbook: five steps, each of", "text"),),
            ((" which shows its plan, asks, and then shows what AWS confirms. y copies the", "text"),),
            ((" token, and :alert shows this again.", "text"),),
        ]

    def _token_lines(self) -> list[Line]:
        whole = len(self._token)
        half = whole if whole < _WIDTH - 3 else (whole + 1) // 2
        return [((f"   {part}", "accent"),) for part in (self._token[:half], self._token[half:]) if part]

    def do_try(self) -> None:
        self.dismiss(True)

    async def do_back(self) -> None:
        self.dismiss(False)


class AlertDialog(WelcomeDialog):
    """What a drill begins with: the alert, and what was *found*, if it says that."""

    def __init__(self, alert: str, found: str | None) -> None:
        super().__init__(found)
        self._alert = alert

    def _heading(self) -> str:
        return "A drill: nothing here is real"

    def _told(self) -> list[Line]:
        clock = "The clock runs. Quitting (q) ends the drill, and its points are told then."
        clock = f"{clock} :alert shows this again."
        blank: Line = (("", "text"),)
        token = [*self._token_lines(), blank] if self._token else []
        told = [*wrap(((self._alert, "text"),), _WIDTH), blank, *token, *wrap(((clock, "text"),), _WIDTH)]
        return [((" ", "text"), *line) for line in told]
