"""Time on the columns of a graph: which periods a column stands for, and where the clock times go."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

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
    """*columns* of *seconds* each from *start* (epoch seconds), each period *repeat* columns wide.

    Where a cell holds *per_cell* columns, what does not fill the first cell is left over on the left.
    """

    start: int
    seconds: int
    columns: int
    repeat: int = 1
    per_cell: int = 1

    @classmethod
    def over(
        cls, since: datetime, until: datetime, period_seconds: int, cells: int, per_cell: int = 1
    ) -> Timescale:
        """As many whole periods a column, or whole columns a period, as fit into *cells*.

        What is left over is filled with what was before *since*, up to as much time again.
        Columns of several periods begin at multiples of their length, so that they do not shimmer as time
        goes on.
        """
        begin, end, room = int(since.timestamp()), int(until.timestamp()), cells * per_cell
        periods = max(1, (end - begin) // period_seconds)
        if periods <= room:
            repeat = room // periods
            count = room // repeat
            return cls(end - count * period_seconds, period_seconds, count * repeat, repeat, per_cell)
        seconds = -(-periods // room) * period_seconds
        return cls((-(-end // seconds) - room) * seconds, seconds, room, per_cell=per_cell)

    @property
    def cells(self) -> int:
        return -(-self.columns // self.per_cell)

    @property
    def _left_over(self) -> int:
        return -self.columns % self.per_cell

    @property
    def end(self) -> int:
        return self.start + self.columns // self.repeat * self.seconds

    def column(self, moment: datetime) -> int | None:
        """The column *moment* falls into, None outside."""
        passed = moment.timestamp() - self.start
        at = int(passed // self.seconds) * self.repeat
        return at if passed >= 0 and at < self.columns else None

    def cell(self, moment: datetime) -> int | None:
        """The cell that *moment* falls into, None outside."""
        at = self.column(moment)
        return None if at is None else (at + self._left_over) // self.per_cell

    def cells_until(self, moment: datetime) -> int:
        """How many cells have begun by *moment*, from none to all."""
        passed = moment.timestamp() - self.start
        columns = int(passed * self.repeat // self.seconds) + 1 + self._left_over
        return max(0, min(-(-columns // self.per_cell), self.cells))

    def by_cell(self, points: Sequence[Point]) -> list[tuple[float | None, ...]]:
        """The values of each cell's columns."""
        columns = [*[None] * self._left_over, *self.values(points)]
        return [tuple(columns[at : at + self.per_cell]) for at in range(0, len(columns), self.per_cell)]

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
        """Clock times, UTC, and the cells they stand at; dates where a day begins or steps are days."""
        if not self.columns:
            return
        in_cell = self.seconds / self.repeat * self.per_cell
        step = next((step for step in _STEPS if step / in_cell >= (12 if step < 60 else 9)), _STEPS[-1])
        for moment in range(-(-self.start // step) * step, self.end, step):
            at = self.cell(_utc(moment))
            if at is not None:
                yield at, on_axis(_utc(moment), timedelta(seconds=step))


def _utc(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
