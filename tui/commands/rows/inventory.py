"""Commands of the inventory and of identify, which leads into it."""

from __future__ import annotations

from tui.commands.command import Command, needs_key

COMMANDS = (
    Command(
        "open",
        ("enter",),
        "open",
        "Show all that is known of the chosen key and of its user, each part with its way on.",
        ("inventory",),
        rank=10,
        blocked=needs_key,
    ),
    Command(
        "filter",
        ("slash",),
        "filter",
        "Show only some rows: plain words, or user: service: status: risk: id: age>90.",
        ("inventory",),
        rank=75,
    ),
    Command(
        "sort",
        ("s",),
        "sort",
        "Sort by the next column: worry, key, user, service, status, age, expiry.",
        ("inventory",),
        rank=76,
    ),
    Command(
        "mark",
        ("space",),
        "mark",
        "Mark the chosen row, or take its mark away.",
        ("inventory", "groups"),
        rank=35,
    ),
    Command("mark_all", ("asterisk",), "mark all", "Mark all keys shown, or none of them.", ("inventory",)),
    Command(
        "deactivate_marked",
        ("D",),
        "deactivate",
        "Deactivate all marked keys, after one confirmation that lists them; each gets its own case.",
        ("inventory",),
        rank=64,
    ),
    Command(
        "group",
        ("u",),
        "by user",
        "Let the keys of a user stand together; again to end that.",
        ("inventory",),
    ),
    Command("reverse", ("S",), "reverse", "Turn the order of the rows round.", ("inventory",)),
    Command(
        "follow",
        ("enter",),
        "go there",
        "Open the screen where the chosen row is dealt with.",
        ("key",),
        rank=10,
    ),
    Command(
        "open_found",
        ("enter",),
        "open",
        "Close this and choose the key in the inventory.",
        ("identify",),
        rank=10,
        blocked=needs_key,
    ),
    Command("again", ("n",), "another", "Forget this one and paste another key.", ("identify",), rank=30),
)
