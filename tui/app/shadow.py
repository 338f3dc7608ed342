"""Sends only the cells that differ from what the terminal shows, and knows when it shows something else.

Textual sends a changed line from its start, and everything again when the layout is touched or a dialog
opens; over a slow line that is felt.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import TypeVar
from weakref import ref

from rich.cells import cell_len
from rich.color import ColorSystem
from rich.console import Console, RenderableType
from rich.control import Control
from rich.style import Style
from textual import events
from textual.app import ScreenError
from textual.geometry import Size
from textual.screen import Screen
from textual.strip import Strip

from tui.app.pen import Pen
from tui.frame.internals import (
    CompositorUpdate,
    Displayed,
    Internals,
    changed_strips_of,
    colours_of,
    is_frame,
    laid_out_size,
    strips_of,
)

Result = TypeVar("Result")

Cell = tuple[str, Style | None]
"""A character (with what combines with it) and its style; the right half of a wide one is empty."""

_JOINED = 6
"""Unchanged cells between two changed ones that cost less to send than to jump over."""

_WAITING = 4
"""Pieces that wait for a slow terminal, from which on nothing more is drawn until it has taken them."""

_LATER_SECONDS = 0.05


class _Row:
    """A line of a frame; its cells are looked at only where it differs from the one before."""

    def __init__(self, strip: Strip) -> None:
        self.strip = strip
        self._cells: list[Cell] | None = None

    @property
    def cells(self) -> list[Cell]:
        if self._cells is None:
            self._cells = _cells(self.strip)
        return self._cells


class Shadow:
    """The frame sent last, whole, and the terminal's size that it was drawn for."""

    def __init__(self) -> None:
        self._size: Size | None = None
        self._screen: Callable[[], Screen[object] | None] = lambda: None
        self._rows: Sequence[_Row] = ()

    @property
    def lost(self) -> bool:
        """Whether it isn't known what the terminal shows."""
        return self._size is None

    def forget(self) -> None:
        self._size, self._rows = None, ()

    def of(self, screen: Screen[object], size: Size) -> bool:
        """Whether the frame sent last was one of *screen* in that *size*."""
        return size == self._size and self._screen() is screen

    def show(
        self, screen: Screen[object], size: Size, frame: Sequence[Strip | None], colours: ColorSystem
    ) -> str:
        """Like sequence(); remembers that it is a frame of *screen*."""
        self._screen = ref(screen)
        return self.sequence(size, frame, colours)

    def sequence(self, size: Size, frame: Sequence[Strip | None], colours: ColorSystem) -> str:
        """What makes a terminal of *size* show *frame*; from then on it is taken to show it.

        None stands for a line that is as it was sent last.
        """
        before = self._rows if size == self._size else ()
        rows: list[_Row] = []
        sent: list[str] = []
        pen = Pen(colours)
        for y, strip in enumerate(frame):
            if strip is None or (y < len(before) and before[y].strip == strip):
                rows.append(before[y])
                continue
            row = _Row(strip)
            rows.append(row)
            if y >= len(before):
                sent += _written(0, y, row.cells, pen)
            else:
                for first, end in _runs(before[y].cells, row.cells):
                    sent += _written(first, y, row.cells[first:end], pen)
        self._size, self._rows = size, rows
        return "".join((*sent, pen.lifted()))


