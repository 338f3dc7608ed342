"""Two lines over the footer that lead a newcomer on, for as long as that is wanted."""

from __future__ import annotations

from textual import events

from tui.look.lines import fit, wrap
from tui.widgets.lines import Lines

HEIGHT = 2


class GuideLine(Lines):
    DEFAULT_CSS = (
        f"GuideLine {{ dock: bottom; height: {HEIGHT}; width: 100%; margin-bottom: 1; display: none; }}"
    )

    def __init__(self) -> None:
        super().__init__()
        self._told: str | None = None

    def tell(self, words: str | None) -> None:
        """Show *words*, or nothing where there are none."""
        if words != self._told:
            self._told = words
            self.display = words is not None
            self.screen.set_class(self.display, "-guided")
            self._redraw()

    def on_resize(self, event: events.Resize) -> None:
        self._redraw()

    def _redraw(self) -> None:
        if self._told is None or not (width := self.size.width):
            return
        told = wrap(
            (("→ ", "accent"), (self._told, "accent"), ("  (W hides this)", "quiet")), width - 2, indent=2
        )
        self.draw([fit(((" ", "text"), *line), width) for line in told[:HEIGHT]])
