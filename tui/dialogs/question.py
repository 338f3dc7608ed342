"""Asks one thing that is answered by yes or no; the safe answer has the cursor."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.geometry import Size

from services.base.text import clean
from tui.dialogs.yesno import YesNoDialog
from tui.look.lines import Line
from tui.widgets.choices import Choices
from tui.widgets.page import Page

_BUTTONS = 1


class QuestionText(Page):
    def __init__(self, beside: int) -> None:
        """*beside* counts the lines of the screen that it cannot have."""
        super().__init__(more="pgdn")
        self._beside = beside

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return min(
            super().get_content_height(container, viewport, width), self.app.size.height - self._beside
        )


class QuestionDialog(YesNoDialog):
    """True where *verb* was chosen; *told* are paragraphs."""

    def __init__(self, title: str, told: Sequence[str | Line], safe: str, verb: str) -> None:
        super().__init__()
        self._asked = title
        self._told: list[Line] = [
            ((clean(each), "text"),) if isinstance(each, str) else each for each in told
        ]
        self._labels = (safe, f"y  {verb}")

    def body(self) -> ComposeResult:
        self.entitle(self._asked)
        yield QuestionText(self.beside + _BUTTONS)
        yield Choices(*self._labels)

    def on_mount(self) -> None:
        self.query_one(QuestionText).show(self._told)
