"""The one confirmation before a deed: what is done, to which key of which account, what can be undone."""

from __future__ import annotations

from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.geometry import Size
from textual.widgets import Input

from services.aws.iam import Credential
from services.cases.plan import Plan
from services.keys.accesskeys import owner_of
from tui.dialogs.plantexts import is_for_good, labelled, plan_told
from tui.dialogs.yesno import YesNoDialog
from tui.look.lines import Line
from tui.widgets.choices import Choices
from tui.widgets.lines import Lines
from tui.widgets.page import Page

TYPED = 4
"""Characters of the key's id to be typed."""

_BELOW = 2
"""Lines that the deed's text leaves free within the dialog: prompt, buttons."""


@dataclass(frozen=True, slots=True)
class Deed:
    """*whose* names key, user, service and account; *typed* is the key id to confirm what is for good."""

    plan: Plan
    whose: str
    verb: str
    typed: str | None = None
    notes: tuple[str, ...] = ()
    label: str = "key"
    """What *whose* names."""


def key_told(key: Credential, account: str) -> str:
    """The *whose* of a deed to one key."""
    return f"{key.id} of {owner_of(key)} · {key.service} · account {account}"


def deed_told(deed: Deed, width: int, signed: str = "") -> list[Line]:
    """*signed* says who does it, with which credentials."""
    lines = labelled(deed.label, deed.whose, width, "strong")
    if signed:
        lines += labelled("as", signed, width)
    for note in deed.notes:
        lines += labelled("", note, width, "accent")
    return lines + plan_told(deed.plan, (), width, titled=False)


class DeedText(Page):
    """Shows the deed, as high as it needs to be and the sheet allows."""

    def __init__(self, deed: Deed, signed: str, beside: int) -> None:
        """*beside* counts the lines of the screen that it cannot have."""
        super().__init__(more="pgdn")
        self._beside = beside
        self.deed = deed
        self._signed = signed

    def sign(self, signed: str) -> None:
        """Say who does it, where that was not known before."""
        if signed != self._signed:
            self._signed = signed
            self._rewrap()
            self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        needed = len(deed_told(self.deed, width - 2, self._signed))
        return max(1, min(needed, self.app.size.height - self._beside))

    def _rewrap(self) -> None:
        if (width := self.size.width - 2) > 0:
            self._wrapped = deed_told(self.deed, width, self._signed)
            self.move(0)


class ConfirmDialog(YesNoDialog):
    """True where the deed is to be done. The safe button has the cursor."""

    def __init__(self, deed: Deed) -> None:
        super().__init__()
        self.deed = deed

    def body(self) -> ComposeResult:
        self.entitle(f"{self.deed.plan.title}?")
        yield DeedText(self.deed, self.stanch.context.signed, self.beside + _BELOW)
        if self.deed.typed:
            with Horizontal(id="typed"):
                yield Lines(id="prompt")
                yield Input(compact=True, max_length=TYPED)
        verb = self.deed.verb if self.deed.typed else f"y  {self.deed.verb}"
        yield Choices("Leave it", verb, destroys=is_for_good(self.deed.plan))

    def _introduced(self) -> None:
        for text in self.query(DeedText):
            text.sign(self.stanch.context.signed)

    def on_mount(self) -> None:
        self.watch(self.app, "context", self._introduced, init=False)
        if self.deed.typed:
            prompt = self.query_one("#prompt", Lines)
            words = f" Type the last four characters of {self.deed.typed} to continue: "
            if len(words) > self.room - 2 * TYPED:
                words = " Its last four characters: "
            prompt.styles.width = len(words)
            prompt.draw([((words, "warn"),)])
            self.query_one(Choices).allow(1, False)
            self.set_focus(self.query_one(Input))

    def refuses(self, command_id: str) -> str | None:
        if command_id == "yes" and not self._typed_right:
            return "type the last four characters of the key ID first"
        return None

    @property
    def _typed_right(self) -> bool:
        if not (key_id := self.deed.typed):
            return True
        wanted = key_id[-TYPED:].casefold()
        return any(field.value.casefold() == wanted for field in self.query(Input))

    def on_input_changed(self, event: Input.Changed) -> None:
        right = self._typed_right
        self.query_one(Choices).allow(1, right)
        self.query_one(Choices).choose(int(right))
        self.commands_changed()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if event.value and not self._typed_right:
            self.say("Those aren't the last four characters of the key ID: nothing was done.", "warn")
        elif event.value:
            self.query_one(Choices).press()
