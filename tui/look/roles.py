"""What the roles of text look like in the theme of the moment.

Worked out once for all widgets: as component classes they would be matched against the style sheet anew for
each widget, which costs the first paint more than all else together.
"""

from __future__ import annotations

from collections.abc import Mapping

from rich.style import Style
from textual.color import Color

from tui.look.graphs import DASHED
from tui.look.lines import Role

_COLOURS: Mapping[Role, str] = {
    "quiet": "quiet",
    "greyed": "greyed",
    "accent": "accent",
    "alarm": "error",
    "warn": "warning",
    "good": "success",
    "rule": "rule",
    "header": "quiet",
    "cursor": "cursor-foreground",
    "mark": "warning",
    "bar": "bar",
    "dashed 1": "bar-1",
    "dashed 2": "bar-2",
    "dashed 3": "bar-3",
    "dashed 4": "bar-4",
    "dashed 5": "bar-5",
    "late bar": "late-bar",
    "bar 1": "bar-1",
    "bar 2": "bar-2",
    "bar 3": "bar-3",
    "bar 4": "bar-4",
    "bar 5": "bar-5",
    "stack 1": "stack-1",
    "stack 2": "stack-2",
    "stack 3": "stack-3",
    "stack 4": "stack-4",
    "stack 5": "stack-5",
}
_BOLD: frozenset[Role] = frozenset({"strong", "accent", "alarm", "cursor", "mark"})
# The terminal's own palette has no shades: dim recedes, reverse is the cursor.
_DIM: frozenset[Role] = frozenset({"quiet", "greyed", "rule"})


def styles(variables: Mapping[str, str], *, ansi: bool) -> dict[Role, Style]:
    """The style of each role but text, to be laid over a widget's own."""
    found: dict[Role, Style] = {"strong": Style(bold=True)}
    for role, name in _COLOURS.items():
        told = variables.get(name)
        colour = Color.parse(told).rich_color if told else None
        if not ansi:
            found[role] = Style(color=colour, bold=role in _BOLD or None)
        elif role == "cursor":
            found[role] = Style(reverse=True)
        elif role == "header":
            found[role] = Style(bold=True)
        else:
            found[role] = Style(
                color=None if colour and colour.is_default else colour,
                bold=role in _BOLD or None,
                dim=role in _DIM or None,
            )
    # Turned round, so that with no colour at all the bar is still full.
    for dashed in DASHED:
        found[dashed] += Style(reverse=True)
    found["banner"] = found["alarm"] + Style(reverse=True, bold=True)
    if not ansi and (behind := variables.get("cursor-background")):
        found["cursor"] += Style(bgcolor=Color.parse(behind).rich_color)
    return found
