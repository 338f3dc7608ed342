"""The filter of the inventory: words, ``user:`` ``status:`` ``service:`` ``risk:`` ``id:`` and ``age>90``.

All are to be met; a ``-`` before one turns it round.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from services.keys.inventory import Key


_AGE = re.compile(r"age([<>]=?|[=:])(\d{1,6})d?")
_FIELDS: dict[str, Callable[[Key], str]] = {
    "user": lambda key: key.user,
    "service": lambda key: key.service,
    "id": lambda key: key.id,
    "alias": lambda key: key.credential.alias or "",
    "risk": lambda key: " ".join(risk.name for risk in key.risks),
}
_COMPARE: dict[str, Callable[[int, int], bool]] = {
    "<": lambda age, limit: age < limit,
    "<=": lambda age, limit: age <= limit,
    ">": lambda age, limit: age > limit,
    ">=": lambda age, limit: age >= limit,
    "=": lambda age, limit: age == limit,
    ":": lambda age, limit: age == limit,
}
Test = Callable[["Key", datetime], bool]


@dataclass(frozen=True, slots=True)
class KeyFilter:
    """*trouble* says in words what of the text could not be understood; that part is left out."""

    text: str = ""
    tests: tuple[Test, ...] = ()
    trouble: str | None = None

    def __bool__(self) -> bool:
        return bool(self.tests)

    def matches(self, key: Key, now: datetime) -> bool:
        return all(test(key, now) for test in self.tests)


def parse(text: str) -> KeyFilter:
    tests, troubles = [], []
    for word in text.lower().split():
        wanted = word.removeprefix("-")
        if not wanted:
            continue
        test = _test(wanted)
        if isinstance(test, str):
            troubles.append(test)
        elif word.startswith("-"):
            tests.append(_not(test))
        else:
            tests.append(test)
    return KeyFilter(text.strip(), tuple(tests), troubles[0] if troubles else None)


def _test(word: str) -> Test | str:
    if found := _AGE.fullmatch(word):
        compare, limit = _COMPARE[found[1]], int(found[2])
        return lambda key, now: compare(key.age_days(now), limit)
    if re.match(r"age[<>=:]", word):
        return "age takes a number of days, as age>90"
    name, colon, value = word.partition(":")
    if colon and name == "status":
        return lambda key, now: _has_status(key, value)
    if colon and name in _FIELDS:
        read = _FIELDS[name]
        return lambda key, now: value in read(key).lower()
    return lambda key, now: (
        _has_status(key, word) or any(word in read(key).lower() for read in _FIELDS.values())
    )


def _has_status(key: Key, word: str) -> bool:
    # From its beginning: "inactive" holds "active".
    return key.status.lower().startswith(word)


def _not(test: Test) -> Test:
    return lambda key, now: not test(key, now)
