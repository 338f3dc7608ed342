"""What is usual for this user, so that what is not can be told from it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.base import clock, sizes
from services.review.actions import base_name
from services.review.newcomers import address, newcomers
from services.review.record import Event
from services.review.words import calls, moment

MANY = 8
"""So many addresses, most of them for less than a day, change all the time: a new one tells nothing."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """What was seen before *since*, from when on something may be unusual.

    *since* is None where all is too close together to tell, and *calls* is 0 where nothing was before it.
    *suspected* tells whether the responder named *since*.
    """

    since: datetime | None = None
    suspected: bool = False
    first: datetime | None = None
    calls: int = 0
    names: frozenset[str] = frozenset()
    """Calls seen before it that passed."""
    addresses: frozenset[str] = frozenset()
    rotating: bool = False
    """Whether the user's addresses change all the time."""

    @property
    def there(self) -> bool:
        """Whether there is anything to measure what is unusual against."""
        return self.since is not None and self.calls > 0

    def usual(self, events: Sequence[Event]) -> bool:
        """Whether calls like these were made before, and these from where this user is known to be."""
        return self.there and all(
            self.knows(event.name) and self.from_known_address(event) for event in events
        )

    def knows(self, event_name: str) -> bool:
        """Whether such a call was made before."""
        return base_name(event_name) in self.names

    def from_known_address(self, event: Event) -> bool:
        if not self.there:
            return False
        where = address(event)
        return self.rotating or not where or where in self.addresses

    @property
    def words(self) -> str:
        """One sentence that says what findings were weighed against, or that there was nothing."""
        if self.since is None:
            return (
                "No baseline: there are no records of this user over more than an hour, so a finding does "
                "not tell what is unusual for it."
            )
        until = moment(self.since)
        if not self.calls:
            return (
                f"No baseline: there is no record of this user before {until}, so a finding does not tell "
                "what is unusual for it."
            )
        kinds = sizes.count(len(self.names), "kind")
        places = sizes.count(len(self.addresses), "address", "addresses")
        since = f"since {moment(self.first)}, " if self.first else ""
        why = "the suspected moment" if self.suspected else "a tenth into the records"
        return f"Baseline: {calls(self.calls)} of {kinds} from {places}, {since}before {until} ({why})."

    def as_json(self) -> dict[str, object]:
        return {
            "from": clock.rfc3339(self.first) if self.first and self.calls else None,
            "to": clock.rfc3339(self.since) if self.since else None,
            "calls": self.calls,
            "names": sorted(self.names),
            "addresses": sorted(self.addresses),
            "suspected": self.suspected,
            "words": self.words,
        }


def baseline(events: Sequence[Event], suspected: datetime | None) -> Baseline:
    """Of all the user's *events*, in order of time."""
    places = newcomers(events, address, suspected)
    if places.since is None:
        return Baseline()
    names = newcomers(events, lambda event: base_name(event.name) if event.let_in else None, suspected)
    return Baseline(
        since=places.since,
        suspected=suspected is not None,
        first=events[0].time if events else None,
        calls=sum(event.time < places.since for event in events),
        names=frozenset(names.known),
        addresses=frozenset(places.known),
        rotating=rotates(places.known.values()),
    )


def rotates(groups: Iterable[Sequence[Event]]) -> bool:
    """Whether *groups*, each the events of one address, are of addresses that change all the time."""
    spans = [group[-1].time - group[0].time for group in groups]
    brief = sum(span < timedelta(days=1) for span in spans)
    return len(spans) >= MANY and brief >= 0.8 * len(spans)
