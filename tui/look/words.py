"""Numbers and times as a person reads them; sizes are decimal everywhere, times UTC."""

from __future__ import annotations

from datetime import datetime, timedelta

from services.base import clock
from services.base.sizes import count as count
from services.base.sizes import per as per
from services.base.sizes import scaled
from services.base.sizes import size as size
from services.base.spans import spoken as spoken


def tick(count: float) -> str:
    """A size on an axis: ``0``, ``500``, ``2.5k``, ``20M``."""
    value, unit = scaled(count)
    return f"{value:.4g}{unit}"


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


def as_of(read: datetime, now: datetime) -> str:
    """When what is shown was read, and how long that is ago once it is more than a few seconds."""
    age = now - read
    return f"as of {when(read, now)}" + (f", {spoken(age)} ago" if age >= timedelta(seconds=5) else "")


def when(moment: datetime, now: datetime) -> str:
    return clock.spoken(moment, now)
