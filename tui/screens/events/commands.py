"""What can be done with the events of a review."""

from __future__ import annotations

from tui.commands.command import Command
from tui.commands.table import screen

EVENTS = screen(
    "events",
    Command(
        "record",
        ("enter",),
        "open",
        "Show the full CloudTrail record; for a group, its events.",
        rank=10,
    ),
    Command(
        "filter_events",
        ("slash",),
        "filter",
        "Filter the events by call, address, agent, resource or error.",
        rank=12,
    ),
    Command(
        "findings", ("f",), "findings", "Show all findings, coverage and what could not be read.", rank=14
    ),
    Command(
        "whole_head",
        ("v",),
        "more or less",
        "Show all that is said of the review, or its coverage and verdict in three lines.",
        rank=43,
    ),
    *(
        Command(
            f"by_{side}",
            (f"{at}",),
            f"by {side}",
            f"Group the events by {what}. Press again to ungroup.",
            rank=29 + at,
        )
        for at, (side, what) in enumerate(
            (
                ("address", "source address"),
                ("agent", "user agent"),
                ("region", "Region"),
                ("resource", "resource"),
                ("error", "result"),
            ),
            1,
        )
    ),
    Command(
        "suspect",
        ("m",),
        "mark",
        "Mark this event as the suspected time of compromise: what was first seen from then on "
        "is new. Press again to remove the mark.",
        rank=40,
    ),
    Command(
        "export",
        ("E",),
        "export",
        "Save the records shown to the case, as JSON lines with their SHA-256.",
        rank=42,
    ),
    Command("stop", ("Q",), "stop", "Stop reading and keep what was found.", rank=80),
    lacks=("events", "search"),
)

RECORD = screen("record")
