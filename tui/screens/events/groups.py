"""Events counted by one of their sides: address, agent, Region, resource or error, how often and when."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.review.record import Event

NONE = "(none)"
"""What stands for a side that a record does not have."""


@dataclass(frozen=True, slots=True)
class Side:
    """What events are grouped by; one event may be in several groups of *of*, and is in one at least."""

    name: str
    title: str
    of: Callable[[Event], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Group:
    """*new* where its first event came after the suspected moment."""

    value: str
    count: int
    refused: int
    first: datetime
    last: datetime
    new: bool = False


SIDES = {
    side.name: side
    for side in (
        Side("address", "FROM", lambda event: (event.source_ip or NONE,)),
        Side("agent", "AGENT", lambda event: (event.user_agent or NONE,)),
        Side("region", "REGION", lambda event: (event.region or NONE,)),
        Side("resource", "RESOURCE", lambda event: _resources(event) or (NONE,)),
        Side("error", "RESULT", lambda event: (event.error or "ok",)),
    )
}


def grouped(events: Sequence[Event], side: Side, suspected: datetime | None = None) -> list[Group]:
    """The groups with the most events first."""
    members: dict[str, list[Event]] = {}
    for event in events:
        for value in side.of(event):
            members.setdefault(value, []).append(event)
    found = [_group(value, among, suspected) for value, among in members.items()]
    return sorted(found, key=lambda group: (-group.count, group.value))


def _group(value: str, among: Sequence[Event], suspected: datetime | None) -> Group:
    first = min(event.time for event in among)
    return Group(
        value,
        len(among),
        sum(event.refused for event in among),
        first,
        max(event.time for event in among),
        suspected is not None and first >= suspected,
    )


def _resources(event: Event) -> tuple[str, ...]:
    named = (event.log_group,) if event.log_group else event.resources
    return tuple(dict.fromkeys(name for name in named if name))
