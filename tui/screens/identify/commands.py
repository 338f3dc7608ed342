"""What can be done while a leaked key is identified."""

from __future__ import annotations

from tui.commands.command import Command
from tui.commands.everywhere import RESPOND
from tui.commands.table import dialog

IDENTIFY = dialog(
    "identify",
    Command(
        "open_found",
        ("enter",),
        "open",
        "Close this and open the key's own screen; of an access key, its runbook.",
        rank=10,
    ),
    Command("next_handed", ("tab",), "next key", "Show the next key of those found in the text."),
    Command("again", ("i",), "another", "Discard this one and paste another key.", rank=30),
    RESPOND,
)
