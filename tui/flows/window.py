"""Which stretch of time the traffic screen shows, how finely, and what it is compared with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.aws.logs import LogGroup
from services.base.spans import spoken
from services.traffic.series import BYTES, Curve, Point, Series, fitting_period, floor, rate
from tui.flows.timescale import frame

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
    """*span* of time that ends *ago* before now, beside the same hours *compared* before."""

    span: timedelta
    finest: int
    """Seconds a point stands for at the least."""
    ago: timedelta = timedelta()
    compared: timedelta | None = _DAY

    @property
    def period_seconds(self) -> int:
        return fitting_period(self.span, self.ago + 2 * self.span, self.finest)

    @property
    def _period_compared(self) -> int:
        return fitting_period(self.span, self._age + (self.compared or timedelta()), self.finest)

    @property
    def _age(self) -> timedelta:
        # A graph reaches back beyond its span, by as much again at the most.
        return self.ago + 2 * self.span

    def frame(self, now: datetime) -> tuple[datetime, datetime]:
        return frame(now - self.ago, self.span, self.period_seconds)

    def curve(self, group: LogGroup, now: datetime, metric: str = BYTES) -> Curve:
        since, until = self.frame(now)
        seconds = self.period_seconds
        return Curve(group.region, group.name, floor(since - self.span, seconds), until, seconds, metric)

    def compared_curve(self, group: LogGroup, now: datetime) -> Curve | None:
        if self.compared is None:
            return None
        since, until = (moment - self.compared for moment in self.frame(now))
        seconds = self._period_compared
        # A coarser period may begin before the window's end and end after it.
        end = floor(until, seconds) + timedelta(seconds=seconds)
        return Curve(group.region, group.name, floor(since - self.span, seconds), end, seconds)

    def points(self, series: Series, curve: Curve) -> tuple[Point, ...]:
        """As what came in the finest period, so that graphs of any span have the same axis."""
        return rate(series.points(curve), curve.period_seconds, self.finest)

    def baseline(self, series: Series, curve: Curve | None) -> tuple[Point, ...]:
        """The points of *curve* moved onto this window, as finely as its own."""
        if curve is None or self.compared is None:
            return ()
        step = timedelta(seconds=self.period_seconds)
        parts = range(max(1, curve.period_seconds // self.period_seconds))
        return tuple(
            (at + self.compared + part * step, value)
            for at, value in self.points(series, curve)
            for part in parts
        )

    def moved(self, by: float) -> Window:
        """Later by that share of the span; never beyond now, nor beyond what CloudWatch keeps."""
        ago = max(timedelta(), min(self.ago - by * self.span, _FARTHEST - 2 * self.span))
        return replace(self, ago=ago)

    def spanning(self, by: int) -> Window:
        """The next longer or shorter span."""
        all_spans = spans(self.finest)
        at = all_spans.index(self.span) + by
        return replace(self, span=all_spans[max(0, min(at, len(all_spans) - 1))])

    def compared_next(self) -> Window:
        return replace(self, compared=COMPARED[(COMPARED.index(self.compared) + 1) % len(COMPARED)])

    def words(self, now: datetime) -> str:
        if not self.ago:
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
