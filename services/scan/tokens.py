"""Finds leaked credentials in a stream of bytes, whatever its length, a piece at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from services.keys.recognise import REACH, AnyKey, sightings

CHUNK = 4 << 20
_BEFORE = 1 << 10
"""What stands before a credential and says more of it, as a secret before its id does."""


class Stream(Protocol):
    """What bytes are read from."""

    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Hit:
    """A credential without its secret, and the *line* it stands in, counted from 1."""

    key: AnyKey
    line: int


def hits(stream: Stream, *, chunk: int = CHUNK, ids: bool = False) -> Iterator[Hit]:
    """Every credential in *stream*, in order; memory is bounded by *chunk*, however long a line is."""
    line, kept, begin, ended = 1, b"", 0, False
    while not ended:
        data = kept
        # Most files end within a chunk, and are looked at once.
        while not ended and len(data) < len(kept) + chunk:
            new = stream.read(chunk)
            ended, data = not new, data + new if data else new
        # What begins near the end may go on in the next chunk, and is looked at with it.
        done = len(data) if ended else max(begin, len(data) - REACH)
        at = begin
        for found in sightings(data, ids=ids):
            if begin <= found.start < done:
                line += data.count(b"\n", at, found.start)
                at = found.start
                yield Hit(found.key, line)
        line += data.count(b"\n", at, done)
        kept = data[max(0, done - _BEFORE) :]
        begin = min(done, _BEFORE)
