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
        "Show the whole record, as CloudTrail wrote it; of a group, its events.",
        rank=10,
    ),
    Command(
        "filter_events",
        ("slash",),
        "filter",
        "Show only some events: words of the call, address, agent, resource or error.",
        rank=12,
    ),
    Command("findings", ("f",), "findings", "Show all findings, coverage and what was unreadable.", rank=14),
    *(
        Command(
            f"by_{side}",
            (key,),
            f"by {side}",
            f"Count the events by {what}; once more shows the events again.",
            rank=30 + at,
        )
        for at, (side, key, what) in enumerate(
            (
                ("address", "a", "the address they came from"),
                ("agent", "u", "the user agent that sent them"),
                ("region", "w", "the Region they went to"),
                ("resource", "o", "what they were done to"),
                ("error", "x", "how they ended"),
            )
        )
    ),
    Command(
        "suspect",
        ("m",),
        "mark",
        "Mark this event as when the key came into wrong hands: what was first seen from then on is new. "
        "Once more takes the mark away.",
        rank=40,
    ),
    Command(
        "export",
        ("E",),
        "export",
        "Keep the records that are shown in the case, as JSON lines with their SHA-256.",
        rank=42,
    ),
    Command("stop", ("s",), "stop", "Stop reading and keep what was found.", rank=80),
    lacks=("events",),
)

RECORD = screen("record")
