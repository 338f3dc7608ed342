"""The steps of the runbook, one line each, with a cursor."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.message import Message

from services.cases.plan import Deed, StepName
from tui.dialogs.steps import LeverRow, StepRow
from tui.look.lines import Line, fit
from tui.widgets.lines import Lines

_NAME_WIDTH = max(len(name) for name in StepName) + 2


def step_line(row: StepRow, width: int, *, chosen: bool) -> Line:
    """``▸1 ✓ deactivate  Inactive, said AWS 14:02:11``: the chosen one by a sign too, not by colour alone."""
    line: Line = (
        ("›" if chosen else " ", "accent"),
        (f"{row.number} ", "quiet"),
        (row.sign, row.weight),
        (f" {row.step:<{_NAME_WIDTH}}", "strong" if chosen else "text"),
        (row.words, row.weight),
    )
    line = fit(line, width)
    return tuple((text, "cursor") for text, _ in line) if chosen else line


def lever_line(row: LeverRow, width: int) -> Line:
    """`` B ✓ log groups  2 of 2 groups refuse bearer tokens``: under the steps, by the key of its screen."""
    line: Line = (
        (f" {row.key} ", "quiet"),
        (row.sign, row.weight),
        (f" {row.name:<{_NAME_WIDTH}}", "text"),
        (row.words, row.weight),
    )
    return fit(line, width)


class StepList(Lines, can_focus=True):
    """Draws the rows given to show(); says which step the cursor is on."""

    class Chosen(Message):
        def __init__(self, step: Deed) -> None:
            super().__init__()
            self.step = step

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._rows: tuple[StepRow, ...] = ()
        self._cursor = 0

    @property
    def step(self) -> Deed:
        return self._rows[self._cursor].step if self._rows else StepName.DEACTIVATE

    def show(self, rows: Sequence[StepRow]) -> None:
        self._rows = tuple(rows)
        self._cursor = min(self._cursor, len(self._rows) - 1)
        self.styles.height = len(self._rows)
        self._redraw()

    def choose(self, index: int) -> None:
        index = max(0, min(index, len(self._rows) - 1))
        if index != self._cursor:
            self._cursor = index
            self._redraw()
            self.post_message(self.Chosen(self.step))

    def move(self, by: int) -> None:
        self.choose(self._cursor + by)

    def on_resize(self, event: events.Resize) -> None:
        self._redraw()

    def on_click(self, event: events.Click) -> None:
        self.choose(event.y)

    def _redraw(self) -> None:
        if width := self.size.width:
            self.draw([step_line(row, width, chosen=at == self._cursor) for at, row in enumerate(self._rows)])
