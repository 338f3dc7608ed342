"""Quiet colours: the text, what recedes, one accent, and three signs of trouble or its absence.

The shades are those of the 256-colour palette, which look the same with fewer bits. On 16 colours, and with
NO_COLOR, the terminal's own palette is used, so that no shade is guessed.
"""

from __future__ import annotations

from textual.theme import Theme

DARK = Theme(
    name="dark",
    dark=True,
    primary="#87afd7",
    accent="#87afd7",
    warning="#d7af5f",
    error="#ff8787",
    success="#87af5f",
    foreground="#d0d0d0",
    background="#121212",
    surface="#121212",
    panel="#262626",
    variables={
        "quiet": "#949494",
        "greyed": "#6c6c6c",
        "bar": "#5f87af",
        "rule": "#444444",
        "cursor-background": "#3a3a3a",
        "cursor-foreground": "#ffffff",
        "input-selection-background": "#3a3a3a",
        "scrollbar": "#444444",
        "scrollbar-background": "#121212",
        "scrollbar-corner-color": "#121212",
    },
)

LIGHT = Theme(
    name="light",
    dark=False,
    primary="#005f87",
    accent="#005f87",
    warning="#875f00",
    error="#af0000",
    success="#5f8700",
    foreground="#262626",
    background="#ffffff",
    surface="#ffffff",
    panel="#eeeeee",
    variables={
        "quiet": "#626262",
        "greyed": "#949494",
        "bar": "#5f87af",
        "rule": "#c6c6c6",
        "cursor-background": "#d7d7d7",
        "cursor-foreground": "#000000",
        "input-selection-background": "#d7d7d7",
        "scrollbar": "#c6c6c6",
        "scrollbar-background": "#ffffff",
        "scrollbar-corner-color": "#ffffff",
    },
)

HIGH_CONTRAST = Theme(
    name="high-contrast",
    dark=True,
    primary="#00ffff",
    accent="#00ffff",
    warning="#ffff00",
    error="#ff8787",
    success="#5fff00",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#000000",
    variables={
        "quiet": "#ffffff",
        "greyed": "#bcbcbc",
        "bar": "#00ffff",
        "rule": "#ffffff",
        "cursor-background": "#ffffff",
        "cursor-foreground": "#000000",
        "input-selection-background": "#0000d7",
        "scrollbar": "#ffffff",
        "scrollbar-background": "#000000",
        "scrollbar-corner-color": "#000000",
    },
)

TERMINAL = Theme(
    name="terminal",
    ansi=True,
    primary="ansi_cyan",
    accent="ansi_cyan",
    warning="ansi_yellow",
    error="ansi_red",
    success="ansi_green",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    variables={
        "quiet": "ansi_default",
        "greyed": "ansi_default",
        "bar": "ansi_cyan",
        "rule": "ansi_default",
        "cursor-background": "ansi_default",
        "cursor-foreground": "ansi_default",
        "ansi-background": "ansi_black",
        "ansi-foreground": "ansi_white",
        "input-selection-background": "ansi_blue",
        "scrollbar": "ansi_cyan",
        "scrollbar-background": "ansi_default",
        "scrollbar-corner-color": "ansi_default",
    },
)

THEMES = (DARK, LIGHT, HIGH_CONTRAST, TERMINAL)


def choose(wanted: str | None, color_system: str | None, no_color: bool) -> str:
    """The theme's name: as *wanted*, else whatever the terminal can show."""
    if wanted:
        return wanted
    if no_color or color_system in (None, "standard", "windows"):
        return TERMINAL.name
    return DARK.name
