"""Commands of the review's events."""

from __future__ import annotations

from tui.commands.command import Command

COMMANDS = (
    Command(
        "record",
        ("enter",),
        "open",
        "Show the full CloudTrail record; for a group, its events.",
        ("events",),
        rank=10,
    ),
    Command(
        "filter_events",
        ("slash",),
        "filter",
        "Filter the events by call, address, agent, resource or error.",
        ("events",),
        rank=12,
    ),
    Command(
        "findings",
        ("f",),
        "findings",
        "Show all findings, coverage and what could not be read.",
        ("events",),
        rank=14,
    ),
    *(
        Command(
            f"by_{side}",
            (key,),
            f"by {side}",
            f"Group the events by {what}. Press again to ungroup.",
            ("events",),
            rank=30 + at,
        )
        for at, (side, key, what) in enumerate(
            (
                ("address", "a", "source address"),
                ("agent", "u", "user agent"),
                ("region", "w", "Region"),
                ("resource", "o", "resource"),
                ("error", "x", "result"),
            )
        )
    ),
    Command(
        "suspect",
        ("m",),
        "mark",
        "Mark this event as the suspected time of compromise: what was first seen from then on "
        "is new. Press again to remove the mark.",
        ("events",),
        rank=40,
    ),
    Command(
        "export",
        ("E",),
        "export",
        "Save the records shown to the case, as JSON lines with their SHA-256.",
        ("events",),
        rank=42,
    ),
    Command("stop", ("s",), "stop", "Stop reading and keep what was found.", ("events",), rank=80),
)
