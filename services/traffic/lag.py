"""Up to when all points are there: CloudWatch publishes late, and AWS does not document how late."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

LATE = timedelta(minutes=5)
"""What is taken for the lag until one was seen."""
TIMES_OVER = 3
"""How often the lag must have passed until a missing point is taken for no bytes."""


@dataclass(slots=True)
class Lags:
    """How late points came, by Region, as far as that was seen."""

    _newest: dict[str, datetime] = field(default_factory=dict)
    _longest: dict[str, timedelta] = field(default_factory=dict)

    def saw(self, region: str, ends: Iterable[datetime], now: datetime) -> None:
        """*ends*: of the newest periods with a point; one that was not there before shows the lag."""
        newest = max(ends, default=None)
        if newest is None:
            return
        before = self._newest.get(region)
        if before is not None and newest > before:
            self._longest[region] = max(self._longest.get(region, timedelta()), now - newest)
        self._newest[region] = max(newest, before or newest)

    def seen(self) -> dict[str, timedelta]:
        """The longest of each Region where one was seen."""
        return dict(self._longest)

    def arrived(self, region: str, period: timedelta, now: datetime) -> datetime:
        """As `arrived_until`, by what was seen in *region*."""
        return arrived_until(period, now, self._newest.get(region), self._longest.get(region))


def arrived_until(
    period: timedelta, now: datetime, newest: datetime | None = None, lag: timedelta | None = None
) -> datetime:
    """Up to here a missing point is no bytes, not a late one.

    *newest* is the end of the newest period of any log group of the Region, *lag* the longest that was seen.
    """
    by_lag = now - settles_in(period, lag)
    # Not every group's points come with the same call: one period is left for that.
    return max(by_lag, newest - period) if newest else by_lag


def settles_in(period: timedelta, lag: timedelta | None = None) -> timedelta:
    """How long after its end a period is known for sure; a period finer than AWS's own comes sooner."""
    assumed = LATE if period >= timedelta(minutes=1) else 5 * period
    return TIMES_OVER * max(assumed if lag is None else lag, period)
