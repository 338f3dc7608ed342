"""Unpacks gzip, however it was cut, damaged or meant as a bomb."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import cast

from isal import isal_zlib

UNPACKED_LIMIT = 100_000_000
"""Bytes one object may unpack to; CloudTrail's are 50 MB at most."""

PACKED_LIMIT = 64_000_000
"""Bytes of an object that are read at all."""

RATIO = 200
"""What unpacks to more than so many times its size is taken for a bomb: ids alone keep records from that."""

BOMB_BYTES = 16_000_000
"""So much of a bomb is unpacked before it is taken for one."""

MAGIC = b"\x1f\x8b"
_GZIP = 31
# Its stub has an instance where there is a class.
_IsalError = cast("type[Exception]", isal_zlib.IsalError)
_CAREFUL = 1 << 16
_STEP = 1 << 22
_FIRST = 1 << 10
_MOST = 1032  # to one: deflate packs no better
_OVER = "over"
_BOMB = f"packed more than {RATIO} to 1, as bombs are: the rest was left unread"


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What could be read, and what is wrong with the rest."""

    data: bytes
    trouble: str | None = None
    over: bool = False
    """Whether that is only that there is more than the limit."""


def gunzip(packed: bytes, *, limit: int = UNPACKED_LIMIT) -> Unpacked:
    """The bytes in *packed*, of all its members; bytes that are no gzip are handed back as they are."""
    if not packed.startswith(MAGIC):
        over = len(packed) > limit
        return Unpacked(packed[:limit], _too_large(limit) if over else None, over)
    if _most(len(packed)) < limit:
        limit, larger = _most(len(packed)), _BOMB
    else:
        larger = _too_large(limit)
    parts: list[bytes] = []
    left, at = limit, 0
    while packed.startswith(MAGIC, at):
        data, length, trouble = _member_at(packed, at, left)
        parts.append(data)
        left -= len(data)
        at += length
        if trouble:
            over = not left or trouble == _OVER
            return Unpacked(_joined(parts), larger if over else trouble, over)
    # tar and some file systems pad with zeros.
    trouble = "data that isn't gzip after its end" if packed[at:].strip(b"\0") else None
    return Unpacked(_joined(parts), trouble)


class Stream:
    """Unpacks gzip of any length block by block, a bomb excepted; *trouble* is set at its end."""

    def __init__(self, packed: Iterable[bytes], block: int) -> None:
        self.trouble: str | None = None
        self._packed = packed
        self._block = block
        self._read = self._made = 0

    def __iter__(self) -> Iterator[bytes]:
        buffer = bytearray()
        for part in self._parts():
            buffer += part
            while len(buffer) >= self._block:
                yield bytes(buffer[: self._block])
                del buffer[: self._block]
        if buffer:
            yield bytes(buffer)

    def _parts(self) -> Iterator[bytes]:
        member, begun = isal_zlib.decompressobj(_GZIP), False
        try:
            for chunk in self._packed:
                self._read += len(chunk)
                rest = chunk
                while rest:
                    if member.eof:
                        if not rest.strip(b"\0"):
                            break
                        member, begun = isal_zlib.decompressobj(_GZIP), False
                    part = member.decompress(rest, _STEP)
                    rest = member.unused_data if member.eof else member.unconsumed_tail
                    begun = True
                    self._made += len(part)
                    yield part
                    if self._made > _most(self._read - len(rest)):
                        self.trouble = _BOMB
                        return
        except _IsalError:
            self.trouble = "damaged"
            return
        if begun and not member.eof:
            self.trouble = "cut off"


def _member_at(packed: bytes, at: int, limit: int) -> tuple[bytes, int, str | None]:
    """The member that begins *at*, how long it is, and what is wrong with it.

    What stands behind a member is copied with it: of many small ones too little is tried first.
    """
    size = len(packed) if at == 0 else _FIRST
    while True:
        window = packed[at : at + size] if at else packed
        data, rest, trouble = _member(window, limit)
        if trouble != "cut off" or at + size >= len(packed):
            return data, len(window) - len(rest), trouble
        size *= 8


def _member(packed: bytes, limit: int) -> tuple[bytes, bytes, str | None]:
    """One gzip member, what follows it, and what is wrong with it."""
    member = isal_zlib.decompressobj(_GZIP)
    # The last four bytes say how much there is, which spares growing the buffer; they may lie.
    expected = min(int.from_bytes(packed[-4:], "little"), len(packed) * _MOST)
    parts: list[bytes] = []
    got = 0
    size, rest = min(expected, limit) + 1, packed
    try:
        while not member.eof:
            part = member.decompress(rest, size)
            rest = member.unconsumed_tail
            got += len(part)
            parts.append(part)
            if got > limit:
                parts[-1] = part[: len(part) - (got - limit)]
                return _joined(parts), b"", _OVER
            if not part and not rest and not member.eof:
                return _joined(parts), b"", "cut off"
            size = min(1 << 20, limit - got + 1)
    except _IsalError:
        return _carefully(packed, limit), b"", "damaged"
    return _joined(parts), member.unused_data, None


def _carefully(packed: bytes, limit: int) -> bytes:
    """What stands before the damage: an error takes the whole of its step with it, so the steps are small."""
    member = isal_zlib.decompressobj(_GZIP)
    kept, rest = bytearray(), packed
    try:
        while not member.eof and len(kept) < limit:
            part = member.decompress(rest, min(_CAREFUL, limit - len(kept)))
            rest = member.unconsumed_tail
            kept += part
            if not part and not rest:
                break
    except _IsalError:
        pass
    return bytes(kept)


def _joined(parts: list[bytes]) -> bytes:
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _most(packed: int) -> int:
    """To how many bytes so many *packed* ones may unpack."""
    return max(BOMB_BYTES, RATIO * packed)


def _too_large(limit: int) -> str:
    return f"larger than {limit // 1_000_000} MB unpacked: the rest was left unread"
