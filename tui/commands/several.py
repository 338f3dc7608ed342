"""What can be done on several features' screens."""

from __future__ import annotations

from tui.commands.command import Command

POINT = (
    Command(
        "point_left",
        ("left", "h"),
        "cursor",
        "Read the graph's values one by one, from the newest back.",
    ),
    Command("point_right", ("right", "l"), "cursor right", "Read the next newer value of the graph."),
)
"""Of a screen with a graph."""

MARK = Command("mark", ("space",), "mark", "Mark or unmark the selected row.", rank=35)

CLOSE_CASE = Command(
    "close_case", ("C",), "close case", "Close the case, after listing what is still open.", rank=79
)
