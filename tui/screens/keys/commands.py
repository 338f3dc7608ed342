"""What can be done with the keys of an account, and with one of them."""

from __future__ import annotations

from tui.commands.command import Command, needs_key
from tui.commands.several import MARK
from tui.commands.table import screen

INVENTORY = screen(
    "inventory",
    Command(
        "open",
        ("enter",),
        "open",
        "Show all that is known of the chosen key and of its user, each part with its way on.",
        rank=10,
        blocked=needs_key,
    ),
    Command(
        "filter",
        ("slash",),
        "filter",
        "Show only some rows: plain words, or user: service: status: risk: id: age>90.",
        rank=75,
    ),
    Command(
        "sort",
        ("s",),
        "sort",
        "Sort by the next column: worry, key, user, service, status, age, expiry.",
        rank=76,
    ),
    MARK,
    Command("mark_all", ("asterisk",), "mark all", "Mark all keys shown, or none of them."),
    Command(
        "deactivate_marked",
        ("D",),
        "deactivate",
        "Deactivate all marked keys, after one confirmation that lists them; each gets its own case.",
        rank=64,
    ),
    Command("group", ("u",), "by user", "Let the keys of a user stand together; again to end that."),
    Command("reverse", ("S",), "reverse", "Turn the order of the rows round."),
)

KEY = screen(
    "key",
    Command("follow", ("enter",), "go there", "Open the screen where the chosen row is dealt with.", rank=10),
)

POLICY_DOCUMENT = screen("policy_document")
