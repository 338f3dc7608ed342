"""What someone is told who begins on a simulated account: what leaked, and what to press first."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import ComposeResult
from textual.geometry import Size

from tui.commands.bindings import bindings
from tui.dialogs.commands import WELCOME
from tui.frame.dialog import Dialog
from tui.look.lines import Line, wrap
from tui.widgets.page import Page

_WIDEST = 78
_FOUND = (
    "An attacker is posting with an API key of this account, right now. Nothing here is real, so nothing can "
    "break. This token was found in a public place:"
)
_NEXT = (
    "i shows whose key it is. From there, r opens its runbook: five steps, each of which shows its plan, "
    "asks, and then shows what AWS confirms. y copies the token, and :alert shows this again."
)


class Told(Page):
    """What *told* makes of the cells of a line, as high as it needs to be and the screen allows."""

    def __init__(self, told: Callable[[int], list[Line]], beside: int) -> None:
        """*beside* counts the lines of the screen that it cannot have."""
        super().__init__(id="told")
        self._told = told
        self._beside = beside

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        needed = super().get_content_height(container, viewport, width)
        return min(needed, max(1, self.app.size.height - self._beside))

    def _wrap(self, width: int) -> list[Line]:
        return self._told(min(width, _WIDEST))


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
        yield Told(self.told, self.beside)

    def copied(self) -> str:
        return self._token

    def on_mount(self) -> None:
        self.set_focus(self.query_one(Told))

    def _heading(self) -> str:
        return "A simulated account, and a leaked key"

    def told(self, width: int) -> list[Line]:
        return [
            *wrap(((_FOUND, "text"),), width),
            (),
            *self._token_lines(width),
            (),
            *wrap(((_NEXT, "text"),), width),
        ]

    def _token_lines(self, width: int) -> list[Line]:
        """In parts of one length, whole however narrow the screen is: it is taken from here by the mouse."""
        room = max(1, width - 4)
        parts = -(-len(self._token) // room) or 1
        each = -(-len(self._token) // parts) or 1
        starts = range(0, len(self._token), each)
        return [((f"  {self._token[at : at + each]}", "accent"),) for at in starts]

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

    def told(self, width: int) -> list[Line]:
        clock = "The clock runs. Quitting (q) ends the drill, and its points are told then."
        clock = f"{clock} :alert shows this again."
        token = [*self._token_lines(width), ()] if self._token else []
        told = wrap(((self._alert, "text"),), width)
        return [*told, (), *token, *wrap(((clock, "text"),), width)]
