"""Every colour of a theme is told from the ground it stands on, and those side by side from each other."""

from __future__ import annotations

from itertools import combinations

import pytest
from textual.color import Color
from textual.theme import Theme

from tui.look.lines import Role
from tui.look.roles import styles
from tui.look.themes import DRILL, THEMES

OF_COLOURS = [theme for theme in (*THEMES, DRILL) if not theme.ansi]
"""On the others the colours are the terminal's own."""
BARS: tuple[Role, ...] = ("bar 1", "bar 2", "bar 3", "bar 4", "bar 5")
STACK: tuple[Role, ...] = ("stack 1", "stack 2", "stack 3", "stack 4", "stack 5")
WORDS: tuple[Role, ...] = ("text", "strong", "quiet", "accent", "alarm", "warn", "good")
GRAPH_LEAST, WORDS_LEAST = 3.0, 4.5
"""What the Web Content Accessibility Guidelines ask of graphs and of text."""


def colour(theme: Theme, role: Role) -> Color:
    trouble = {"warning": theme.warning, "error": theme.error, "success": theme.success}
    named = {"accent": theme.accent, **trouble, **theme.variables}
    style = styles({name: told for name, told in named.items() if told}, ansi=False)
    ink = style[role].color if role in style else None
    return Color.from_rich_color(ink) if ink else Color.parse(theme.foreground or "")


def luminance(ink: Color) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in ink.normalized
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Color, other: Color) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def too_faint(theme: Theme, roles: tuple[Role, ...], least: float, *grounds: str | None) -> list[str]:
    return [
        f"{role} on {ground}: {found:.2f}"
        for role in roles
        for ground in grounds
        if (found := contrast(colour(theme, role), Color.parse(ground or ""))) < least
    ]


@pytest.mark.parametrize("theme", OF_COLOURS, ids=lambda theme: theme.name)
def test_what_is_drawn_stands_out_and_is_told_apart(theme: Theme) -> None:
    for roles in (BARS, STACK):
        assert all(colour(theme, one) != colour(theme, other) for one, other in combinations(roles, 2))
        assert not too_faint(theme, roles, GRAPH_LEAST, theme.background, theme.surface)


@pytest.mark.parametrize("theme", OF_COLOURS, ids=lambda theme: theme.name)
def test_words_are_readable_on_the_screen_its_sheets_and_its_status_line(theme: Theme) -> None:
    assert not too_faint(theme, WORDS, WORDS_LEAST, theme.background, theme.surface, theme.panel)


def test_black_on_white_is_as_much_as_there_is() -> None:
    assert contrast(Color.parse("#000000"), Color.parse("#ffffff")) == pytest.approx(21.0)
