"""What can be done on several features' screens."""

from __future__ import annotations

from tui.commands.command import Command

MARK = Command("mark", ("space",), "mark", "Mark or unmark the selected row.", rank=35)

CLOSE_CASE = Command(
    "close_case", ("C",), "close case", "Close the case, after listing what is still open.", rank=79
)
