"""The columns of a table: what stands in each, and how wide it is where there is so much room."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from tui.look.lines import Span

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """*cell* makes the text and its role; *width* is in cells, *flex* the share of what is left over.

    Where there is no room the column with the highest *drop* goes first; 0 never goes. When none is left
    that may go, the widest that flexes yields.
    """

    name: str
    cell: Callable[[T], Span]
    width: int
    flex: int = 0
    right: bool = False
    drop: int = 0
    gap: int = 2


def widths(columns: Sequence[Column[T]], room: int) -> list[int]:
    """Cells for each column, 0 for one that is dropped; gaps are not counted in."""
    kept = list(columns)
    while _needed(kept) > room and any(column.drop for column in kept):
        kept.remove(max(kept, key=lambda column: column.drop))
    left = room - _needed(kept)
    flexible = [column for column in kept if column.flex]
    if left < 0 and flexible:
        shares = {max(flexible, key=lambda column: column.width): left}
    else:
        parts = sum(column.flex for column in flexible)
        shares = {column: max(0, left) * column.flex // parts for column in flexible}
    return [max(1, column.width + shares.get(column, 0)) if column in kept else 0 for column in columns]


def _needed(columns: Sequence[Column[T]]) -> int:
    return sum(column.width + column.gap for column in columns) - (columns[-1].gap if columns else 0)
