"""Numbers and times as a person reads them; sizes are decimal everywhere, times UTC."""

from __future__ import annotations

from datetime import datetime

from services.base import clock
from services.base.sizes import count as count
from services.base.spans import spoken as spoken

_UNITS = ("", "k", "M", "G", "T", "P", "E")


def size(count: float) -> str:
    """``0 B``, ``999 B``, ``18.4 MB``."""
    value, unit = _scaled(count)
    digits = f"{value:.0f}" if unit == 0 or value >= 100 else f"{value:.1f}"
    return f"{digits} {_UNITS[unit]}B"


def tick(count: float) -> str:
    """A size on an axis: ``0``, ``500``, ``2.5k``, ``20M``."""
    value, unit = _scaled(count)
    return f"{value:.4g}{_UNITS[unit]}"


def per(period_seconds: int) -> str:
    """What a sum over that many seconds is counted by: ``min``, ``h``, ``10 s``."""
    match period_seconds:
        case 1:
            return "s"
        case 60:
            return "min"
        case 3600:
            return "h"
    if period_seconds % 60:
        return f"{period_seconds} s"
    return f"{period_seconds // 60} min"


def rate(count: float, period_seconds: int) -> str:
    """``18.4 MB/min``, ``300 kB/10 s``."""
    return f"{size(count)}/{per(period_seconds)}"


def stopwatch(seconds: float) -> str:
    """``00:03:41``, and ``2d 03:41:00`` once it takes days."""
    days, rest = divmod(max(0, int(seconds)), 86400)
    hours, rest = divmod(rest, 3600)
    told = f"{hours:02}:{rest // 60:02}:{rest % 60:02}"
    return f"{days}d {told}" if days else told


def age(days: int) -> str:
    return f"{max(0, days)}d"


def expiry(expires: datetime | None, now: datetime) -> str:
    """``never``, ``in 6d``, ``in 5 h``, ``3d ago``."""
    if expires is None:
        return "never"
    left = (expires - now).total_seconds()
    if left <= 0:
        days = int(-left // 86400)
        return f"{days}d ago" if days else "today"
    return f"in {int(left // 86400)}d" if left >= 86400 else f"in {spoken(left)}"


def when(moment: datetime, now: datetime) -> str:
    return clock.spoken(moment, now)


def _scaled(value: float) -> tuple[float, int]:
    unit = 0
    # 999.95 would be shown as 1000.0 of the smaller unit.
    while value >= (999.5 if unit == 0 else 999.95) and unit < len(_UNITS) - 1:
        value /= 1000
        unit += 1
    return value, unit
