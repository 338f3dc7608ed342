"""Finds API keys in a stream of bytes: a byte search first, and what is found is decoded to be sure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from services.keys.token import LONGEST, SERVICE_OF_PREFIX, Token, TokenError, decode

CHUNK = 4 << 20
_PREFIXES = tuple(prefix.encode() for prefix in SERVICE_OF_PREFIX)
_WHOLE = re.compile(rb"[A-Za-z0-9+/]{32,%d}={0,2}" % LONGEST)


class Stream(Protocol):
    """What bytes are read from."""

    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Hit:
    """A key's *token*, without its secret, and the *line* it stands in, counted from 1."""

    token: Token
    line: int


def hits(stream: Stream, *, chunk: int = CHUNK) -> Iterator[Hit]:
    """Every key in *stream*, in order; memory is bounded by *chunk*, however long a line is."""
    line, kept, ended = 1, b"", False
    while not ended:
        new = stream.read(chunk)
        ended, data = not new, kept + new
        # What begins near the end may go on in the next chunk, and is looked at with it.
        done = len(data) if ended else max(0, len(data) - LONGEST)
        at = 0
        for start, token in _in(data, done):
            line += data.count(b"\n", at, start)
            at = start
            yield Hit(token, line)
        line += data.count(b"\n", at, done)
        kept = data[done:]


def _in(data: bytes, end: int) -> Iterator[tuple[int, Token]]:
    """Where keys begin before *end*."""
    starts = sorted(start for prefix in _PREFIXES for start in _places(data, prefix, end))
    past = 0
    for start in starts:
        # An encoded alias may hold what looks like a prefix.
        if start < past or not (found := _WHOLE.match(data, start)):
            continue
        try:
            token = decode(found[0].decode("ascii"))
        except TokenError:
            continue
        past = found.end()
        yield start, token


def _places(data: bytes, prefix: bytes, end: int) -> Iterator[int]:
    start = data.find(prefix, 0, end + len(prefix) - 1)
    while start != -1:
        yield start
        start = data.find(prefix, start + 1, end + len(prefix) - 1)
