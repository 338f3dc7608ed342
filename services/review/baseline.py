"""What is usual for this user, so that what is not can be told from it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.review.actions import base_name
from services.review.facts import Facts
from services.review.newcomers import address, newcomers
from services.review.record import Event

MANY = 8
"""So many addresses, most of them for less than a day, change all the time: a new one tells nothing."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """*since* is when the unusual may begin, None where there is too little before it to be usual."""

    since: datetime | None
    names: frozenset[str]
    """Calls seen before it."""
    addresses: frozenset[str]
    rotating: bool
    """Whether the user's addresses change all the time."""

    def usual(self, events: Sequence[Event]) -> bool:
        """Whether calls like these were made before, and these from where this user is known to be."""
        if self.since is None:
            return False
        return all(base_name(event.name) in self.names and self.from_known_address(event) for event in events)

    def from_known_address(self, event: Event) -> bool:
        if self.since is None:
            return False
        where = address(event)
        return self.rotating or not where or where in self.addresses


def baseline(facts: Facts) -> Baseline:
    every = sorted((*facts.use, *facts.other), key=lambda event: event.time)
    places = newcomers(every, address, facts.marks.suspected)
    calls = newcomers(
        every, lambda event: base_name(event.name) if event.let_in else None, facts.marks.suspected
    )
    return Baseline(
        places.since, frozenset(calls.known), frozenset(places.known), rotates(places.known.values())
    )


def rotates(groups: Iterable[Sequence[Event]]) -> bool:
    """Whether *groups*, each the events of one address, are of addresses that change all the time."""
    spans = [group[-1].time - group[0].time for group in groups]
    brief = sum(span < timedelta(days=1) for span in spans)
    return len(spans) >= MANY and brief >= 0.8 * len(spans)
