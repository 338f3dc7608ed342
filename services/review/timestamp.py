"""When a call was made, as CloudTrail writes it and as the tools that records went through do."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_NUMBER = re.compile(r"\d{9,19}(\.\d+)?")
_CONSOLE = re.compile(r"(\w+ \d{1,2}, \d{4}, \d\d:\d\d:\d\d) \(UTC([+-]\d\d:?\d\d)?\)")
_MAIL = re.compile(r"\w{3}, \d{1,2} \w{3} \d{4} \d\d:\d\d:\d\d (GMT|UTC|[+-]\d{4})")
# What numbers so large must be since 1970: no call was made before 1973.
_UNITS = ((10**17, 10**9), (10**14, 10**6), (10**11, 10**3))


def parse_timestamp(value: object) -> datetime | None:
    """*value* in UTC, None where it is no time; times without a zone are in UTC, as AWS's are."""
    try:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return _since_epoch(value)
        if not isinstance(value, str):
            return None
        text = value.strip()
        if _NUMBER.fullmatch(text):
            return _since_epoch(float(text))
        if found := _CONSOLE.fullmatch(text):
            return datetime.strptime(
                f"{found[1]} {found[2] or '+0000'}", "%B %d, %Y, %H:%M:%S %z"
            ).astimezone(UTC)
        if _MAIL.fullmatch(text):
            return parsedate_to_datetime(text).astimezone(UTC)
        when = datetime.fromisoformat(text.removesuffix(" UTC"))
    except (ValueError, OverflowError, OSError):
        return None
    try:
        return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    except OverflowError:
        return None


def _since_epoch(number: float) -> datetime:
    unit = next((unit for least, unit in _UNITS if number > least), 1)
    return datetime.fromtimestamp(number / unit, UTC)
