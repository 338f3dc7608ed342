"""Times as people and scripts read them: always UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


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


def on_axis(moment: datetime, step: timedelta) -> str:
    """A round time beside an axis with one every *step*: a date where a day begins or steps are days."""
    if step >= timedelta(days=1) or (moment.hour, moment.minute, moment.second) == (0, 0, 0):
        return f"{moment:%m-%d}"
    return f"{moment:%H:%M:%S}" if step < timedelta(minutes=1) else f"{moment:%H:%M}"
