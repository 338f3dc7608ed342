"""The one kind of line that parts a screen: ``─ title ── note ─────``."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual import events

from tui.host import host_of
from tui.look.lines import Line, fit
from tui.widgets.lines import Lines


def rule(title: str, notes: str | Sequence[str], width: int, *, dash: str = "─") -> Line:
    """*title* to the left and a note after it: the first of *notes* that fits, or none."""
    if not title:
        return ((dash * width, "rule"),)
    if cell_len(title) > width - 4:
        return fit(((dash + " ", "rule"), (title, "strong")), width)
    head: Line = ((dash + " ", "rule"), (title, "strong"), (" ", "rule"))
    used = cell_len(title) + 3
    for note in (notes,) if isinstance(notes, str) else notes:
        if note and used + cell_len(note) + 5 <= width:
            head = (*head, (dash * 2 + " ", "rule"), (note, "quiet"), (" ", "rule"))
            used += cell_len(note) + 4
            break
    return (*head, (dash * max(0, width - used), "rule"))


class Rule(Lines):
    def __init__(self, title: str = "", note: str = "", *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._title, self._note = title, note

    def entitle(self, title: str, note: str = "") -> None:
        self._title, self._note = title, note
        self._redraw()

    def on_resize(self, event: events.Resize) -> None:
        self._redraw()

    def _redraw(self) -> None:
        if width := self.size.width:
            plain = host_of(self).options.plain
            self.draw([rule(self._title, self._note, width, dash=" " if plain else "─")])
