"""What can be done in whatever has more lines than fit."""

from __future__ import annotations

from tui.commands.command import Command
from tui.commands.table import listing

LIST = listing(
    "list",
    Command("down", ("j", "down"), "down", "Move to the next row."),
    Command("up", ("k", "up"), "up", "Move to the row before."),
    Command("page_down", ("pagedown", "ctrl+f"), "page down", "Move a screenful down."),
    Command("page_up", ("pageup", "ctrl+b"), "page up", "Move a screenful up."),
    Command("top", ("g", "home"), "top", "Move to the first row."),
    Command("bottom", ("G", "end"), "bottom", "Move to the last row."),
)
