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
    broken: Exception | None = None
    while not ended:
        pieces, size = [kept], 0
        # Most files end within a chunk, and are looked at once.
        while not ended and size < chunk:
            try:
                new = stream.read(chunk - size)
            except Exception as error:  # noqa: BLE001 - whatever it is, what was read before is looked at
                broken, new = error, b""
            ended, size = not new, size + len(new)
            pieces.append(new)
        data = b"".join(pieces)
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
    if broken:
        raise broken
