"""What can be done with the findings of an audit."""

from __future__ import annotations

from tui.commands.command import Command
from tui.commands.table import screen

COPY = Command(
    "copy_command",
    ("y",),
    "copy command",
    "Copy the command that fixes it to the terminal's clipboard (OSC 52).",
    rank=12,
)

AUDIT = screen(
    "audit",
    Command(
        "open_finding",
        ("enter",),
        "evidence",
        "Show the selected finding in full: its evidence, and the command that fixes it.",
        rank=10,
    ),
    COPY,
    lacks=("audit",),
)

FINDING = screen("finding", COPY, lacks=("audit",))
