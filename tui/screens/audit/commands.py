"""What can be done with the findings of an audit."""

from __future__ import annotations

from tui.commands.command import Command
from tui.commands.table import screen

AUDIT = screen(
    "audit",
    Command(
        "open_finding",
        ("enter",),
        "evidence",
        "Show the selected finding in full: its evidence, and the command that fixes it.",
        rank=10,
    ),
    lacks=("audit",),
    ranks={"copy": 12},
)

FINDING = screen("finding", lacks=("audit",), ranks={"copy": 12})
