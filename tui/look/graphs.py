"""What graphs are drawn with: blocks, braille, ASCII, or numbers in their place."""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

from tui.look.lines import Role


class Glyphs(msgspec.Struct, frozen=True):
    """*bars* has nine: an empty cell, and one to eight eighths of it; *dots* draws two columns a cell.

    *fills* tell flows that are stacked apart where colours do not.
    """

    bars: str
    zero: str
    axis: str
    plain: str
    corner: str
    line: str
    tick: str
    mark: str
    cross: str
    foot: str
    dash: str
    cursor: str
    fills: str
    dots: bool = False


BLOCKS = Glyphs(" ▁▂▃▄▅▆▇█", "_", "┤", "│", "┼", "─", "┬", "┃", "╂", "┸", "╌", "┊", "█▓▒░▚")
BRAILLE = msgspec.structs.replace(BLOCKS, bars=" ⣀⣀⣤⣤⣶⣶⣿⣿", dash="⠒", dots=True)
ASCII = Glyphs(" ..::||##", "_", "|", "|", "+", "-", "+", "!", "!", "!", "-", ":", "#=+%o")

TONES: tuple[Role, ...] = ("bar 1", "bar 2", "bar 3", "bar 4", "bar 5")
"""Of a graph's bars, from the ground to the top."""
DASHED: tuple[Role, ...] = ("dashed 1", "dashed 2", "dashed 3", "dashed 4", "dashed 5")
"""Of cells full of bar that a line runs through, as TONES."""
STACKED: tuple[Role, ...] = ("stack 1", "stack 2", "stack 3", "stack 4", "stack 5")
"""Of flows that are stacked, the lowest first."""

GraphStyle = Literal["blocks", "braille", "ascii", "numbers"]
"""Braille is twice as fine, and needs a font that has it; numbers are no graph at all."""

NUMBERS = msgspec.structs.replace(ASCII, line=" ")
STYLES: dict[GraphStyle, Glyphs] = {
    "blocks": BLOCKS,
    "braille": BRAILLE,
    "ascii": ASCII,
    "numbers": NUMBERS,
}


def next_style(style: GraphStyle) -> GraphStyle:
    styles: tuple[GraphStyle, ...] = get_args(GraphStyle)
    return styles[(styles.index(style) + 1) % len(styles)]
