"""What can be set, as the configuration's own types and example say it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal, cast

import msgspec

from tui.settings.config import EXAMPLE, Config

Kind = Literal["choice", "number", "text", "words", "table"]


@dataclass(frozen=True, slots=True)
class Entry:
    """*choices* are the values there are, None for the program's own; *about* is the example's word on it."""

    name: str
    kind: Kind
    default: object
    about: str
    choices: tuple[object, ...] = ()

    def value(self, config: Config) -> object:
        return getattr(config, self.name)

    def read(self, typed: str) -> object:
        """What was typed, as the file has it; raises ValueError where it is no number."""
        match self.kind:
            case "number":
                number = float(typed)
                return int(number) if number.is_integer() else number
            case "words":
                return typed.replace(",", " ").split()
        return typed


def entries(config: Config) -> tuple[Entry, ...]:
    """In the order of the configuration; *config* may have themes of one's own."""
    told = dict(re.findall(r"^# (\w+) = .*?  +# (.+)$", EXAMPLE, re.M))
    told |= dict(re.findall(r"^# \[+(\w+)[^\]]*\]+ +# (.+)$", EXAMPLE, re.M))
    defaults, known = Config(), cast("msgspec.inspect.StructType", msgspec.inspect.type_info(Config))
    return tuple(
        Entry(
            field.name,
            "choice" if field.name == "theme" else _kind(field.type),
            getattr(defaults, field.name),
            told.get(field.name, ""),
            (None, *config.theme_names) if field.name == "theme" else _choices(field.type),
        )
        for field in known.fields
    )


def _kind(found: Any) -> Kind:
    if _choices(found):
        return "choice"
    match found:
        case msgspec.inspect.FloatType() | msgspec.inspect.IntType():
            return "number"
        case msgspec.inspect.VarTupleType(item_type=msgspec.inspect.StrType()):
            return "words"
    return "text" if any(isinstance(each, msgspec.inspect.StrType) for each in _of(found)) else "table"


def _choices(found: Any) -> tuple[object, ...]:
    if isinstance(found, msgspec.inspect.BoolType):
        return (False, True)
    named = [each.values for each in _of(found) if isinstance(each, msgspec.inspect.LiteralType)]
    return (None, *named[0]) if named else ()


def _of(found: Any) -> tuple[Any, ...]:
    return found.types if isinstance(found, msgspec.inspect.UnionType) else (found,)
