"""Text in spans, each with a role that the theme colours, drawn so that only changed cells are sent."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from tui.look.roles import Role as Role

if TYPE_CHECKING:
    from tui.app.app import StanchApp

Span = tuple[str, Role]
Line = tuple[Span, ...]

_WORDS = re.compile(r"\s*\S+\s?|\s+")


def plain(line: Line) -> str:
    return "".join(text for text, _ in line)


def width_of(line: Line) -> int:
    return sum(cell_len(text) for text, _ in line)


def fit(line: Line, width: int, *, ellipsis: str = "…") -> Line:
    """*line* in exactly *width* cells: padded, or cut with an ellipsis."""
    used, fitted = 0, []
    for text, role in line:
        length = cell_len(text)
        if used + length > width:
            if (room := width - used - 1) >= 0:
                fitted.append((set_cell_size(text, room) + ellipsis, role))
            used = width
            break
        fitted.append((text, role))
        used += length
    if used < width:
        fitted.append((" " * (width - used), "text"))
    return tuple(fitted)


def wrap(line: Line, width: int, *, indent: int = 0) -> list[Line]:
    """*line* broken between words into lines of at most *width* cells, all but the first indented."""
    lines: list[Line] = []
    current: list[Span] = []
    used = 0
    for text, role in line:
        for word in _WORDS.findall(text):
            rest: str = word
            if used + cell_len(rest.rstrip()) > width and used > indent:
                lines.append(_ended(current))
                current, used = _begun(indent)
                rest = rest.lstrip()
            while rest and used + cell_len(rest.rstrip()) > width:
                head = _head(rest, max(1, width - used))
                lines.append((*current, (head, role)))
                current, used = _begun(indent)
                rest = rest[len(head) :]
            if rest:
                current.append((rest, role))
                used += cell_len(rest)
    return [*lines, _ended(current)]


def _ended(spans: list[Span]) -> Line:
    """A whole line: blanks at its end have no room kept for them, and would cut its last word."""
    while len(spans) > 1 and not spans[-1][0].strip():
        spans.pop()
    return (*spans[:-1], (spans[-1][0].rstrip(), spans[-1][1])) if spans else ()


def _begun(indent: int) -> tuple[list[Span], int]:
    return ([(" " * indent, "text")] if indent else []), indent


def _head(word: str, room: int) -> str:
    taken = used = 0
    for character in word:
        used += cell_len(character)
        if used > room:
            break
        taken += 1
    return word[: max(1, taken)]


def changed(old: Line, new: Line) -> tuple[int, int] | None:
    """The cells (first, count) in which two lines differ, or None where they do not."""
    if old == new:
        return None
    before, after = _characters(old), _characters(new)
    same = 0
    for one, other in zip(before, after, strict=False):
        if one != other:
            break
        same += 1
    first = sum(cell_len(character) for character, _ in after[:same])
    last = max(width_of(old), width_of(new))
    tail = 0
    if width_of(old) == width_of(new):
        for one, other in zip(reversed(before[same:]), reversed(after[same:]), strict=False):
            if one != other:
                break
            tail += cell_len(one[0])
    count = last - tail - first
    return (first, count) if count > 0 else None


def _characters(line: Line) -> list[tuple[str, Role]]:
    return [(character, role) for text, role in line for character in text]


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
        if y >= len(self._lines):
            return Strip.blank(width, self.rich_style)
        segments = [Segment(text, self.style_of(role)) for text, role in self._lines[y] if text]
        return Strip(segments).adjust_cell_length(width, self.rich_style)

    def style_of(self, role: Role) -> Style:
        base = self.rich_style
        if role == "text":
            return base
        return base + cast("StanchApp", self.app).role_styles[role]
