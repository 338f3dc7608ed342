"""Knows what the terminal shows, so that only the cells that differ are sent.

Textual sends a changed line from its start, and everything again when the layout is touched or a dialog
opens; over a slow line that is felt.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.cells import cell_len
from rich.color import ColorSystem
from rich.console import Console
from rich.control import Control
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.strip import Strip

Cell = tuple[str, Style | None]
"""A character (with what combines with it) and its style; the right half of a wide one is empty."""

Piece = tuple[int, int, Strip]
"""Row, column, and what is to stand from there."""

_JOINED = 6
"""Unchanged cells between two changed ones that cost less to send than to jump over."""


class Shadow:
    """The cells last sent, by row; forget() when the terminal may have lost them."""

    def __init__(self) -> None:
        self._rows: dict[int, list[Cell | None]] = {}

    def forget(self) -> None:
        self._rows.clear()

    def exact(self, update: LayoutUpdate | ChopsUpdate) -> CompositorUpdate:
        return _Difference(self, update)

    def differences(self, pieces: Iterable[Piece]) -> Iterator[tuple[int, int, list[Cell]]]:
        """Row, column and cells of each run to send; from then on the terminal is taken to show them."""
        for y, x, strip in pieces:
            cells = _cells(strip)
            row = self._rows.setdefault(y, [])
            if len(row) < x + len(cells):
                row.extend([None] * (x + len(cells) - len(row)))
            for first, end in _runs(row[x : x + len(cells)], cells):
                yield y, x + first, cells[first:end]
            row[x : x + len(cells)] = cells


class _Difference(CompositorUpdate):
    def __init__(self, shadow: Shadow, update: LayoutUpdate | ChopsUpdate) -> None:
        self._shadow = shadow
        self._update = update

    def render_segments(self, console: Console) -> str:
        colours = console._color_system or ColorSystem.TRUECOLOR
        sent = []
        for y, x, cells in self._shadow.differences(_pieces(self._update)):
            sent.append(Control.move_to(x, y).segment.text)
            sent += [Strip.render_style(style, text, color_system=colours) for text, style in _spans(cells)]
        return "".join(sent)


def _pieces(update: LayoutUpdate | ChopsUpdate) -> Iterator[Piece]:
    if isinstance(update, LayoutUpdate):
        for y, line in enumerate(update.strips, update.region.y):
            x = update.region.x
            for strip in line:
                yield y, x, strip
                x += strip.cell_length
        return
    seen = set()
    for y, first, end in update.spans:
        for x, chop in update.chops[y].items():
            if chop is not None and x < end and x + chop.cell_length > first and (y, x) not in seen:
                seen.add((y, x))
                yield y, x, chop


def _cells(strip: Strip) -> list[Cell]:
    cells: list[Cell] = []
    for text, style, control in strip:
        if control:
            continue
        if text.isascii():
            cells += [(character, style) for character in text]
            continue
        for character in text:
            match cell_len(character):
                case 0:
                    if cells:
                        cells[-1] = (cells[-1][0] + character, cells[-1][1])
                case 1:
                    cells.append((character, style))
                case _:
                    cells += [(character, style), ("", style)]
    return cells


def _runs(before: list[Cell | None], after: list[Cell]) -> Iterator[tuple[int, int]]:
    """Where *after* differs, as (first, end); never beginning or ending inside a wide character."""
    if before == after:
        return
    first = last = -1
    for at, (old, new) in enumerate(zip(before, after, strict=True)):
        if old == new:
            continue
        if first >= 0 and at - last > _JOINED:
            yield _whole(after, first, last + 1)
            first = at
        if first < 0:
            first = at
        last = at
    if first >= 0:
        yield _whole(after, first, last + 1)


def _whole(cells: list[Cell], first: int, end: int) -> tuple[int, int]:
    while first > 0 and cells[first][0] == "":
        first -= 1
    while end < len(cells) and cells[end][0] == "":
        end += 1
    return first, end


def _spans(cells: list[Cell]) -> Iterator[tuple[str, Style]]:
    """Runs of one style, joined."""
    text, style = "", cells[0][1]
    for character, its_style in cells:
        if its_style is not style and its_style != style:
            yield text, style or Style.null()
            text, style = "", its_style
        text += character
    yield text, style or Style.null()
