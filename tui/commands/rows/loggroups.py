"""Commands of the list of log groups."""

from __future__ import annotations

from tui.commands.command import Command

_HERE = ("log_groups",)

COMMANDS = (
    Command("graph", ("enter",), "graph", "Show its IncomingBytes full screen.", _HERE, rank=10),
    Command(
        "every_flow",
        ("a",),
        "every flow",
        "Also read IncomingBytes of groups without bearer tokens. Press again to stop.",
        _HERE,
        rank=12,
    ),
    Command(
        "filter_groups",
        ("slash",),
        "filter",
        "Filter the log groups by name, Region or state.",
        _HERE,
        rank=14,
    ),
    Command("sort_groups", ("s",), "sort", "Sort by the next column.", _HERE, rank=16),
)
