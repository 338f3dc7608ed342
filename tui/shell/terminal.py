"""Whether the terminal can show the screen, and how wide it is."""

from __future__ import annotations

import os
import re
import sys

_LIKE_XTERM = re.compile(
    r"(xterm|screen|tmux|rxvt|linux|putty|konsole|gnome|vte|st|stterm|alacritty|kitty|foot|wezterm|ghostty"
    r"|iterm2?|Eterm|eterm|mintty|cygwin|contour|teraterm|mlterm|terminator|ansi|cons25)([-+.].*)?|vt[1-5]\d\d(-.*)?"
)
"""Names of terminals that take the sequences that every one of today takes, known to this machine or not."""


def why_no_screen(term: str | None) -> str | None:
    """Why the screen cannot be shown on a terminal that TERM calls *term*; None where it can."""
    if not term:
        return "The screen needs a terminal, and TERM is not set."
    if _LIKE_XTERM.fullmatch(term) or _moves_cursor(term):
        return None
    name = re.sub(r"[^A-Za-z0-9.+-]", "?", term)[:40]
    return (
        f"The screen cannot be shown on a terminal with TERM={name}. "
        "If yours is a modern one, try TERM=xterm-256color."
    )


def _moves_cursor(term: str) -> bool:
    """Whether this machine's terminfo has it, and its cursor is moved as ANSI has it."""
    try:
        import curses

        curses.setupterm(term, 1)
        return (curses.tigetstr("cup") or b"").startswith(b"\x1b[")
    except Exception:  # noqa: BLE001 (curses raises an error of its own, and may not be there at all)
        return False


def trust_window() -> None:
    """On a terminal the window's own size counts, and not the one that a shell exported once."""
    try:
        columns, lines = os.get_terminal_size(sys.__stdout__.fileno())  # type: ignore[union-attr]
    except (AttributeError, ValueError, OSError):
        return
    for name, size in (("COLUMNS", columns), ("LINES", lines)):
        # A serial line has no size of its own.
        if size:
            os.environ.pop(name, None)
