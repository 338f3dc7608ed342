"""Commands of the quiet weeks: the audit of the account."""

from __future__ import annotations

from tui.commands.command import Command
from tui.routes import ToAudit

_PAGES = ("help",)

COMMANDS = (
    Command(
        "audit",
        ("A",),
        "audit",
        "Check all keys against best practices (read-only).",
        rank=70,
        but_not=("audit", "finding", *_PAGES),
        to=lambda scene: ToAudit(),
    ),
    Command(
        "open_finding",
        ("enter",),
        "evidence",
        "Show the selected finding in full: its evidence, and the command that fixes it.",
        ("audit",),
        rank=10,
    ),
    Command(
        "copy_command",
        ("y",),
        "copy command",
        "Copy the command that fixes it to the terminal's clipboard (OSC 52).",
        ("audit", "finding"),
        rank=12,
    ),
)
