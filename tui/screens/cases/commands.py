"""What can be done with the cases of this machine."""

from __future__ import annotations

from tui.commands.command import Command
from tui.commands.several import CLOSE_CASE
from tui.commands.table import screen

CASES = screen(
    "cases",
    CLOSE_CASE,
    Command("go_on", ("enter",), "resume", "Open the runbook of the selected case.", rank=10),
    Command(
        "verify", ("V",), "verify", "Check the journal for altered, missing or reordered lines.", rank=12
    ),
    lacks=("cases",),
)
