"""Lengths of time as a person says them."""

from __future__ import annotations

from datetime import timedelta


def spoken(length: timedelta | float) -> str:
    """*length* (or its seconds) in one unit, or two where the first is small: ``45 s``, ``2 h 5 min``."""
    seconds = max(0, int(length.total_seconds() if isinstance(length, timedelta) else length))
    if seconds < 60:
        return f"{seconds} s"
    hours, minutes = divmod(seconds // 60, 60)
    if hours >= 48:
        return f"{hours // 24} d"
    if not hours:
        return f"{minutes} min"
    return f"{hours} h {minutes} min" if minutes and hours < 10 else f"{hours} h"
