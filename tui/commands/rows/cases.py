"""Commands of the list of cases."""

from __future__ import annotations

from tui.commands.command import Command

COMMANDS = (
    Command("go_on", ("enter",), "go on", "Open the runbook of the selected case.", ("cases",), rank=10),
    Command(
        "verify",
        ("v",),
        "verify",
        "Check the journal for altered, missing or reordered lines.",
        ("cases",),
        rank=12,
    ),
)
