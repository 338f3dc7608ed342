"""Numbers and times as a person reads them; sizes are decimal everywhere, times UTC."""

from __future__ import annotations

from datetime import datetime, timedelta

from services.base import clock
from services.base.sizes import axis_size, scaled
from services.base.sizes import count as count
from services.base.sizes import per as per
from services.base.sizes import size as size
from services.base.spans import spoken as spoken


def axis(count: float, unit: str) -> str:
    """A round value beside an axis: ``0``, ``500 B``, ``2.5 MB``, and ``2.5k`` where it is not of bytes."""
    value, scale = scaled(count)
    return axis_size(count) if unit == "B" else f"{value:.4g}{scale}"


def rate(count: float, period_seconds: int) -> str:
    """What came in so many seconds, as what comes a minute or, where points are finer, a second."""
    each = rate_seconds(period_seconds)
    return f"{size(count * each / period_seconds)}/{per(each)}"


def rate_seconds(period_seconds: int) -> int:
    """What a rate is counted by where a point stands for so long."""
    return 1 if period_seconds < 60 else 60


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
