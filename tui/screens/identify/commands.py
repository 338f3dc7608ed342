"""What can be done while a leaked key is identified."""

from __future__ import annotations

from tui.commands.command import Command, needs_key
from tui.commands.everywhere import RESPOND
from tui.commands.table import dialog

IDENTIFY = dialog(
    "identify",
    Command(
        "open_found",
        ("enter",),
        "open",
        "Close this and select the key in the inventory.",
        rank=10,
        blocked=needs_key,
    ),
    Command("again", ("n",), "another", "Discard this one and paste another key.", rank=30),
    RESPOND,
)
