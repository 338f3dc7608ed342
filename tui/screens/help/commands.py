"""What can be done with help, and with the list of all commands."""

from __future__ import annotations

from tui.commands.command import Command
from tui.commands.table import dialog, screen

HELP = screen(
    "help",
    lacks=(
        "respond",
        "identify",
        "events",
        "traffic",
        "log_groups",
        "cases",
        "refresh",
        "help",
        "audit",
        "policy",
        "setup",
        "issue",
        "harden",
        "rotate",
        "scan",
    ),
)

PALETTE = dialog(
    "palette",
    Command("choose", ("enter",), "choose", "Run the selected command.", rank=10),
    Command("next_found", ("down", "ctrl+n"), "next", "Next command."),
    Command("previous_found", ("up",), "previous line", "Previous command."),
)
