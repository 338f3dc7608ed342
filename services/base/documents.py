"""JSON that somebody else wrote: read, or refused in one way, however it is wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")

DEEPEST = 100
"""Levels in each other: what is read can be compared, walked and written without running out of stack."""

_WRONG = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


def parse(text: str | bytes) -> Any:
    """What *text* says; raises ValueError where it is no JSON, or is nested deeper than *DEEPEST*."""
    try:
        found = json.loads(text)
    except RecursionError:
        raise ValueError("nested too deep") from None
    if is_deep(found):
        raise ValueError("nested too deep")
    return found


def mapping(text: str | bytes) -> Mapping[str, Any] | None:
    """The object that *text* says; None where it says something else, or nothing."""
    try:
        found = parse(text)
    except ValueError:
        return None
    return found if isinstance(found, Mapping) else None


def decode(content: bytes, kind: type[T]) -> T:
    """*content* as *kind*; raises ValueError where it is no JSON, or none of that kind."""
    try:
        return msgspec.json.decode(content, type=kind)
    except _WRONG as error:
        raise ValueError(str(error)) from None


def convert(found: object, kind: type[T]) -> T:
    """*found*, which was read before, as *kind*; raises ValueError where it is none."""
    try:
        return msgspec.convert(found, kind)
    except _WRONG as error:
        raise ValueError(str(error)) from None


def is_deep(document: object) -> bool:
    """Whether it has levels beyond *DEEPEST*."""
    level: list[object] = [document]
    for _ in range(DEEPEST):
        inner: list[object] = []
        for each in level:
            if isinstance(each, dict):
                inner += each.values()
            elif isinstance(each, list):
                inner += each
        if not inner:
            return False
        level = inner
    return True
