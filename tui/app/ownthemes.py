"""Themes of somebody's own: a built-in one with other colours."""

from __future__ import annotations

from dataclasses import replace

from textual.color import Color
from textual.theme import Theme

from tui.look.themes import THEMES
from tui.settings.config import ThemeConfig

_FIELDS = {"text": "foreground"}
_VARIABLES = {
    "quiet": ("quiet",),
    "greyed": ("greyed",),
    "bar": ("bar",),
    "rule": ("rule", "scrollbar"),
    "cursor_text": ("cursor-foreground",),
    "cursor": ("cursor-background", "input-selection-background"),
}
_DEPTH = (-0.3, 0.0, 0.2, 0.4, 0.65)
"""How far each tone of the bars, from the ground up, goes to the text; below 0, to the background."""


def themed(name: str, wanted: ThemeConfig) -> Theme:
    """A theme of somebody's own: that of its base, but for the colours that are *wanted*."""
    base = next(theme for theme in THEMES if theme.name == wanted.base)
    colours = [each for each in wanted.__struct_fields__ if each != "base"]
    given = {each: getattr(wanted, each) for each in colours if getattr(wanted, each)}
    fields = {_FIELDS.get(each, each): value for each, value in given.items() if each not in _VARIABLES}
    variables = {place: value for each, value in given.items() for place in _VARIABLES.get(each, ())}
    if "accent" in fields:
        fields["primary"] = fields["accent"]
    if "background" in fields:
        variables |= {"scrollbar-background": fields["background"]}
        variables |= {"scrollbar-corner-color": fields["background"]}
        if base.surface == base.background:
            fields.setdefault("surface", fields["background"])
    theme = replace(base, name=name, variables=base.variables | variables, **fields)
    return replace(theme, variables=theme.variables | _tones(theme)) if wanted.bar else theme


def _tones(theme: Theme) -> dict[str, str]:
    bar, ground, text = (
        Color.parse(each or "") for each in (theme.variables["bar"], theme.background, theme.foreground)
    )
    return {
        f"bar-{number}": bar.blend(text if depth > 0 else ground, abs(depth)).hex
        for number, depth in enumerate(_DEPTH, 1)
    }
