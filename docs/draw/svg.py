"""A terminal's screen as SVG: text stays text, and blocks are drawn, so that they fit in any font."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from itertools import groupby

import pyte
from pyte.screens import Char

CELL, LINE, SIZE = 8.4, 18.0, 14
INK, PAPER = "#d0d0d0", "#121212"
NAMED = {
    "black": "#1c1c1c",
    "red": "#d75f5f",
    "green": "#87af5f",
    "brown": "#d7af5f",
    "blue": "#5f87d7",
    "magenta": "#af87d7",
    "cyan": "#5fafaf",
    "white": "#d0d0d0",
}
BLOCKS = {chr(0x2580 + eighths): eighths / 8 for eighths in range(1, 9)}
NO_BREAK = "\u00a0"
"""A space that a browser does not fold with its neighbours."""

FONT = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace"


def svg(screen: pyte.Screen, title: str) -> str:
    width, height = screen.columns * CELL + 16, screen.lines * LINE + 16
    body = "\n".join(part for row in range(screen.lines) for part in _row(screen, row))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
        f'role="img" aria-label="{escape(title)}">\n'
        f'<rect width="100%" height="100%" rx="6" fill="{PAPER}"/>\n'
        f'<g transform="translate(8 8)" font-family="{FONT}" font-size="{SIZE}">\n'
        f"{body}\n</g>\n</svg>\n"
    )


def _row(screen: pyte.Screen, row: int) -> Iterator[str]:
    cells = [screen.buffer[row][column] for column in range(screen.columns)]
    top, column = row * LINE, 0
    for (ink, paper, bold), run in groupby(cells, _style):
        text = "".join(cell.data or " " for cell in run)
        left, width = column * CELL, len(text) * CELL
        column += len(text)
        if paper != PAPER:
            yield f'<rect x="{left:g}" y="{top:g}" width="{width:g}" height="{LINE:g}" fill="{paper}"/>'
        yield from _blocks(text, left, top, ink)
        shown = "".join(" " if letter in BLOCKS else letter for letter in text)
        if shown.strip():
            begin = len(shown) - len(shown.lstrip())
            shown = shown.strip()
            x, length = left + begin * CELL, len(shown) * CELL
            weight = ' font-weight="bold"' if bold else ""
            yield (
                f'<text x="{x:g}" y="{top + 13.5:g}" textLength="{length:g}" fill="{ink}"{weight}>'
                f"{escape(shown).replace(' ', NO_BREAK)}</text>"
            )


def _blocks(text: str, left: float, top: float, ink: str) -> Iterator[str]:
    column = 0
    for letter, run in groupby(text):
        count = len(list(run))
        if letter in BLOCKS:
            height = LINE * BLOCKS[letter]
            x, y = left + column * CELL, top + LINE - height
            yield f'<rect x="{x:g}" y="{y:g}" width="{count * CELL:g}" height="{height:g}" fill="{ink}"/>'
        column += count


def _style(cell: Char) -> tuple[str, str, bool]:
    ink, paper = _colour(cell.fg, INK), _colour(cell.bg, PAPER)
    return (paper, ink, cell.bold) if cell.reverse else (ink, paper, cell.bold)


def _colour(name: str, default: str) -> str:
    if name == "default":
        return default
    return NAMED.get(name.removeprefix("bright"), f"#{name}")
