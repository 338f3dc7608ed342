"""What can be done with the rotation of one key."""

from __future__ import annotations

from tui.commands.command import Command, needs_leave
from tui.commands.several import POINT
from tui.commands.table import screen

ROTATION = screen(
    "rotation",
    Command(
        "next_stage",
        ("enter",),
        "continue",
        "Take the rotation's next stage, after one confirmation.",
        rank=10,
        blocked=needs_leave,
    ),
    Command(
        "back_again",
        ("b",),
        "reactivate old",
        "Make the old key Active again, at once.",
        rank=11,
        blocked=needs_leave,
    ),
    Command(
        "rotation_options",
        ("x",),
        "choices",
        "Where the new secret goes, and when the new key expires.",
        rank=12,
    ),
    Command(
        "end_rotation",
        ("u",),
        "undo",
        "Undo the whole rotation: the new key is deleted.",
        rank=13,
        blocked=needs_leave,
    ),
    Command(
        "delete_anyway",
        ("o",),
        "delete anyway",
        "Delete the old key before it is certain that nothing still uses it; your reason is journaled.",
        blocked=needs_leave,
    ),
    Command("next_graph", ("tab",), "next group", "Show the next log group's IncomingBytes."),
    *POINT,
    lacks=("rotate",),
)
