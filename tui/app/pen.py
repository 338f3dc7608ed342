"""Writes styled text with as little about its style as the terminal needs to hear."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from rich.color import ColorSystem
from rich.style import Style
from textual.strip import Strip


class _Ink(NamedTuple):
    """What a style sets; what it leaves alone is empty."""

    attributes: tuple[str, ...] = ()
    fore: str = ""
    back: str = ""


class Pen:
    """Remembers the style it writes in; used from where the terminal writes in none, to :meth:`lifted`."""

    def __init__(self, colours: ColorSystem) -> None:
        self._colours = colours
        self._ink = _Ink()

    def written(self, style: Style, text: str) -> str:
        """What makes a terminal write *text* in *style*."""
        ink = _ink(style, self._colours)
        if ink is None:
            # A link has an end of its own.
            return self.lifted() + Strip.render_style(style, text, color_system=self._colours)
        return self._taken_up(ink) + text

    def lifted(self) -> str:
        """What ends the style it writes in."""
        return self._taken_up(_Ink())

    def _taken_up(self, ink: _Ink) -> str:
        before, self._ink = self._ink, ink
        if ink == before:
            return ""
        if ink == _Ink():
            return "\x1b[0m"
        kept = ink.attributes == before.attributes
        if kept and (ink.fore or not before.fore) and (ink.back or not before.back):
            parts = [ink.fore * (ink.fore != before.fore), ink.back * (ink.back != before.back)]
        else:
            parts = ["0" * (before != _Ink()), *ink.attributes, ink.fore, ink.back]
        return f"\x1b[{';'.join(filter(None, parts))}m"


@lru_cache(4096)
def _ink(style: Style, colours: ColorSystem) -> _Ink | None:
    """None for one with more than attributes and colours."""
    begun, _, ended = Strip.render_style(style, "\0", color_system=colours).partition("\0")
    if not begun:
        return _Ink()
    if not begun.startswith("\x1b[") or ended != "\x1b[0m":
        return None
    attributes, fore, back = [], "", ""
    codes = iter(begun.removeprefix("\x1b[").removesuffix("m").split(";"))
    for first in codes:
        kind = next(codes) if first in ("38", "48") else ""
        code = ";".join((first, kind, *islice(codes, 1 if kind == "5" else 3))) if kind else first
        match re.match(r"(3|4|9|10)\d", code):
            case None:
                attributes.append(code)
            case found if found[1] in ("3", "9"):
                fore = code
            case _:
                back = code
    return _Ink(tuple(attributes), fore, back)
