"""How counts, moments and lists are said."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from services.base.text import clean
from services.review.record import Event

NAMED = 10
"""So many of a kind are named; what is beyond is counted."""


def moment(when: datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M:%S}"


def calls(count: int) -> str:
    return f"{count:,} call" if count == 1 else f"{count:,} calls"


def times(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times"


def short(text: str) -> str:
    return clean(text, limit=80)


def listed(names: Iterable[str]) -> str:
    known = list(names)
    more = f" and {len(known) - NAMED} more" if len(known) > NAMED else ""
    return ", ".join(short(name) for name in known[:NAMED]) + more


def tally(group: Sequence[Event]) -> str:
    """How many calls, how many of them refused, and from when to when."""
    refused = sum(event.refused for event in group)
    said = "" if not refused else (", all denied" if refused == len(group) else f", {refused:,} denied")
    if len(group) == 1:
        return f"1 call{said}, {moment(group[0].time)}"
    return f"{calls(len(group))}{said}, {moment(group[0].time)} to {moment(group[-1].time)}"
