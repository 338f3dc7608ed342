"""Elements of HTML and SVG: text is escaped unless it was made here, so nothing can be forgotten."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import TypeAlias

from services.base.text import clean

LONGEST = 20_000
"""Characters of one text; a policy document is the longest there is."""

_VOID = frozenset({"meta", "br", "hr"})


class Safe(str):
    """Markup made by `el`; every other string is text."""

    __slots__ = ()


Child: TypeAlias = "str | Safe | None"
Value: TypeAlias = "str | float | int | None"


def el(name: str, /, *children: Child, **attributes: Value) -> Safe:
    """``el("p", "a < b", class_="x")``; a None among children or attributes is left out."""
    written = "".join(
        f' {_name(key)}="{_value(value)}"' for key, value in attributes.items() if value is not None
    )
    if name in _VOID:
        return Safe(f"<{name}{written}>")
    return Safe(f"<{name}{written}>{join(children)}</{name}>")


def join(parts: Iterable[Child], between: Child = None) -> Safe:
    return Safe(text(between).join(text(part) for part in parts if part is not None))


def text(part: Child) -> str:
    if part is None:
        return ""
    return part if isinstance(part, Safe) else escape(clean(part, limit=LONGEST))


def _name(key: str) -> str:
    return key.rstrip("_").replace("_", "-")


def _value(value: str | float | int) -> str:
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    return escape(clean(value, limit=LONGEST))
