"""Unpacks gzip, however it was cut, damaged or meant as a bomb."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from isal import isal_zlib

UNPACKED_LIMIT = 100_000_000
"""Bytes one object may unpack to; CloudTrail's are 50 MB at most."""

PACKED_LIMIT = 64_000_000
"""Bytes of an object that are read at all."""

MAGIC = b"\x1f\x8b"
_GZIP = 31
# Its stub has an instance where there is a class.
_IsalError = cast("type[Exception]", isal_zlib.IsalError)
_CAREFUL = 1 << 16
_MOST = 1032  # to one: deflate packs no better


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What could be read, and what is wrong with the rest."""

    data: bytes
    trouble: str | None = None


def gunzip(packed: bytes, *, limit: int = UNPACKED_LIMIT) -> Unpacked:
    """The bytes in *packed*, of all its members; bytes that are no gzip are handed back as they are."""
    if not packed.startswith(MAGIC):
        return Unpacked(packed[:limit], _too_large(limit) if len(packed) > limit else None)
    parts: list[bytes] = []
    left, rest = limit, packed
    while rest.startswith(MAGIC):
        data, rest, trouble = _member(rest, left)
        parts.append(data)
        left -= len(data)
        if trouble:
            return Unpacked(b"".join(parts), trouble if left else _too_large(limit))
    # tar and some file systems pad with zeros.
    trouble = "something that is no gzip after its end" if rest.strip(b"\0") else None
    return Unpacked(parts[0] if len(parts) == 1 else b"".join(parts), trouble)


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
                return b"".join(parts)[:limit], b"", _too_large(limit)
            if not part and not rest and not member.eof:
                return b"".join(parts), b"", "cut off"
            size = min(1 << 20, limit - got + 1)
    except _IsalError:
        return _carefully(packed, limit), b"", "damaged"
    return parts[0] if len(parts) == 1 else b"".join(parts), member.unused_data, None


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


def _too_large(limit: int) -> str:
    return f"larger than {limit // 1_000_000} MB unpacked: the rest was left unread"
