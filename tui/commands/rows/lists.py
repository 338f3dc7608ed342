"""Commands of whatever has more lines than fit."""

from __future__ import annotations

from tui.commands.command import Command

COMMANDS = (
    Command("down", ("j", "down"), "down", "Move to the next row.", ("list",)),
    Command("up", ("k", "up"), "up", "Move to the previous row.", ("list",)),
    Command("page_down", ("pagedown", "ctrl+f"), "page down", "Move down one page.", ("list",)),
    Command("page_up", ("pageup", "ctrl+b"), "page up", "Move up one page.", ("list",)),
    Command("top", ("g", "home"), "top", "Move to the first row.", ("list",)),
    Command("bottom", ("G", "end"), "bottom", "Move to the last row.", ("list",)),
)
