"""One choice among a few, on one line: ``expires   ‹ in 90 days ›``, changed with left and right."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from tui.look.lines import Line, Span, width_of
from tui.widgets.lines import Lines

_HOW: Span = ("  left/right changes it", "quiet")
_BESIDE = 18
"""Cells that a line has beside its choice."""


def picker_line(label: str, choice: str, *, chosen: bool, width: int) -> Line:
    if 0 < (room := width - _BESIDE) < cell_len(choice):
        choice = set_cell_size(choice, room - 1).rstrip() + "…"
    line: Line = (
        (" › " if chosen else "   ", "accent"),
        (f"{label:<11}", "strong" if chosen else "quiet"),
        ("‹ ", "quiet"),
        (choice, "accent" if chosen else "text"),
        (" ›", "quiet"),
    )
    return (*line, _HOW) if chosen and width_of((*line, _HOW)) <= width else line


class Picker(Lines, can_focus=True):
    """*choices* in words; `index` tells which one stands."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "turn(-1)", show=False),
        Binding("right,l,space", "turn(1)", show=False),
    ]

    class Turned(Message):
        """Another choice was taken."""

    def __init__(
        self,
        label: str,
        choices: tuple[str, ...],
        index: int = 0,
        *,
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(id=id)
        self._label = label
        self._choices = choices
        self.index = index
        self._chosen = False

    def on_mount(self) -> None:
        self._redraw()

    def on_focus(self) -> None:
        self._chosen = True
        self._redraw()

    def on_blur(self) -> None:
        self._chosen = False
        self._redraw()

    def on_click(self, event: events.Click) -> None:
        self.action_turn(1)

    def action_turn(self, by: int) -> None:
        self.index = (self.index + by) % len(self._choices)
        self._redraw()
        self.post_message(self.Turned())

    def _redraw(self) -> None:
        label, choice = self._label, self._choices[self.index]
        self.draw([picker_line(label, choice, chosen=self._chosen, width=self.size.width)])
