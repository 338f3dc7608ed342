"""Commands of the review's events."""

from __future__ import annotations

from tui.command import Command

COMMANDS = (
    Command(
        "record", ("enter",), "record", "Show the whole record, as CloudTrail wrote it.", ("events",), rank=10
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
    Command("stop", ("s",), "stop", "Stop reading and keep what was found.", ("events",), rank=80),
)