class ExactDrawing(Internals[Result]):
    """Draws whole frames, each of the size that the terminal has, and sends the difference to the last one.

    Whatever may have disturbed the terminal makes the shadow forget; the next frame is then sent whole,
    and there always is a next one.
    """

    def __init__(self) -> None:
        super().__init__()
        self._shadow = Shadow()
        self._put_off = False
        self._begun = False

    def on_mount(self) -> None:
        self.app_resume_signal.subscribe(self, lambda _: self.redraw())

    def redraw(self) -> None:
        """Send the whole screen again, where the terminal was disturbed by something else."""
        self._shadow.forget()
        with suppress(ScreenError):
            self.screen.refresh()

    def on_resize(self, event: events.Resize) -> None:
        if (size := self.terminal_size()) != event.size:
            # A signal that came while another was handled told its newer size before that told its own.
            self.post_message(events.Resize(size, size))
        # Also where the size is the same again: meanwhile the terminal may have been smaller.
        self.redraw()

    def displayed(self, screen: Screen[object], update: RenderableType | None) -> Displayed:
        if is_frame(update) or (update is None and self._shadow.lost):
            return self._frame(screen, update)
        return update

    def _frame(self, screen: Screen[object], update: CompositorUpdate | None) -> CompositorUpdate | None:
        """The frame to draw now; None where it would be of another size, or the line is behind."""
        if (laid_out := laid_out_size(screen)) != self.size:
            # Heard of and not yet laid out. The terminal would cut it, and show it for ever.
            self._shadow.forget()
            if laid_out:
                screen.post_message(events.Resize(self.size, self.size))
            return None
        # What waits before the first frame is what prepares the terminal: short, and many pieces.
        if self._begun and self.pieces_waiting() >= _WAITING:
            self._draw_later()
            return None
        self._begun = True
        return _Frame(self._shadow, screen, update)

    def _draw_later(self) -> None:
        if not self._put_off:
            self._put_off = True
            self.set_timer(_LATER_SECONDS, self._draw_what_was_put_off)

    def _draw_what_was_put_off(self) -> None:
        self._put_off = False
        with suppress(ScreenError):
            self.screen.refresh()


class _Frame(CompositorUpdate):
    """All of *screen*, or what *update* changes of it where the frame before is known to be shown."""

    def __init__(self, shadow: Shadow, screen: Screen[object], update: CompositorUpdate | None) -> None:
        self._shadow, self._screen, self._update = shadow, screen, update

    def render_segments(self, console: Console) -> str:
        screen, size = self._screen, laid_out_size(self._screen)
        strips: Sequence[Strip | None]
        if self._update and self._shadow.of(screen, size):
            strips = changed_strips_of(screen, self._update)
        else:
            strips = strips_of(screen)
        return self._shadow.show(screen, size, strips, colours_of(console))


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
                        at = -2 if cells[-1][0] == "" and len(cells) > 1 else -1
                        cells[at] = (cells[at][0] + character, cells[at][1])
                case 1:
                    cells.append((character, style))
                case _:
                    cells += [(character, style), ("", style)]
    return cells


def _runs(before: list[Cell], after: list[Cell]) -> Iterator[tuple[int, int]]:
    """Where *after* differs, as (first, end); never beginning or ending inside a wide character."""
    first = last = -1
    for at, new in enumerate(after):
        if at < len(before) and before[at] == new:
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
    while end < len(cells) and (cells[end][0] == "" or not _certain(cells[end - 1][0])):
        end += 1
    return first, end


@lru_cache(4096)
def _certain(text: str) -> bool:
    """Whether every terminal gives it exactly one cell: letters of Latin scripts, signs, lines and blocks."""
    return len(text) == 1 and (text < "\u0300" or ("\u2010" <= text < "\u2c00" and cell_len(text) == 1))


def _written(x: int, y: int, cells: list[Cell], pen: Pen) -> Iterator[str]:
    """To the cell *x*, *y*, and *cells* from there.

    Terminals disagree about how wide some characters are: each of those gets blanks first, and what stands
    after it is placed anew.
    """
    in_place = False
    for text, style, width, certain in _spans(cells):
        if not in_place:
            yield _move(x, y)
        if not certain:
            yield pen.written(style, " " * width) + _move(x, y)
        yield pen.written(style, text)
        x, in_place = x + width, certain


def _move(x: int, y: int) -> str:
    return str(Control.move_to(x, y).segment.text)


def _spans(cells: list[Cell]) -> Iterator[tuple[str, Style, int, bool]]:
    """Characters of one style, joined, with the cells they take; uncertain ones each by itself, as False."""
    text, style = "", cells[0][1]
    for at, (character, its_style) in enumerate(cells):
        if not character:
            continue
        certain = _certain(character)
        if text and (not certain or (its_style is not style and its_style != style)):
            yield text, style or Style.null(), len(text), True
            text = ""
        style = its_style
        if certain:
            text += character
        else:
            width = 1 + (cells[at + 1 : at + 2] == [("", its_style)])
            yield character, style or Style.null(), width, False
    if text:
        yield text, style or Style.null(), len(text), True
