"""What is new among the events: an address, an agent or a credential that was not seen before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TypeVar

from services.review.record import Event

K = TypeVar("K")

_AWS = (".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu", ".amazon.com", ".aws.internal", ".api.aws")
_NO_ADDRESS = frozenset({"AWS Internal", "AWS Internal/Batch", "HIDDEN_DUE_TO_SECURITY_REASONS"})


@dataclass(frozen=True, slots=True)
class Newcomers:
    """The groups first seen from *since* on, and the others; without a *since* none is new."""

    since: datetime | None
    new: Mapping[str, list[Event]]
    known: Mapping[str, list[Event]]


def newcomers(
    events: Sequence[Event], key: Callable[[Event], str | None], suspected: datetime | None
) -> Newcomers:
    """Group *events* (in order of time) by *key*, and tell those first seen after the *suspected* moment.

    Where nobody named one, it is a tenth into the events: by then what is usual has shown itself.
    """
    groups = grouped([event for event in events if event.let_in or event.refused], key)
    since = suspected.replace(microsecond=0) if suspected else _settled(events)
    new = {name: group for name, group in groups.items() if since and group[0].time >= since}
    return Newcomers(since, new, {name: group for name, group in groups.items() if name not in new})


def grouped(events: Iterable[Event], key: Callable[[Event], K | None]) -> dict[K, list[Event]]:
    """Groups in order of their first event; events with nothing to go by are left out."""
    groups: dict[K, list[Event]] = {}
    for event in events:
        if name := key(event):
            groups.setdefault(name, []).append(event)
    return groups


def address(event: Event) -> str:
    """Where the call came from; nothing where AWS's own services made it for the user."""
    return _place(event.source_ip)


@lru_cache(8192)
def _place(source: str) -> str:
    return "" if source.endswith(_AWS) or source in _NO_ADDRESS else source


def _settled(events: Sequence[Event]) -> datetime | None:
    """None where all is within an hour: too short for anything to be usual."""
    if not events or events[-1].time - events[0].time < timedelta(hours=1):
        return None
    return (events[0].time + (events[-1].time - events[0].time) / 10).replace(microsecond=0)
