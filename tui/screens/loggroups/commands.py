"""What can be done with the list of log groups."""

from __future__ import annotations

from tui.commands.command import Command
from tui.commands.table import screen

LOG_GROUPS = screen(
    "log_groups",
    Command("graph", ("enter",), "graph", "Show its IncomingBytes full screen.", rank=10),
    Command(
        "every_flow",
        ("a",),
        "every flow",
        "Also read IncomingBytes of groups without bearer tokens. Press again to stop.",
        rank=12,
    ),
    Command(
        "filter_groups",
        ("slash",),
        "filter",
        "Filter the log groups by name, Region or state.",
        rank=14,
    ),
    Command("sort_groups", ("s",), "sort", "Sort by the next column.", rank=16),
    lacks=("log_groups", "search"),
)
