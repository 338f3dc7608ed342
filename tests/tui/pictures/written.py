"""A screen written down as text: each line of it, and beneath it a letter for the role of each letter.

Roles have the names of tui.look and not their colours, so that what a theme changes is seen where the themes
are looked at, and a word that changes is one line of a diff.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.color import Color as RichColor
from rich.style import Style
from textual.color import Color
from textual.strip import Strip

from tui.app.app import StanchApp

ROLES = ("error", "warning", "success", "accent", "quiet", "greyed", "rule", "bar", "cursor-foreground")
"""The first of the names that a colour of a theme has; the names of tui.look.roles."""
GROUNDS = ("background", "cursor-background", "surface", "panel", "boost")
LETTERS = {
    "error bold": "E",
    "error": "e",
    "warning bold": "W",
    "warning": "w",
    "success": "s",
    "accent bold": "a",
    "quiet": "q",
    "greyed": "g",
    "rule": "r",
    "bar": "b",
    "bold": "B",
    "on panel": ".",
    "bold on panel": "P",
    "accent bold on panel": "A",
    "quiet on panel": "Q",
    "cursor-foreground bold on cursor-background": "C",
}
"""Always the same for what is met most; others get those of MORE, in their order, screen by screen."""
MORE = "0123456789DFGHIJKLMNORSTUVXYZcdfhijklmnoptuvxyz"
PLAIN = " "


def written(lines: list[Strip], app: StanchApp) -> str:
    names = _Names(app)
    body = "\n".join(line for strip in lines for line in _line(strip, names))
    legend = "".join(f"{letter} {role}\n" for role, letter in sorted(names.used.items()))
    return f"{body}\n\n{legend}"


def _line(strip: Strip, names: _Names) -> Iterator[str]:
    """Text and roles, each with what it is at its beginning; a line without a role has but text."""
    yield f"|{strip.text.rstrip()}"
    roles = "".join(names.letter(style) * len(text) for text, style, _ in strip.simplify()).rstrip()
    if roles:
        yield f":{roles}"


class _Names:
    """Of the roles on one screen."""

    def __init__(self, app: StanchApp) -> None:
        given: dict[str, Any] = app.theme_variables
        self.used: dict[str, str] = {}
        self._roles = _by_colour(given, ROLES)
        self._grounds = _by_colour(given, GROUNDS)
        self._ink, self._paper = (_shown(given.get(name)) for name in ("foreground", "background"))
        self._known: dict[Style | None, str] = {}

    def letter(self, style: Style | None) -> str:
        if style not in self._known:
            self._known[style] = self._letter(self.role(style or Style.null()))
        return self._known[style]

    def _letter(self, role: str) -> str:
        if not role:
            return PLAIN
        if role not in self.used:
            more = (letter for letter in MORE if letter not in self.used.values())
            self.used[role] = LETTERS.get(role) or next(more)
        return self.used[role]

    def role(self, style: Style) -> str:
        """`accent bold on panel`; empty for the theme's plain text."""
        ink, paper = _colour(style.color), _colour(style.bgcolor)
        words = [] if ink in (None, self._ink) else [self._roles.get(str(ink), str(ink))]
        for word in ("bold", "dim", "italic", "underline", "reverse", "strike"):
            words += [word] if getattr(style, word) else []
        if paper not in (None, self._paper):
            words += ["on", self._grounds.get(str(paper), str(paper))]
        return " ".join(words)


def _by_colour(given: dict[str, Any], names: tuple[str, ...]) -> dict[str, str]:
    found = {_shown(given[name]): name for name in reversed(names) if name in given}
    return {colour: name for colour, name in found.items() if colour}


def _shown(value: str | None) -> str | None:
    try:
        return _colour(Color.parse(value).rich_color) if value else None
    except ValueError:
        return None


def _colour(colour: RichColor | None) -> str | None:
    if colour is None or colour.is_default:
        return None
    return colour.triplet.hex if colour.triplet else colour.name
