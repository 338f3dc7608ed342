"""The columns of a table: what stands in each, and how wide it is where there is so much room."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from tui.look.lines import Span

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """*cell* makes the text and its role; *width* is in cells, *flex* the share of what is left over.

    One that flexes is no wider than what it holds while another is cut. Where there is no room the column
    with the highest *drop* goes first; 0 never goes. When none is left that may go, the widest that flexes
    yields.
    """

    name: str
    cell: Callable[[T], Span]
    width: int
    flex: int = 0
    right: bool = False
    drop: int = 0
    gap: int = 2


def widths(columns: Sequence[Column[T]], room: int, longest: Sequence[int] | None = None) -> list[int]:
    """Cells for each column, 0 for one that is dropped; gaps are not counted in.

    *longest* is what each holds, its name included: no column that flexes is wider than that while another
    is cut, and what is left over goes first to those that are cut.
    """
    needs = dict(zip(columns, longest or [column.width for column in columns], strict=True))
    least = {
        column: min(column.width, max(1, needs[column])) if column.flex else column.width
        for column in columns
    }
    kept = list(columns)
    while _needed(kept, least) > room and any(column.drop for column in kept):
        kept.remove(max(kept, key=lambda column: column.drop))
    given = {column: least[column] for column in kept}
    left = room - _needed(kept, least)
    flexible = [column for column in kept if column.flex]
    if left < 0 and flexible:
        given[max(flexible, key=lambda column: given[column])] += left
    for column in sorted(kept, key=lambda column: (column.flex > 0, needs[column] - given[column])):
        more = max(0, min(left, needs[column] - given[column]))
        given[column] += more
        left -= more
    parts = sum(column.flex for column in flexible)
    for column in flexible:
        given[column] += max(0, left) * column.flex // parts
    return [max(1, given[column]) if column in given else 0 for column in columns]


def _needed(columns: Sequence[Column[T]], least: Mapping[Column[T], int]) -> int:
    gaps = sum(column.gap for column in columns[:-1])
    return sum(least[column] for column in columns) + gaps
