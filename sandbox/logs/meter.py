"""What came into each log group, by the second: the source of the AWS/Logs metrics."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Literal, TypeAlias

from sandbox.account.world import ACCOUNT

Metric: TypeAlias = Literal["IncomingBytes", "IncomingLogEvents"]
Totals: TypeAlias = tuple[int, int]
"""Bytes and events."""
Place: TypeAlias = tuple[str, str, str]

FINE = timedelta(hours=1)
KEPT = timedelta(days=15)
CROWDED = 12_000


class Meter:
    """Counts by account, Region and log group; `world.part(Meter)` finds it.

    Not locked: hold world.lock. The last hour is kept by the second and fifteen days by
    the minute, so a group never holds more than some 34,000 counts.
    """

    def __init__(self) -> None:
        self._groups: dict[Place, dict[int, Totals]] = {}
        self._crowded: dict[Place, int] = {}

    def add(
        self,
        region: str,
        group: str,
        when: datetime,
        size: int,
        events: int = 1,
        *,
        account: str = ACCOUNT,
    ) -> None:
        """Count *size* bytes in *events* events that came at *when*, which may be long ago."""
        place = (account, region, group)
        counts = self._groups.setdefault(place, {})
        second = int(when.timestamp())
        bytes_before, events_before = counts.get(second, (0, 0))
        counts[second] = (bytes_before + size, events_before + events)
        if len(counts) > self._crowded.get(place, CROWDED):
            self._groups[place] = thinned = _thinned(counts)
            self._crowded[place] = len(thinned) + CROWDED

    def past(self, region: str, group: str, counts: Mapping[int, Totals], account: str = ACCOUNT) -> None:
        """Put down what came long before anything that is counted so far, by epoch second."""
        known = self._groups.setdefault((account, region, group), {})
        known.update(counts)
        self._crowded[account, region, group] = len(known) + CROWDED

    def groups(self, region: str, account: str = ACCOUNT) -> list[str]:
        """The log groups of a Region that something ever came into."""
        return sorted(group for *at, group in self._groups if at == [account, region])

    def sums(
        self,
        region: str,
        group: str,
        metric: Metric,
        start: datetime,
        end: datetime,
        period: int,
        account: str = ACCOUNT,
    ) -> dict[datetime, float]:
        """Sum by period, oldest first; a period in which nothing came has no entry.

        Periods are aligned to the epoch; the first is the one *start* falls in.
        """
        column = 0 if metric == "IncomingBytes" else 1
        first = int(start.timestamp()) // period * period
        last = end.timestamp()
        found: dict[int, int] = {}
        counts = self._groups.get((account, region, group), {})
        beyond = int(last) // period * period + 2 * period
        seconds: Iterable[int] = range(first, beyond) if beyond - first < len(counts) else counts
        for second in seconds:
            bucket = second // period * period
            if second in counts and first <= bucket < last:
                found[bucket] = found.get(bucket, 0) + counts[second][column]
        return {datetime.fromtimestamp(bucket, UTC): float(found[bucket]) for bucket in sorted(found)}


def _thinned(counts: dict[int, Totals]) -> dict[int, Totals]:
    newest = max(counts)
    kept: dict[int, Totals] = {}
    for second, totals in _recent(counts, newest):
        at = second if newest - second < FINE.total_seconds() else second // 60 * 60
        before = kept.get(at, (0, 0))
        kept[at] = (before[0] + totals[0], before[1] + totals[1])
    return kept


def _recent(counts: dict[int, Totals], newest: int) -> Iterator[tuple[int, Totals]]:
    return ((second, totals) for second, totals in counts.items() if newest - second < KEPT.total_seconds())
