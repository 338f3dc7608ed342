"""Byte search: whether a document can hold any of some texts, however its writer escaped them in JSON."""

from __future__ import annotations

import re
from collections.abc import Iterable

try:
    # Several times as fast as Python's own search.
    from stringzilla import count as _count
    from stringzilla import find as _find
except ImportError:  # no wheel for this machine
    _count, _find = bytes.count, bytes.find

_ESCAPED = re.compile(rb"\\u00([2-7][0-9A-Fa-f])")


def holds(data: bytes, needle: bytes) -> bool:
    """Whether *data* contains *needle*."""
    return bool(_find(data, needle) >= 0)


def count(data: bytes, needle: bytes) -> int:
    return int(_count(data, needle))


def find(data: bytes, needle: bytes, start: int) -> int:
    """Where in *data*, from *start* on, *needle* begins; -1 where it does not."""
    return int(_find(data, needle, start))


class Needles:
    """*texts* as they stand in JSON: plain, or with any of their characters written as an escape.

    Each of *texts* is ASCII, without a quote or a backslash, as IAM's names and ids are.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self.texts = frozenset(texts)
        # A name ends its string wherever it stands, so "bob" is not found in "bobby". In a string of JSON
        # within JSON the closing quote is escaped.
        self.closed = tuple(text.encode() + b'"' for text in sorted(self.texts))
        self._inner = tuple(text.encode() + b"\\" for text in sorted(self.texts))
        self._letters = {ord(letter) for text in self.texts for letter in text}

    def plainly_in(self, data: bytes) -> bool:
        """Whether any of the texts ends a string in *data*, unescaped."""
        return any(holds(data, needle) for needle in self.closed)

    def escaped_in(self, data: bytes) -> bool:
        """Whether letters of the texts stand in *data* as escapes: then only decoding tells what is there."""
        if b"\\" not in data or not holds(data, b"\\u00"):
            return False
        return any(int(found[1], 16) in self._letters for found in _ESCAPED.finditer(data))

    def hidden_in(self, data: bytes) -> bool:
        """Whether any of the texts may stand in *data* otherwise than plainly."""
        if b"\\" not in data:
            return False
        return any(holds(data, needle) for needle in self._inner) or self.escaped_in(data)

    def may_be_in(self, data: bytes) -> bool:
        """Whether any of the texts may stand in *data*, also in JSON that is a string of other JSON."""
        return self.plainly_in(data) or self.hidden_in(data)
