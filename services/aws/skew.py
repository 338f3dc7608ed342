"""How far the clock of this machine is off, by the times that AWS's answers carry."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from services.base.spans import spoken

TOLERATED = timedelta(minutes=5)
"""AWS refuses a call signed further off than this."""
NOTICED = timedelta(minutes=1)
"""Worth a word: journals and reports carry this machine's times."""

_YEARS = range(2000, 9000)
_STAMPS = re.compile(r"\b(\d{8}T\d{6}Z)\b")


def date_of(headers: Mapping[str, str]) -> datetime | None:
    """The Date of an answer, in whole seconds; None where it has none that can be read and counted with."""
    try:
        told = parsedate_to_datetime(headers["date"])
        found = told.astimezone(UTC) if told.tzinfo is not None else None
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError):
        return None
    return found if found and found.year in _YEARS else None


def clock_ahead(theirs: datetime, before: datetime, after: datetime) -> timedelta:
    """The least by which the clock here must be off, *theirs* being a whole second between the two."""
    if theirs > after:
        return after - theirs
    return max(timedelta(), before - (theirs + timedelta(seconds=1)))


def ahead_by_refusal(said: str) -> timedelta | None:
    """How far ahead the clock here is by the words of a refusal, which name both times.

    "Signature expired: SIGNED is now earlier than LIMIT (SERVER - 5 min.)", or not yet current and later.
    """
    stamps = [_stamp(found) for found in _STAMPS.findall(said)]
    if len(stamps) < 2 or stamps[0] is None or stamps[-1] is None:
        return None
    return stamps[0] - stamps[-1]


def ahead_in_words(ahead: timedelta) -> str:
    if not ahead:
        return "this machine's clock agrees with AWS's"
    side = "ahead of" if ahead > timedelta() else "behind"
    return f"this machine's clock is {spoken(abs(ahead))} {side} AWS's"


def _stamp(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
