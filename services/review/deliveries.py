"""What the names of delivered objects show: where objects are missing, and up to when all is there."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise

_NAMED = re.compile(r"_CloudTrail_[\w-]+_(\d{8}T\d{4})Z_")

ENOUGH = 12
"""Deliveries from which one can tell how far apart they usually are."""

LEAST = timedelta(hours=1)
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
        apart = sorted(later - earlier for earlier, later in pairwise(times))
        limit = max(LEAST, apart[int(len(apart) * USUAL)] * TIMES)
        edges = [since, *(time for time in times if since <= time <= until), until]
        return [(earlier, later) for earlier, later in pairwise(edges) if later - earlier > limit]
