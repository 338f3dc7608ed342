"""Statements in SQL, which only literals of this program and quoted values can make."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString, Self, TypeAlias

# ``${name}`` is Athena's own.
_SLOT = re.compile(r"(?<!\$)\{([a-z_]+)\}")


class Unquotable(ValueError):
    """A value that this dialect has no certain way to quote; the message says which."""


@dataclass(frozen=True, slots=True)
class Identifier:
    """The name of a database, a table or a column."""

    name: str


@dataclass(frozen=True, slots=True)
class StoreId:
    """The id of an event data store, which Lake takes without quotes; nothing but a UUID is one."""

    id: str


@dataclass(frozen=True, slots=True)
class Extended:
    """One string: *text*, which is quoted, and after it a literal of the program, which need not be."""

    text: str
    literal: LiteralString


class Sql:
    """A statement, or a piece of one, in the SQL of Athena's and Lake's queries.

    *template* is a literal of the program. What its ``{slots}`` are given is put in by its type: text and
    times as string literals, numbers as digits, an Identifier between double quotes, and only Sql as it is.
    """

    __slots__ = ("_text",)

    def __init__(self, template: LiteralString, /, **values: Value) -> None:
        used = set(_SLOT.findall(template))
        if used != values.keys():
            raise TypeError(f"the slots of the template are {sorted(used)}, and not {sorted(values)}")
        self._text: str = _SLOT.sub(lambda slot: self._rendered(values[slot[1]]), template)

    @classmethod
    def join(cls, between: LiteralString, pieces: Iterable[Self]) -> Self:
        """*pieces* one after the other."""
        joined = cls("")
        joined._text = between.join(joined._rendered(piece) for piece in pieces)
        return joined

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._text!r})"

    def _rendered(self, value: Value) -> str:
        match value:
            case Sql():
                if type(value) is not type(self):
                    raise TypeError(f"a {type(value).__name__} is no part of a {type(self).__name__}")
                return value._text
            case Identifier(name):
                return self._identifier(name)
            case StoreId(store):
                if not re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", store):
                    raise Unquotable(f"{store!r} isn't the id of an event data store")
                return store
            case Extended(text, literal):
                return self._literal(text)[:-1] + literal + "'"
            case datetime():
                return self._literal(f"{value:%Y-%m-%d %H:%M:%S}")
            case str():
                return self._literal(value)
            case int() if not isinstance(value, bool):
                return str(value)
            case _:
                raise TypeError(f"a {type(value).__name__} has no form in SQL")

    @staticmethod
    def _literal(text: str) -> str:
        # Standard SQL: nothing but the quote itself ends a string, and a backslash means itself.
        return "'" + _without_nul(text).replace("'", "''") + "'"

    @staticmethod
    def _identifier(name: str) -> str:
        return '"' + _without_nul(name).replace('"', '""') + '"'


class HiveDdl(Sql):
    """A statement that defines a table, which Athena reads as Hive does.

    Hive knows backslashes in strings and joins two that stand side by side, and its variables are
    ``${name}``: what has one of these in it is Unquotable.
    """

    __slots__ = ()

    @staticmethod
    def _literal(text: str) -> str:
        if found := re.search(r"['\"\\$`;\x00-\x1f\x7f]", text):
            raise Unquotable(f"{text!r} has {found[0]!r} in it")
        return f"'{text}'"

    @staticmethod
    def _identifier(name: str) -> str:
        if not re.fullmatch(r"[\w-]+", name, re.ASCII):
            raise Unquotable(f"{name!r} has more in it than letters, digits, _ and -")
        return f"`{name}`"


Value: TypeAlias = "str | int | datetime | Identifier | StoreId | Extended | Sql"


def _without_nul(text: str) -> str:
    if "\x00" in text:
        raise Unquotable(f"{text!r} has a NUL in it")
    return text
