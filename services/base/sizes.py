"""Sizes as a person reads them: decimal, everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, log10

_UNITS = ("", "k", "M", "G", "T", "P", "E", "Z", "Y")
_TOPS = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)


def size(count: float) -> str:
    """``0 B``, ``999 B``, ``18.4 MB``."""
    value, unit = scaled(count)
    digits = f"{value:.0f}" if not unit or value >= 100 else f"{value:.1f}"
    return f"{digits} {unit}B"


def axis_size(count: float) -> str:
    """A round size on an axis: ``0``, ``500 B``, ``2.5 kB``, ``20 MB``."""
    value, unit = scaled(count)
    return f"{value:.4g} {unit}B" if count else "0"


def per(period_seconds: int) -> str:
    """What a sum over that many seconds is counted by: ``min``, ``h``, ``10 s``."""
    if period_seconds in (1, 60, 3600):
        return {1: "s", 60: "min", 3600: "h"}[period_seconds]
    return f"{period_seconds} s" if period_seconds % 60 else f"{period_seconds // 60} min"


def nice_top(largest: float, tops: Sequence[float] = _TOPS) -> float:
    """The end of an axis from zero: the next round number, at least 1; *tops* are those up to ten."""
    if largest <= 1:
        return 1
    power = 10.0 ** floor(log10(largest))
    return next(step * power for step in tops if step * power >= largest * (1 - 1e-9))


def count(number: int, one: str, many: str | None = None) -> str:
    """``1 key``, ``1,204 keys``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def scaled(value: float) -> tuple[float, str]:
    """*value* in the largest unit that leaves something before the point, and that unit's letter."""
    unit = 0
    # 999.95 would be shown as 1000.0 of the smaller unit.
    while value >= (999.5 if unit == 0 else 999.95) and unit < len(_UNITS) - 1:
        value /= 1000
        unit += 1
    return value, _UNITS[unit]
