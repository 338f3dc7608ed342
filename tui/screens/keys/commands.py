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
        "Show everything known about the selected key and its user, and where to go next.",
        rank=10,
        blocked=needs_key,
    ),
    Command(
        "filter",
        ("slash",),
        "filter",
        "Filter the rows: plain words, or user: service: status: risk: id: age>90.",
        rank=75,
    ),
    Command(
        "sort",
        ("s",),
        "sort",
        "Sort by the next column: risk, key, user, service, status, age, expiry.",
        rank=76,
    ),
    MARK,
    Command("mark_all", ("asterisk",), "mark all", "Mark or unmark all keys shown."),
    Command(
        "deactivate_marked",
        ("D",),
        "deactivate",
        "Deactivate all marked keys, after one confirmation that lists them; each gets its own case.",
        rank=64,
    ),
    Command("group", ("1",), "by user", "Group keys by user. Press again to ungroup."),
    Command("reverse", ("S",), "reverse", "Reverse the sort order."),
    lacks=("search",),
)

KEY = screen(
    "key",
    Command("follow", ("enter",), "go there", "Open the screen for the selected row.", rank=10),
)

ORGANIZATION = screen(
    "organization",
    Command(
        "go_to_account",
        ("enter",),
        "go there",
        "Work in the account of the selected row, and open its key there.",
        rank=10,
    ),
    Command("sort_accounts", ("s",), "sort", "Sort by the next column.", rank=16),
    # These would look for the key in the account that is signed in to.
    lacks=("respond", "events", "rotate", "organization"),
)

POLICY_DOCUMENT = screen("policy_document")
