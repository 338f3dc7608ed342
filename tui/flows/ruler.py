"""The upright axis of a graph: how high a value stands, and which round values are written beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, floor, log10

from services.base.sizes import nice_top

_STEPS = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)
_ROUND = 1e-9
_LEAST = 1e-13


@dataclass(frozen=True, slots=True)
class Ruler:
    """*labels* are values by the row whose upper edge they stand at, counted from the ground, which is row 0.

    On a logarithmic ruler the ground is *low*, and what is less lies on it.
    """

    rows: int
    top: float
    labels: Mapping[int, float]
    low: float = 0

    def height(self, value: float) -> float:
        """In rows; something is never nothing, however little."""
        if value <= 0:
            return 0
        if self.low:
            value = max(value, self.low)
            share = log10(value / self.low) / log10(self.top / self.low)
        else:
            share = value / self.top
        return min(float(self.rows), max(_LEAST, share * self.rows))


def linear(largest: float, rows: int) -> Ruler:
    """From zero, with a round value at every few rows."""
    every = _every(rows)
    step = nice_top(largest * every / rows, _STEPS)
    return Ruler(rows, step * rows / every, {row: step * row / every for row in range(0, rows + 1, every)})


def logarithmic(least: float, largest: float, rows: int) -> Ruler:
    """From the power of ten below *least* to one above *largest*, each some rows high."""
    highest = max(1, ceil(log10(max(1.0, largest)) - _ROUND))
    lowest = min(max(0, floor(log10(max(1.0, least)) + _ROUND)), highest - 1)
    powers = highest - lowest
    # Where there are more powers than rows, each row stands for several.
    every, step = max(1, rows // powers), max(1, ceil(powers / rows))
    labels = {row: 10.0 ** (lowest + row // every * step) for row in range(0, rows + 1, every)}
    return Ruler(rows, 10.0 ** (lowest + rows / every * step), labels, 10.0**lowest)


def _every(rows: int) -> int:
    """Rows from one label to the next."""
    return 1 if rows <= 3 else 2 if rows <= 9 else 3 if rows <= 14 else max(4, rows // 6)
