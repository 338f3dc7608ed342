"""What can be done with the list of log groups."""

from __future__ import annotations

from tui.commands.command import Command
from tui.commands.table import screen

LOG_GROUPS = screen(
    "log_groups",
    Command("graph", ("enter",), "graph", "Show its IncomingBytes as large as the screen.", rank=10),
    Command(
        "every_flow",
        ("a",),
        "every flow",
        "Read the flow of groups without bearer tokens too; again to read it of the others alone.",
        rank=12,
    ),
    Command(
        "filter_groups",
        ("slash",),
        "filter",
        "Show only some log groups: words of a name, a Region or a state.",
        rank=14,
    ),
    Command("sort_groups", ("s",), "sort", "Sort by the next column.", rank=16),
    lacks=("log_groups",),
)
