"""Times as people and scripts read them: always UTC."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    return datetime.now(UTC)


def rfc3339(when: datetime) -> str:
    """*when* to the millisecond where it has one, else to the second."""
    when = when.astimezone(UTC)
    fine = "milliseconds" if when.microsecond else "seconds"
    return when.isoformat(timespec=fine).replace("+00:00", "Z")


def parse(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def stamp(when: datetime) -> str:
    """For a sentence that may be read on another day: 2026-11-20 21:39:01Z."""
    return f"{when.astimezone(UTC):%Y-%m-%d %H:%M:%SZ}"


def spoken(when: datetime, today: datetime) -> str:
    """The time of day, with the date before it where that is not *today*."""
    if when.date() == today.date():
        return when.strftime("%H:%M:%S")
    form = "%m-%d %H:%M" if when.year == today.year else "%Y-%m-%d"
    return when.strftime(form)
