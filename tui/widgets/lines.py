"""Lines of text drawn so that only changed cells are sent."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from tui.host import host_of
from tui.look.lines import Line, changed, plain


class Lines(Widget):
    """Draws the lines given to draw(); the same again costs nothing, a changed cell costs that cell."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._lines: tuple[Line, ...] = ()
        self._drawn_for: Size | None = None
        self._rendering = False

    def _redraw(self) -> None:
        """Draw what is known for the size there is; a widget that can do so is never painted empty first."""

    @property
    def lines(self) -> tuple[Line, ...]:
        return self._lines

    @property
    def words(self) -> str:
        """What is drawn, as plain text."""
        return "\n".join(plain(line).rstrip() for line in self._lines)

    def draw(self, lines: Sequence[Line]) -> None:
        old, self._lines = self._lines, tuple(lines)
        regions = []
        for y in range(max(len(old), len(self._lines))):
            before = old[y] if y < len(old) else ()
            after = self._lines[y] if y < len(self._lines) else ()
            if cells := changed(before, after):
                regions.append(Region(cells[0], y, cells[1], 1))
        if regions and not self._rendering:
            self.refresh(*regions)

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if self._drawn_for != self.size:
            # The first paint comes before the message that tells of the size.
            self._drawn_for, self._rendering = self.size, True
            self._redraw()
            self._rendering = False
        base = self.rich_style
        if y >= len(self._lines):
            return Strip.blank(width, base)
        roles = host_of(self).role_styles
        segments = [
            Segment(text, base if role == "text" else base + roles[role])
            for text, role in self._lines[y]
            if text
        ]
        return Strip(segments).adjust_cell_length(width, base)
