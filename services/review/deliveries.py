"""What the names of delivered objects show: where objects are missing, and up to when all is there."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise

_NAMED = re.compile(r"_CloudTrail_[\w-]+_(\d{8}T\d{4})Z_")

ENOUGH = 12
"""Deliveries from which one can tell how far apart they usually are."""

LEAST = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
RECENT = timedelta(days=1)
USUAL = 0.9
TIMES = 6


def delivered_at(key: str) -> datetime | None:
    """When the object of that key was delivered, to the minute; None where its name does not say."""
    found = _NAMED.search(key)
    if not found:
        return None
    try:
        return datetime.strptime(found[1], "%Y%m%dT%H%M").replace(tzinfo=UTC)
    except ValueError:
        return None


@dataclass(slots=True)
class Deliveries:
    """When one Region's objects were delivered."""

    times: set[datetime] = field(default_factory=set)

    def add(self, key: str) -> None:
        if when := delivered_at(key):
            self.times.add(when)

    def holes(self, since: datetime, until: datetime) -> list[tuple[datetime, datetime]]:
        """The spans between *since* and *until* without an object where there should be some.

        A hole is an hour or more, and several times what is usual between two of this Region's deliveries:
        where calls are rare, so are objects.
        """
        times = sorted(self.times)
        if len(times) < ENOUGH:
            return []
        limit = max(LEAST, self._usual() * TIMES)
        edges = [since, *(time for time in times if since <= time <= until), until]
        return [(earlier, later) for earlier, later in pairwise(edges) if later - earlier > limit]

    @property
    def steady(self) -> bool:
        """Whether there are usually several an hour."""
        return len(self.times) >= ENOUGH and self._usual() <= LEAST

    def _usual(self) -> timedelta:
        """How far apart nine in ten of them are at most."""
        times = sorted(self.times)
        apart = sorted(later - earlier for earlier, later in pairwise(times))
        return apart[int(len(apart) * USUAL)]


@dataclass(slots=True)
class Ledger:
    """What trails delivered, by what is in their buckets: up to when all of it is there."""

    regions: dict[tuple[str, str], Deliveries] = field(default_factory=dict)
    """By source and Region."""
    _lags: dict[str, list[tuple[datetime, timedelta]]] = field(default_factory=dict)

    def object(self, source: str, key: str, oldest: datetime | None) -> None:
        """Note an object, and the oldest event seen in it."""
        when = delivered_at(key)
        if when is not None and oldest is not None:
            # Keys have whole minutes, cut.
            self._lags.setdefault(source, []).append((when, max(when + MINUTE - oldest, timedelta())))

    def until(
        self, sources: Collection[str], latest: datetime | None = None, only: str | None = None
    ) -> datetime | None:
        """Up to when all has come by *sources*, as far as deliveries show; None where there are none.

        *latest* is the last delivery that the trail's own status has; *only* is the one Region it records.
        """
        found = {
            region: each
            for (source, region), each in self.regions.items()
            if source in sources and each.times and only in (None, region)
        }
        lags = [each for source in sources for each in self._lags.get(source, ())]
        newest = {region: max(each.times) for region, each in found.items()}
        if not newest or not lags:
            return None
        shown = max(*newest.values(), latest or min(newest.values()))
        # A Region that is seldom used tells nothing; one that is used all the time tells how far it is.
        reached = [
            newest[region]
            for region, each in found.items()
            if each.steady and shown - newest[region] <= LEAST
        ]
        recent = [lag for when, lag in lags if when >= shown - RECENT]
        late = recent or [lag for _, lag in lags]
        return min(reached, default=shown) - max(late)
