"""What can be done on several features' screens."""

from __future__ import annotations

from tui.commands.command import Command

MARK = Command("mark", ("space",), "mark", "Mark the chosen row, or take its mark away.", rank=35)

CLOSE_CASE = Command(
    "close_case", ("C",), "close case", "Close the case, once it was said what is still open.", rank=79
)
