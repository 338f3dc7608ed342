"""Commands of the traffic screen."""

from __future__ import annotations

from tui.command import Command

_HERE = ("traffic",)

COMMANDS = (
    Command("next_flow", ("j", "down", "right"), "next", "Choose the next log group.", _HERE),
    Command("previous_flow", ("k", "up", "left"), "previous", "Choose the log group before.", _HERE),
    Command(
        "zoom", ("enter",), "zoom", "Show the chosen log group alone, as large as can be.", _HERE, rank=10
    ),
    Command(
        "pause",
        ("space",),
        "pause",
        "Hold the graphs still and ask AWS nothing; again to go on.",
        _HERE,
        rank=11,
    ),
    Command("window", ("w",), "window", "Look further back, and then less far again.", _HERE, rank=12),
    Command(
        "all_groups",
        ("a",),
        "all groups",
        "Show log groups without bearer authentication too; again to hide them.",
        _HERE,
        rank=13,
    ),
)
