"""Quiet colours: the text, what recedes, one accent, and three signs of trouble or its absence.

The shades are those of the 256-colour palette, which look the same with fewer bits. On 16 colours, and with
NO_COLOR, the terminal's own palette is used, so that no shade is guessed.
"""

from __future__ import annotations

from textual.theme import Theme


def _theme(
    name: str,
    *,
    dark: bool = True,
    text: tuple[str, str],
    trouble: tuple[str, str, str],
    accent: str,
    surface: str | None = None,
    panel: str,
    quiet: str,
    greyed: str,
    bar: str,
    rule: str,
    cursor: tuple[str, str],
    tones: tuple[str, ...],
    late: str,
    stack: tuple[str, ...],
    selection: str | None = None,
) -> Theme:
    """*text* and *cursor* are what is written and what is under it; *trouble* is to warn, bad and good.

    *tones* are those of bars from the ground up, *late* is what came after a stop.
    What lies over the screen has *surface* under it, and what is typed into or always in sight *panel*.
    """
    foreground, background = text
    warning, error, success = trouble
    return Theme(
        name=name,
        dark=dark,
        primary=accent,
        accent=accent,
        warning=warning,
        error=error,
        success=success,
        foreground=foreground,
        background=background,
        surface=surface or background,
        panel=panel,
        variables={
            "quiet": quiet,
            "greyed": greyed,
            "bar": bar,
            "late-bar": late,
            **_numbered("bar", tones),
            **_numbered("stack", stack),
            "rule": rule,
            "cursor-foreground": cursor[0],
            "cursor-background": cursor[1],
            "input-selection-background": selection or cursor[1],
            "scrollbar": rule,
            "scrollbar-background": background,
            "scrollbar-corner-color": background,
        },
    )


def _numbered(name: str, colours: tuple[str, ...]) -> dict[str, str]:
    return {f"{name}-{number}": colour for number, colour in enumerate(colours, 1)}


DARK = _theme(
    "dark",
    text=("#d0d0d0", "#121212"),
    trouble=("#d7af5f", "#ff8787", "#87af5f"),
    accent="#87afd7",
    surface="#1c1c1c",
    panel="#262626",
    quiet="#949494",
    greyed="#6c6c6c",
    bar="#5f87af",
    rule="#444444",
    cursor=("#ffffff", "#3a3a3a"),
    tones=("#5f5faf", "#0087af", "#00afd7", "#5fd7ff", "#afffff"),
    late="#d7875f",
    stack=("#5f87d7", "#5fafaf", "#af87d7", "#87af5f", "#8a8a8a"),
)
MIDNIGHT = _theme(
    "midnight",
    text=("#c8d3f5", "#0b1020"),
    trouble=("#ffc777", "#ff757f", "#9ece6a"),
    accent="#7dcfff",
    surface="#131a33",
    panel="#1d2747",
    quiet="#8c9bc7",
    greyed="#5f6c94",
    bar="#3d7fd9",
    rule="#33416b",
    cursor=("#ffffff", "#2a3a6e"),
    tones=("#3a66c0", "#3d7fd9", "#5aa9f0", "#86d3ff", "#c9ecff"),
    late="#e0956b",
    stack=("#82aaff", "#4fd6be", "#c099ff", "#c3e88d", "#828bb8"),
)
LIGHT = _theme(
    "light",
    dark=False,
    text=("#262626", "#ffffff"),
    trouble=("#875f00", "#af0000", "#005f00"),
    accent="#005f87",
    panel="#eeeeee",
    quiet="#626262",
    greyed="#949494",
    bar="#5f87af",
    rule="#c6c6c6",
    cursor=("#000000", "#d7d7d7"),
    tones=("#5f87d7", "#0087af", "#005faf", "#005f87", "#00005f"),
    late="#af5f00",
    stack=("#005faf", "#008787", "#875faf", "#5f8700", "#767676"),
)
HIGH_CONTRAST = _theme(
    "high-contrast",
    text=("#ffffff", "#000000"),
    trouble=("#ffff00", "#ff8787", "#5fff00"),
    accent="#00ffff",
    panel="#000000",
    quiet="#ffffff",
    greyed="#bcbcbc",
    bar="#00ffff",
    rule="#ffffff",
    cursor=("#000000", "#ffffff"),
    tones=("#00afff", "#00d7ff", "#00ffff", "#87ffff", "#ffffff"),
    late="#ffaf00",
    stack=("#00ffff", "#ffff00", "#ff87ff", "#5fff00", "#ffffff"),
    selection="#0000d7",
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
        "late-bar": "ansi_yellow",
        **_numbered("bar", ("ansi_blue", "ansi_cyan", "ansi_cyan", "ansi_bright_cyan", "ansi_bright_white")),
        **_numbered("stack", ("ansi_cyan", "ansi_yellow", "ansi_magenta", "ansi_green", "ansi_white")),
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

DRILL = _theme(
    "drill",
    text=("#d0d0d0", "#1c1024"),
    trouble=("#d7af5f", "#ff87d7", "#87af5f"),
    accent="#d787ff",
    panel="#4e2a63",
    quiet="#ba9ec2",
    greyed="#8a6c94",
    bar="#af5fd7",
    rule="#5f3a70",
    cursor=("#ffffff", "#5f3a70"),
    tones=("#5f5fd7", "#875fd7", "#af5fd7", "#d787ff", "#ffd7ff"),
    late="#d7875f",
    stack=("#af5fd7", "#5fafaf", "#d7af5f", "#87af5f", "#8a8a8a"),
)
"""Nobody who sees these colours can take a drill for the real thing."""

THEMES = (DARK, MIDNIGHT, LIGHT, HIGH_CONTRAST, TERMINAL)


def choose(wanted: str | None, color_system: str | None, no_color: bool) -> str:
    """The theme's name: as *wanted*, else whatever the terminal can show."""
    if wanted:
        return wanted
    if no_color or color_system in (None, "standard", "windows"):
        return TERMINAL.name
    return DARK.name
