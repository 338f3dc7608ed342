"""Time on the columns of a graph: which periods a column stands for, and where the clock times go."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

Point = tuple[datetime, float | None]

_STEPS = (
    1,
    5,
    10,
    15,
    30,
    60,
    120,
    300,
    600,
    900,
    1800,
    3600,
    7200,
    10800,
    21600,
    43200,
    86400,
    172800,
    604800,
)
_DAY = 86400


def frame(
    now: datetime, span: timedelta, period_seconds: int, *, jumps: int = 8
) -> tuple[datetime, datetime]:
    """A window of *span* that holds *now* and moves on by an eighth of itself at a time.

    A graph that crept on by a column a tick would have every one of its cells sent again.
    """
    whole = max(1, int(span.total_seconds()) // period_seconds)
    jump = max(1, whole // jumps) * period_seconds
    until = (int(now.timestamp()) // jump + 1) * jump
    return _utc(until - whole * period_seconds), _utc(until)


@dataclass(frozen=True, slots=True)
class Timescale:
    """*columns* of *seconds* each from *start* (epoch seconds), each period *repeat* columns wide."""

    start: int
    seconds: int
    columns: int
    repeat: int = 1

    @classmethod
    def over(cls, since: datetime, until: datetime, period_seconds: int, room: int) -> Timescale:
        """As many whole periods a column, or whole columns a period, as fit into *room* columns.

        What is left over is filled with what was before *since*, up to as much time again.
        Columns of several periods begin at multiples of their length, so that they do not shimmer as time
        goes on.
        """
        begin, end = int(since.timestamp()), int(until.timestamp())
        periods = max(1, (end - begin) // period_seconds)
        if periods <= room:
            repeat = room // periods
            count = room // repeat
            return cls(end - count * period_seconds, period_seconds, count * repeat, repeat)
        seconds = -(-periods // room) * period_seconds
        return cls((-(-end // seconds) - room) * seconds, seconds, room)

    @property
    def end(self) -> int:
        return self.start + self.columns // self.repeat * self.seconds

    def column(self, moment: datetime) -> int | None:
        """The column *moment* falls into, None outside."""
        passed = moment.timestamp() - self.start
        at = int(passed // self.seconds) * self.repeat
        return at if passed >= 0 and at < self.columns else None

    def values(self, points: Sequence[Point]) -> list[float | None]:
        """The largest point of each column; None, a gap, where it has none."""
        values: list[float | None] = [None] * self.columns
        for moment, value in points:
            at = self.column(moment)
            if value is None or at is None:
                continue
            for column in range(at, min(at + self.repeat, self.columns)):
                known = values[column]
                values[column] = value if known is None else max(known, value)
        return values

    def labels(self) -> Iterator[tuple[int, str]]:
        """Clock times, UTC, and the columns they stand at; dates where a day begins or steps are days."""
        if not self.columns:
            return
        per_column = self.seconds / self.repeat
        step = next((step for step in _STEPS if step / per_column >= (12 if step < 60 else 9)), _STEPS[-1])
        for moment in range(-(-self.start // step) * step, self.end, step):
            at = self.column(_utc(moment))
            if at is not None:
                yield at, _clock(moment, step)


def _clock(moment: int, step: int) -> str:
    if step >= _DAY or moment % _DAY == 0:
        return _utc(moment).strftime("%m-%d")
    return _utc(moment).strftime("%H:%M:%S" if step < 60 else "%H:%M")


def _utc(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
