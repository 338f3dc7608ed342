"""Asks one thing that is answered by yes or no; the safe answer has the cursor."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.geometry import Size

from services.base.text import clean
from tui.commands.bindings import bindings
from tui.dialogs.commands import CONFIRM
from tui.frame.base import Dialog
from tui.look.lines import Line
from tui.widgets.choices import Choices
from tui.widgets.page import Page
from tui.widgets.rule import Rule

_BESIDE = 5
"""Lines of the screen that the text leaves free: status, rule, buttons, notice, footer."""


class QuestionText(Page):
    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return min(super().get_content_height(container, viewport, width), self.app.size.height - _BESIDE)


class QuestionDialog(Dialog[bool]):
    """True where *verb* was chosen; *told* are paragraphs."""

    scope = CONFIRM
    BINDINGS = bindings(scope)

    def __init__(self, title: str, told: Sequence[str], safe: str, verb: str) -> None:
        super().__init__()
        self._title = title
        self._told: list[Line] = [((clean(words), "text"),) for words in told]
        self._labels = (safe, f"y  {verb}")

    def body(self) -> ComposeResult:
        yield Rule(self._title)
        yield QuestionText(more="pgdn")
        yield Choices(*self._labels)

    def on_mount(self) -> None:
        self.query_one(QuestionText).show(self._told)

    def do_yes(self) -> None:
        self.query_one(Choices).press(1)

    def do_press(self) -> None:
        self.query_one(Choices).press()

    def do_other(self) -> None:
        self.query_one(Choices).move(1)

    def do_more(self) -> None:
        self.query_one(QuestionText).do_page_down()

    def do_less(self) -> None:
        self.query_one(QuestionText).do_page_up()

    async def do_back(self) -> None:
        self.dismiss(False)

    def on_choices_pressed(self, event: Choices.Pressed) -> None:
        self.dismiss(event.index == 1)
