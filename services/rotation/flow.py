"""Bytes into one log group since a deactivation, against the same hours a day before and the hours before it.

No traffic is a missing point, not a zero, and points are late: nothing is told surer than that allows.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from services.base import clock
from services.base.spans import spoken
from services.rotation.use import LAG
from services.traffic.lag import arrived_until, settles_in
from services.traffic.series import Point, fitting_period, floor

WATCH_FOR = timedelta(minutes=30)
"""For how long bytes must have come as before until that is sure."""

ENOUGH = 0.8
"""Of what came before: less is told as less."""

_DAY = timedelta(days=1)
_HABIT = timedelta(hours=3)
"""How far before the deactivation is looked for the pauses that a flow makes of itself."""


class Kind(StrEnum):
    """How the flow is since, the worst first."""

    GONE = "gone"
    LESS = "less"
    UNREAD = "unread"
    EARLY = "early"
    AS_BEFORE = "as before"
    NOTHING = "nothing to compare"


@dataclass(frozen=True, slots=True)
class Stretches:
    """What is to be read: [begin, end) since the deactivation, and what it is held against."""

    period: timedelta
    after: tuple[datetime, datetime]
    before: tuple[datetime, datetime]
    day: tuple[datetime, datetime]
    days: int
    """By how many days *day* lies before *after*: as many as it takes to lie before the deactivation."""

    @classmethod
    def of(cls, deactivated: datetime, now: datetime) -> Stretches:
        longest = min(now - deactivated, _DAY)
        seconds = fitting_period(max(longest, WATCH_FOR), now - deactivated + 2 * _DAY, 60)
        period = timedelta(seconds=seconds)
        end, begun = floor(now, seconds), floor(deactivated, seconds)
        start = min(max(floor(deactivated + LAG, seconds) + period, end - _DAY), end)
        days = max(1, math.ceil((end - begun) / _DAY))
        length = max(end - start, _HABIT)
        back = days * _DAY
        return cls(period, (start, end), (begun - length, begun), (start - back, end - back), days)


@dataclass(frozen=True, slots=True)
class GroupVerdict:
    """*of_day* and *of_before* are shares of what came then, None where nothing did.

    *carried* tells whether the group had any bytes before; *sure* that waiting longer would not change it.
    """

    log_group: str
    region: str
    kind: Kind
    words: str
    sure: bool = False
    of_day: float | None = None
    of_before: float | None = None
    newest: datetime | None = None
    carried: bool = False

    def as_json(self) -> dict[str, object]:
        return {
            "log_group": self.log_group,
            "region": self.region,
            "kind": self.kind.value,
            "sure": self.sure,
            "words": self.words,
            "of_day_before": self.of_day,
            "of_just_before": self.of_before,
            "newest": clock.rfc3339(self.newest) if self.newest else None,
        }


@dataclass(frozen=True, slots=True)
class Measured:
    """The points of one group in the three stretches."""

    log_group: str
    region: str
    after: Sequence[Point]
    before: Sequence[Point]
    day: Sequence[Point]

    @property
    def newest(self) -> datetime | None:
        """The start of the newest period since the deactivation that has a point."""
        return max((at for at, value in self.after if value is not None), default=None)

    def judge(
        self, stretches: Stretches, now: datetime, region_newest: datetime | None = None
    ) -> GroupVerdict:
        """*region_newest* is the newest point of all groups of the Region: all others had time to come."""
        return _Judge(self, stretches, now, region_newest).verdict()


class _Judge:
    def __init__(
        self, measured: Measured, stretches: Stretches, now: datetime, region_newest: datetime | None
    ) -> None:
        self.measured, self.now = measured, now
        self.period, self.days = stretches.period, stretches.days
        self.start, self.begun = stretches.after[0], stretches.before[1]
        self.newest = measured.newest
        others = region_newest + self.period if region_newest else None
        arrived = floor(arrived_until(self.period, now, others), int(self.period.total_seconds()))
        self.known = max(arrived, self.newest + self.period) if self.newest else arrived
        """Up to here a missing point is no bytes, not a late one."""

    def verdict(self) -> GroupVerdict:
        length = self.known - self.start
        if length < self.period:
            sure_at = self.start + 2 * self.period + settles_in(self.period)
            return self._told(
                Kind.EARLY, f"no data yet: {self._age()}; certain by {self._at(sure_at)} at the latest"
            )
        after = _sum(self.measured.after, self.start, self.known)
        back = self.days * _DAY
        day = _sum(self.measured.day, self.start - back, self.known - back)
        before = _sum(self.measured.before, self.begun - length, self.begun)
        last = max((at for at, value in self.measured.after if value), default=None)
        silent_since = last + self.period if last else self.start
        pause = 2 * max(self.period, self._longest_pause())
        if self._carried and self.known - silent_since >= pause:
            since = clock.spoken(silent_since, self.now) if last else "the deactivation"
            silence = spoken(self.known - silent_since)
            return self._told(Kind.GONE, f"gone since {since}: no bytes for {silence}", sure=True)
        if not after and self._carried:
            sure = self._at(silent_since + pause + settles_in(self.period))
            words = f"no data since; certain by {sure} at the latest ({self._age()})"
            return self._told(Kind.EARLY, words)
        of_day, of_before = (after / day if day else None), (after / before if before else None)
        shares = [share for share in (of_day, of_before) if share is not None]
        if not shares:
            came = "bytes come, but none" if after else "no bytes came, nor"
            return self._told(Kind.NOTHING, f"{came} at the same time before: nothing to compare with")
        return self._compared(min(shares), length, of_day, of_before)

    def _compared(
        self, share: float, length: timedelta, of_day: float | None, of_before: float | None
    ) -> GroupVerdict:
        ago = "a day" if self.days == 1 else f"{self.days} days"
        told = []
        if of_day is not None:
            told.append(f"{_percent(of_day)} of the same time {ago} before")
        if of_before is not None:
            told.append(f"{_percent(of_before)} of the {spoken(length)} just before")
        sure = length >= WATCH_FOR
        kind = Kind.AS_BEFORE if share >= ENOUGH else Kind.LESS
        words = f"{'as before' if kind is Kind.AS_BEFORE else 'less than before'}: {', '.join(told)}"
        if not sure:
            words += f"; certain from {self._at(self.start + WATCH_FOR + self.period)} on"
        return self._told(kind, words, sure=sure, of_day=of_day, of_before=of_before)

    @property
    def _carried(self) -> bool:
        return any(value for _, value in (*self.measured.before, *self.measured.day))

    def _longest_pause(self) -> timedelta:
        """Between two points with bytes, before the deactivation; one alone may have long ones."""
        for points in (self.measured.before, self.measured.day):
            times = [at for at, value in points if value]
            if len(times) > 1:
                return max(late - early for early, late in pairwise(times)) - self.period
        return _HABIT

    def _age(self) -> str:
        points = (*self.measured.before, *self.measured.after)
        newest = max((at for at, value in points if value is not None), default=None)
        return f"newest point {spoken(self.now - newest - self.period)} old" if newest else "no point at all"

    def _at(self, when: datetime) -> str:
        return clock.spoken(when, self.now)

    def _told(
        self,
        kind: Kind,
        words: str,
        *,
        sure: bool = False,
        of_day: float | None = None,
        of_before: float | None = None,
    ) -> GroupVerdict:
        of = self.measured
        return GroupVerdict(
            of.log_group, of.region, kind, words, sure, of_day, of_before, self.newest, self._carried
        )


def _sum(points: Sequence[Point], since: datetime, until: datetime) -> float:
    return sum(value for at, value in points if value and since <= at < until)


def _percent(share: float) -> str:
    return f"{round(share * 100):,}%"
