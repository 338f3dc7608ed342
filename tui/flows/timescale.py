"""Time on the columns of a graph: which periods a column stands for, and where the clock times go."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil

from services.base.clock import on_axis

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
_JUMPS = 8


def frame(now: datetime, span: timedelta, period_seconds: int) -> tuple[datetime, datetime]:
    """What an axis covers that holds all of the last *span*; it moves on by an eighth of that at a time.

    A graph that crept on by a column a tick would have every one of its cells sent again.
    """
    whole = max(1, int(span.total_seconds()) // period_seconds)
    jump = max(1, whole // _JUMPS) * period_seconds
    until = (int(now.timestamp()) // jump + 1) * jump
    return _utc(until - jump - whole * period_seconds), _utc(until)


@dataclass(frozen=True, slots=True)
class Timescale:
    """[since, until) on *cells* of *per_cell* columns each, whatever their number."""

    since: datetime
    until: datetime
    cells: int
    per_cell: int = 1

    @property
    def _columns(self) -> int:
        return self.cells * self.per_cell

    @property
    def column_seconds(self) -> float:
        return max((self.until - self.since).total_seconds(), 1e-6) / max(1, self._columns)

    def _place(self, moment: datetime) -> float:
        return (moment - self.since).total_seconds() / self.column_seconds

    def cell(self, moment: datetime) -> int | None:
        """The cell that *moment* falls into, None outside."""
        if not self.since <= moment < self.until:
            return None
        return min(self.cells - 1, int(self._place(moment) + 1e-9) // self.per_cell)

    def moment(self, cell: int) -> datetime:
        """The middle of *cell*."""
        return self.since + timedelta(seconds=(cell + 0.5) * self.per_cell * self.column_seconds)

    def cells_until(self, moment: datetime) -> int:
        """How many cells have begun by *moment*, from none to all."""
        return max(0, min(int(self._place(moment)) // self.per_cell + 1, self.cells))

    def largest(self, points: Sequence[Point], period: timedelta) -> list[int | None]:
        """For each column which of *points* it shows: the largest of its time; None, a gap, without one.

        A period that is longer than a column fills those whose middle it holds.
        """
        shown: list[int | None] = [None] * self._columns
        for index, (at, value) in enumerate(points):
            if value is None:
                continue
            begin, end = self._place(at), self._place(at + period)
            first, last = ceil(begin - 0.5 - 1e-9), ceil(end - 0.5 - 1e-9)
            if first >= last:
                first = int((begin + end) / 2)
                last = first + 1
            for column in range(max(0, first), min(last, self._columns)):
                known = shown[column]
                if known is None or value > (points[known][1] or 0):
                    shown[column] = index
        return shown

    def by_cell(self, columns: Sequence[float | None]) -> list[tuple[float | None, ...]]:
        """The values of each cell's columns."""
        return [tuple(columns[at : at + self.per_cell]) for at in range(0, len(columns), self.per_cell)]

    def labels(self) -> Iterator[tuple[int, str]]:
        """Clock times, UTC, and the cells they stand at; dates where a day begins or steps are days."""
        if self.cells < 1:
            return
        in_cell = self.column_seconds * self.per_cell
        step = next((step for step in _STEPS if step / in_cell >= (12 if step < 60 else 9)), _STEPS[-1])
        begin, end = ceil(self.since.timestamp()), ceil(self.until.timestamp())
        for moment in range(-(-begin // step) * step, end, step):
            at = self.cell(_utc(moment))
            if at is not None:
                yield at, on_axis(_utc(moment), timedelta(seconds=step))


def _utc(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
