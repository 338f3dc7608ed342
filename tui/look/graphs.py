"""What graphs are drawn with: blocks, braille, ASCII, or numbers in their place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, get_args


@dataclass(frozen=True, slots=True)
class Glyphs:
    """*bars* has nine: an empty cell, and one to eight eighths of it; *dots* draws two columns a cell."""

    bars: str
    zero: str
    axis: str
    corner: str
    line: str
    tick: str
    mark: str
    foot: str
    dash: str
    dots: bool = False


BLOCKS = Glyphs(" ▁▂▃▄▅▆▇█", "_", "┤", "┼", "─", "┬", "┃", "┸", "╌")
BRAILLE = Glyphs(" ⣀⣀⣤⣤⣶⣶⣿⣿", "_", "┤", "┼", "─", "┬", "┃", "┸", "⠒", dots=True)
ASCII = Glyphs(" ..::||##", "_", "|", "+", "-", "+", "!", "!", "-")

GraphStyle = Literal["blocks", "braille", "ascii", "numbers"]
"""Braille is twice as fine, and needs a font that has it; numbers are no graph at all."""

NUMBERS = replace(ASCII, line=" ")
STYLES: dict[GraphStyle, Glyphs] = {
    "blocks": BLOCKS,
    "braille": BRAILLE,
    "ascii": ASCII,
    "numbers": NUMBERS,
}


def next_style(style: GraphStyle) -> GraphStyle:
    styles: tuple[GraphStyle, ...] = get_args(GraphStyle)
    return styles[(styles.index(style) + 1) % len(styles)]
