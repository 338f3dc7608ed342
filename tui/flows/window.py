"""Which stretch of time the traffic screen shows, how finely, and what it is compared with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.aws.logs import LogGroup
from services.base.spans import spoken
from services.traffic.series import BYTES, Curve, Point, Series, fitting_period, floor, rate
from tui.flows.timescale import frame
from tui.look import words

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_USUAL = (_HOUR, 3 * _HOUR, 12 * _HOUR, _DAY, 3 * _DAY, 7 * _DAY, 15 * _DAY)
_FINE = (timedelta(minutes=5), timedelta(minutes=20), *_USUAL)
"""Where a point stands for less than a minute, an hour of them is long."""

_FARTHEST = timedelta(days=455)
"""CloudWatch keeps nothing that is older."""

COMPARED: tuple[timedelta | None, ...] = (_DAY, 7 * _DAY, None)


def spans(period_seconds: int) -> tuple[timedelta, ...]:
    return _FINE if period_seconds < 60 else _USUAL


@dataclass(frozen=True, slots=True)
class Window:
    """*span* of time up to *until*, or up to now, beside the same hours *compared* before."""

    span: timedelta
    finest: int
    """Seconds a point stands for at the least."""
    until: datetime | None = None
    compared: timedelta | None = _DAY

    def period_seconds(self, now: datetime) -> int:
        return fitting_period(self.span, self._age(now), self.finest)

    def _age(self, now: datetime) -> timedelta:
        return now - self._end(now) + self.span

    def _end(self, now: datetime) -> datetime:
        return self.until or now

    @property
    def per_seconds(self) -> int:
        """What came in that many seconds is drawn, so that graphs of any span have the same axis."""
        return words.rate_seconds(self.finest)

    def first(self, now: datetime) -> datetime:
        """The beginning of the first period that is shown."""
        return floor(self._end(now) - self.span, self.period_seconds(now))

    def frame(self, now: datetime) -> tuple[datetime, datetime]:
        """What the axis covers."""
        seconds = self.period_seconds(now)
        if self.until is None:
            return frame(now, self.span, seconds)
        first = self.first(now)
        return first, floor(first + self.span, seconds)

    def curve(self, group: LogGroup, now: datetime, metric: str = BYTES) -> Curve:
        seconds = self.period_seconds(now)
        return Curve(group.region, group.name, self.first(now), self.frame(now)[1], seconds, metric)

    def compared_curve(self, group: LogGroup, now: datetime) -> Curve | None:
        if self.compared is None:
            return None
        seconds = fitting_period(self.span, self._age(now) + self.compared, self.finest)
        since, until = (moment - self.compared for moment in self.frame(now))
        # A coarser period may begin before the window's end and end after it.
        end = floor(until, seconds) + timedelta(seconds=seconds)
        return Curve(group.region, group.name, floor(since, seconds), end, seconds)

    def points(self, series: Series, curve: Curve) -> tuple[Point, ...]:
        return rate(series.points(curve), curve.period_seconds, self.per_seconds)

    def baseline(self, series: Series, curve: Curve | None, now: datetime) -> tuple[Point, ...]:
        """The points of *curve* moved onto this window, as finely as its own."""
        if curve is None or self.compared is None:
            return ()
        seconds = self.period_seconds(now)
        parts = range(max(1, curve.period_seconds // seconds))
        return tuple(
            (at + self.compared + part * timedelta(seconds=seconds), value)
            for at, value in self.points(series, curve)
            for part in parts
        )

    def moved(self, by: timedelta, now: datetime) -> Window:
        """Later by that much; never beyond now, nor beyond what CloudWatch keeps."""
        until = max(self._end(now) + by, now - _FARTHEST + self.span)
        # Time went on since it was moved away from now.
        near = self.span / 16 if by > timedelta() else timedelta()
        return replace(self, until=None if until >= now - near else until)

    def spanning(self, by: int, now: datetime, about: datetime | None = None) -> Window:
        """The next longer or shorter span, with *about* where it was on the axis."""
        all_spans = spans(self.finest)
        at = all_spans.index(self.span) + by
        span = all_spans[max(0, min(at, len(all_spans) - 1))]
        if about is None:
            return replace(self, span=span).moved(timedelta(), now)
        end = self._end(now)
        later = (end - about) * (span / self.span) - (end - about)
        return replace(self, span=span).moved(later, now)

    def compared_next(self) -> Window:
        return replace(self, compared=COMPARED[(COMPARED.index(self.compared) + 1) % len(COMPARED)])

    def words(self, now: datetime) -> str:
        if self.until is None:
            return f"last {spoken(self.span)}"
        until = self.frame(now)[1]
        return f"{spoken(self.span)} until {until:{'%H:%M' if until.date() == now.date() else '%m-%d %H:%M'}}"

    @property
    def compared_words(self) -> str | None:
        match self.compared:
            case None:
                return None
            case days if days == _DAY:
                return "a day before"
        return "a week before"


def recent(now: datetime, period_seconds: int) -> tuple[datetime, datetime]:
    """The stretch that the state of a flow is judged by."""
    return now - spans(period_seconds)[1], now
