"""What dialogs have in common that are answered by yes or no; the safe answer has the cursor."""

from __future__ import annotations

from tui.commands.bindings import bindings
from tui.dialogs.commands import CONFIRM
from tui.frame.dialog import Dialog
from tui.widgets.choices import Choices
from tui.widgets.page import Page


class YesNoDialog(Dialog[bool]):
    """True where the answer is yes. Its body has one page of text, and two choices under it."""

    scope = CONFIRM
    ASKS = True
    BINDINGS = bindings(scope)

    def do_yes(self) -> None:
        self.query_one(Choices).press(1)

    def do_press(self) -> None:
        self.query_one(Choices).press()

    def do_other(self) -> None:
        self.query_one(Choices).move(1)

    def do_more(self) -> None:
        self.query_one(Page).do_page_down()

    def do_less(self) -> None:
        self.query_one(Page).do_page_up()

    async def do_back(self) -> None:
        self.dismiss(False)

    def on_choices_pressed(self, event: Choices.Pressed) -> None:
        self.dismiss(event.index == 1)
