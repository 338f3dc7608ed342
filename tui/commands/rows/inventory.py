"""Commands of the inventory and of identify, which leads into it."""

from __future__ import annotations

from tui.commands.command import Command, needs_key

COMMANDS = (
    Command(
        "open",
        ("enter",),
        "open",
        "Show everything known about the selected key and its user, and where to go next.",
        ("inventory",),
        rank=10,
        blocked=needs_key,
    ),
    Command(
        "filter",
        ("slash",),
        "filter",
        "Filter the rows: plain words, or user: service: status: risk: id: age>90.",
        ("inventory",),
        rank=75,
    ),
    Command(
        "sort",
        ("s",),
        "sort",
        "Sort by the next column: risk, key, user, service, status, age, expiry.",
        ("inventory",),
        rank=76,
    ),
    Command(
        "mark",
        ("space",),
        "mark",
        "Mark or unmark the selected row.",
        ("inventory", "groups"),
        rank=35,
    ),
    Command("mark_all", ("asterisk",), "mark all", "Mark or unmark all keys shown.", ("inventory",)),
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
        "Group keys by user. Press again to ungroup.",
        ("inventory",),
    ),
    Command("reverse", ("S",), "reverse", "Reverse the sort order.", ("inventory",)),
    Command(
        "follow",
        ("enter",),
        "go there",
        "Open the screen for the selected row.",
        ("key",),
        rank=10,
    ),
    Command(
        "open_found",
        ("enter",),
        "open",
        "Close this and select the key in the inventory.",
        ("identify",),
        rank=10,
        blocked=needs_key,
    ),
    Command("again", ("n",), "another", "Discard this one and paste another key.", ("identify",), rank=30),
)
