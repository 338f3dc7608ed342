"""Queries of Logs Insights, which only literals of this program and quoted values can make."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import LiteralString

from services.quoting.sql import Unquotable

_SLOT = re.compile(r"\{([a-z_]+)\}")


class InsightsQuery:
    """A query, or a piece of one: text goes in between quotes, numbers as digits, a query as it is."""

    __slots__ = ("_text",)

    def __init__(self, template: LiteralString, /, **values: str | int | InsightsQuery) -> None:
        used = set(_SLOT.findall(template))
        if used != values.keys():
            raise TypeError(f"the slots of the template are {sorted(used)}, and not {sorted(values)}")
        self._text: str = _SLOT.sub(lambda slot: _rendered(values[slot[1]]), template)

    @classmethod
    def join(cls, between: LiteralString, pieces: Iterable[InsightsQuery]) -> InsightsQuery:
        joined = cls("")
        joined._text = between.join(map(_rendered, pieces))
        return joined

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return f"InsightsQuery({self._text!r})"


def _rendered(value: str | int | InsightsQuery) -> str:
    match value:
        case InsightsQuery():
            return str(value)
        case str():
            return _literal(value)
        case int() if not isinstance(value, bool):
            return str(value)
        case _:
            raise TypeError(f"a {type(value).__name__} has no form in Logs Insights")


def _literal(text: str) -> str:
    # AWS doesn't document how a quote is written within quotes: the other kind is used, or nothing is.
    if found := re.search(r"[\\\x00-\x1f\x7f]", text):
        raise Unquotable(f"{text!r} has {found[0]!r} in it")
    for quote in ("'", '"'):
        if quote not in text:
            return f"{quote}{text}{quote}"
    raise Unquotable(f"{text!r} has both kinds of quotes in it")
