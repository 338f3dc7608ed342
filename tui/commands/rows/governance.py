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
        "Hold the keys of the account against the best practices; it reads and changes nothing.",
        rank=70,
        but_not=("audit", "finding", *_PAGES),
        to=lambda scene: ToAudit(),
    ),
    Command(
        "open_finding",
        ("enter",),
        "evidence",
        "Show the chosen finding whole: its evidence, and the command that mends it.",
        ("audit",),
        rank=10,
    ),
    Command(
        "copy_command",
        ("y",),
        "copy command",
        "Send the command that mends it to the terminal's clipboard (OSC 52).",
        ("audit", "finding"),
        rank=12,
    ),
)
