"""What can be done with the list of calls to AWS."""

from __future__ import annotations

from tui.commands.command import Command
from tui.commands.table import screen

CALLS = screen(
    "calls",
    Command(
        "filter_calls",
        ("slash",),
        "filter",
        "Filter the calls by service, operation, Region, outcome or request ID.",
        rank=10,
    ),
    lacks=("respond", "events", "rotate", "refresh", "calls", "search"),
    ranks={"copy": 12, "errors": 14},
)
