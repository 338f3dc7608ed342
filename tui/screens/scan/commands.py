"""What can be done with leaked keys found in files."""

from __future__ import annotations

from tui.commands.command import Command
from tui.commands.table import screen

SCAN = screen(
    "scan",
    Command(
        "respond_found",
        ("enter", "r"),
        "respond",
        "Look for the selected key in this account, and open its runbook.",
        rank=10,
    ),
    Command("look_elsewhere", ("x",), "look elsewhere", "Search another file or folder.", rank=11),
    lacks=("respond", "scan"),
)
