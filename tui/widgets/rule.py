"""The one kind of line that parts a screen: ``─ title ── note ─────``."""

from __future__ import annotations

from textual import events

from tui.host import host_of
from tui.look.lines import rule as rule
from tui.widgets.lines import Lines


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
