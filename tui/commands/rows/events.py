"""Commands of the review's events."""

from __future__ import annotations

from tui.commands.command import Command

COMMANDS = (
    Command(
        "record",
        ("enter",),
        "open",
        "Show the whole record, as CloudTrail wrote it; of a group, its events.",
        ("events",),
        rank=10,
    ),
    Command(
        "filter_events",
        ("slash",),
        "filter",
        "Show only some events: words of the call, address, agent, resource or error.",
        ("events",),
        rank=12,
    ),
    Command(
        "findings",
        ("f",),
        "findings",
        "Show all findings, coverage and what was unreadable.",
        ("events",),
        rank=14,
    ),
    *(
        Command(
            f"by_{side}",
            (key,),
            f"by {side}",
            f"Count the events by {what}; once more shows the events again.",
            ("events",),
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
        ("events",),
        rank=40,
    ),
    Command(
        "export",
        ("E",),
        "export",
        "Keep the records that are shown in the case, as JSON lines with their SHA-256.",
        ("events",),
        rank=42,
    ),
    Command("stop", ("s",), "stop", "Stop reading and keep what was found.", ("events",), rank=80),
)
