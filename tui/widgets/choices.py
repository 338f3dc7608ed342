"""Buttons on one line, the safe one first and chosen at the start."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual import events
from textual.message import Message

from tui.look.lines import Line, Role
from tui.widgets.lines import Lines


def choices_line(
    labels: Sequence[str], chosen: int, *, greyed: frozenset[int] = frozenset(), red: int | None = None
) -> Line:
    """`` ›[ Leave it ]   [ Delete it ]``: the chosen one by a sign and by reversal, *red* in red."""
    line: Line = ()
    for at, label in enumerate(labels):
        plain: Role = "alarm" if at == red else "text"
        chosen_role: Role = "banner" if at == red else "cursor"
        role: Role = "greyed" if at in greyed else chosen_role if at == chosen else plain
        line = (*line, (" › " if at == chosen else "   ", "accent"), (f"[ {label} ]", role))
    return line


class Choices(Lines):
    """Draws the buttons; press() posts the one chosen, unless it is greyed."""

    class Pressed(Message):
        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    def __init__(self, *labels: str, destroys: bool = False) -> None:
        """*destroys* where what the last of them does is for good."""
        super().__init__()
        self._labels = labels
        self._red = len(labels) - 1 if destroys else None
        self._chosen = 0
        self._greyed: frozenset[int] = frozenset()

    def on_mount(self) -> None:
        self._redraw()

    def allow(self, index: int, allowed: bool) -> None:
        self._greyed = self._greyed - {index} if allowed else self._greyed | {index}
        self._redraw()

    def move(self, by: int) -> None:
        self.choose((self._chosen + by) % len(self._labels))

    def choose(self, index: int) -> None:
        self._chosen = index
        self._redraw()

    def press(self, index: int | None = None) -> None:
        index = self._chosen if index is None else index
        if index not in self._greyed:
            self.post_message(self.Pressed(index))

    def on_click(self, event: events.Click) -> None:
        end = 0
        for at, label in enumerate(self._labels):
            first, end = end + 3, end + 3 + cell_len(label) + 4
            if first <= event.x < end:
                self.press(at)

    def _redraw(self) -> None:
        self.draw([choices_line(self._labels, self._chosen, greyed=self._greyed, red=self._red)])
