"""What can be done with the settings."""

from __future__ import annotations

from tui.commands.command import Command
from tui.commands.table import screen

SETTINGS = screen(
    "settings",
    Command("change", ("enter", "x"), "change", "Change the selected setting, and write it down.", rank=10),
    Command("unset", ("backspace", "delete"), "default", "Take the program's own value again.", rank=12),
    lacks=("respond", "events", "rotate", "settings"),
    ranks={"copy": 14},
)
