"""Commands of the list of log groups."""

from __future__ import annotations

from tui.commands.command import Command

_HERE = ("log_groups",)

COMMANDS = (
    Command("graph", ("enter",), "graph", "Show its IncomingBytes as large as the screen.", _HERE, rank=10),
    Command(
        "every_flow",
        ("a",),
        "every flow",
        "Read the flow of groups without bearer tokens too; again to read it of the others alone.",
        _HERE,
        rank=12,
    ),
    Command(
        "filter_groups",
        ("slash",),
        "filter",
        "Show only some log groups: words of a name, a Region or a state.",
        _HERE,
        rank=14,
    ),
    Command("sort_groups", ("s",), "sort", "Sort by the next column.", _HERE, rank=16),
)
