"""Byte search: whether a document can hold any of some texts, however its writer escaped them in JSON."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Literal, TypeAlias

try:
    # Several times as fast as Python's own search.
    from stringzilla import count as _count
    from stringzilla import find as _find
except ImportError:  # no wheel for this machine
    _count, _find = bytes.count, bytes.find

_ESCAPED = re.compile(rb"\\u00([2-7][0-9A-Fa-f])")


def is_session_id(text: bytes) -> bool:
    return len(text) == ID and text.startswith(SESSION)


def holds(data: bytes, needle: bytes) -> bool:
    """Whether *data* contains *needle*."""
    return bool(_find(data, needle) >= 0)


def count(data: bytes, needle: bytes) -> int:
    return int(_count(data, needle))


def find(data: bytes, needle: bytes, start: int) -> int:
    """Where in *data*, from *start* on, *needle* begins; -1 where it does not."""
    return int(_find(data, needle, start))


Standing: TypeAlias = Literal["absent", "plain", "hidden"]
"""How texts stand in a document: not at all, as they are, or perhaps where only decoding shows them."""

SESSION, ID = b"ASIA", 20
"""How the access key ids of sessions begin, and how long they are."""
TOGETHER = 4
"""So many ids of sessions are looked for by their common beginning, however many they are, in one search."""


class Needles:
    """*texts* as they stand in JSON: plain, or with any of their characters written as an escape.

    Each of *texts* is ASCII, without a quote or a backslash, as IAM's names and ids are.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self.texts = frozenset(texts)
        plain = sorted(text.encode() for text in self.texts)
        ids = frozenset(filter(is_session_id, plain))
        self._ids = ids if len(ids) >= TOGETHER else frozenset[bytes]()
        # Those of one account are alike for some letters more.
        self._beginning = _beginning(self._ids) if self._ids else SESSION
        few = [text for text in plain if text not in self._ids]
        # A name ends its string wherever it stands, so "bob" is not found in "bobby". In a string of JSON
        # within JSON the closing quote is escaped.
        self._closed = tuple(text + b'"' for text in few)
        self._inner = tuple(text + b"\\" for text in few)
        self._letters = {letter for text in plain for letter in text}

    def standing(self, data: bytes) -> Standing:
        """How any of the texts stands in *data*, also in JSON that is a string of other JSON."""
        escapes = b"\\" in data
        if escapes and (any(holds(data, needle) for needle in self._inner) or self._escaped_in(data)):
            return "hidden"
        plain = any(holds(data, needle) for needle in self._closed)
        at = self._next_id(data, 0)
        while at >= 0:
            if escapes and data[at + ID : at + ID + 1] == b"\\":
                return "hidden"
            plain = plain or data[at + ID : at + ID + 1] == b'"'
            at = self._next_id(data, at + ID)
        return "plain" if plain else "absent"

    def may_be_in(self, data: bytes) -> bool:
        return self.standing(data) != "absent"

    def finders(self) -> Iterator[Callable[[bytes, int], int]]:
        """Each says where in a document, from a place on, its next text stands; -1 where none does."""
        for needle in self._closed:
            yield partial(_next, needle)
        if self._ids:
            yield self._next_id

    def _next_id(self, data: bytes, start: int) -> int:
        if not self._ids:
            return -1
        at = find(data, self._beginning, start)
        while at >= 0 and data[at : at + ID] not in self._ids:
            at = find(data, self._beginning, at + 1)
        return at

    def _escaped_in(self, data: bytes) -> bool:
        """Whether letters of the texts stand in *data* as escapes: then only decoding tells what is there."""
        if ord("/") in self._letters and holds(data, b"\\/"):
            return True
        if not holds(data, b"\\u00"):
            return False
        return any(int(found[1], 16) in self._letters for found in _ESCAPED.finditer(data))


def _beginning(ids: frozenset[bytes]) -> bytes:
    """What all of them have in common: of any in order the first and the last differ soonest."""
    first, last = min(ids), max(ids)
    return bytes(one for at, one in enumerate(first) if first[: at + 1] == last[: at + 1])


def _next(needle: bytes, data: bytes, start: int) -> int:
    return find(data, needle, start)
