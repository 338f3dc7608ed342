"""Shows a new secret to the one who asked for it: masked at first, copied only when told to, kept nowhere."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.events import Resize

from services.cases.secret import Secret
from tui.commands.bindings import bindings
from tui.dialogs.commands import SECRET
from tui.dialogs.plantexts import labelled
from tui.frame.dialog import Dialog
from tui.look.lines import Line
from tui.widgets.lines import Lines

_MASK = "•"


def secret_lines(secret: str | None, length: int, width: int) -> list[Line]:
    """The secret from the left edge on, so that it can be marked as a whole; None shows dots."""
    text = _MASK * length if secret is None else secret
    return [((text[at : at + width], "strong" if secret else "quiet"),) for at in range(0, length, width)]


class SecretDialog(Dialog[bool]):
    """True where the secret was seen or copied. It is forgotten when this closes."""

    scope = SECRET
    ASKS = True
    BINDINGS = bindings(scope)
    FRAMED = False

    def __init__(self, key_id: str, user: str, secret: Secret) -> None:
        super().__init__()
        self._key_id = key_id
        self._user = user
        self._secret = secret
        self._shown = False
        self._had = False
        self._warned = False

    def body(self) -> ComposeResult:
        self.entitle(f"The secret of {self._key_id}", f"new key of {self._user}")
        yield Lines(id="told")
        yield Lines(id="secret")

    def on_resize(self, event: Resize) -> None:
        self._redraw()

    def _redraw(self) -> None:
        width = self.room
        told = labelled(
            "",
            "It is shown only once and stored nowhere by stanch. Import it wherever the old key was used.",
            width,
        )
        value = self._secret.reveal()
        drawn = secret_lines(value if self._shown else None, len(value), width)
        if self._shown and len(drawn) > 1:
            told += labelled(
                "", f"It is {len(value)} characters without spaces, on {len(drawn)} lines here.", width
            )
        for name, lines in (("#told", told), ("#secret", drawn)):
            widget = self.query_one(name, Lines)
            widget.styles.height = len(lines)
            widget.draw(lines)

    def do_reveal(self) -> None:
        self._shown = not self._shown
        self._had = self._had or self._shown
        self._redraw()

    def _copies_nothing(self) -> bool:
        return False

    def do_copy(self) -> None:
        self.app.copy_to_clipboard(self._secret.reveal())
        self._had = True
        self.say(
            "Sent to the terminal's clipboard (OSC 52). Not all terminals support it: check before closing."
        )

    async def do_back(self) -> None:
        if not self._had and not self._warned:
            self._warned = True
            self.say(
                "You have neither shown nor copied it. Press again to lose it for good; v shows it.", "warn"
            )
            self.stanch.ask_anew(self)
            return
        self._secret.forget()
        self.dismiss(self._had)

    async def do_done(self) -> None:
        await self.do_back()
