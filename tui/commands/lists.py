"""What can be done in whatever has more lines than fit."""

from __future__ import annotations

from tui.commands.command import Command
from tui.commands.table import listing

LIST = listing(
    "list",
    Command("down", ("j", "down"), "down", "Move to the next row."),
    Command("up", ("k", "up"), "up", "Move to the previous row."),
    Command("page_down", ("pagedown", "ctrl+f"), "page down", "Move down one page."),
    Command("page_up", ("pageup", "ctrl+b"), "page up", "Move up one page."),
    Command("half_down", ("ctrl+d",), "half down", "Move down half a page."),
    Command("half_up", ("ctrl+u",), "half up", "Move up half a page."),
    Command("top", ("g", "home"), "top", "Move to the first row."),
    Command("bottom", ("G", "end"), "bottom", "Move to the last row."),
)
