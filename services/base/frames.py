"""bzip2, xz and zstd: the readers that come with them let pass what is cut off, or stands behind the end."""

from __future__ import annotations

import bz2
import lzma
from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

import zstandard

BZIP2, XZ, ZSTD = b"BZh", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd"
DAMAGED: tuple[type[Exception], ...] = (EOFError, OSError, ValueError, lzma.LZMAError, zstandard.ZstdError)
_LARGEST_WINDOW = 1 << 27
_MOST_MEMORY = 2 * _LARGEST_WINDOW
_FED = 1 << 10
"""Bytes given to a library at once: a few of them may unpack to 128 KiB and more."""


class _Unpacker(Protocol):
    """Unpacks one stream."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /) -> bytes: ...


def _zstd() -> _Unpacker:
    return zstandard.ZstdDecompressor(max_window_size=_LARGEST_WINDOW).decompressobj()


_UNPACKERS: Mapping[bytes, Callable[[], _Unpacker]] = {
    BZIP2: bz2.BZ2Decompressor,
    XZ: lambda: lzma.LZMADecompressor(memlimit=_MOST_MEMORY),
    ZSTD: _zstd,
}


def unpacked(kind: bytes, read: Callable[[int], bytes]) -> Iterator[bytes]:
    """What all streams of *kind* that *read* gives unpack to, in pieces; zeros may stand between them.

    Raises EOFError where the last is cut off, another of DAMAGED where one is damaged or something else
    stands behind its end.
    """
    unpacker, ended = None, False
    while given := read(_FED):
        # Zeros fill up blocks of devices and archives.
        while given := given if unpacker else given.lstrip(b"\0"):
            begins, unpacker = unpacker is None, unpacker or _UNPACKERS[kind]()
            try:
                part = unpacker.decompress(given)
            except DAMAGED as error:
                if begins and ended:
                    raise ValueError("there is other data behind its end") from error
                raise
            if part:
                yield part
            given = unpacker.unused_data
            if unpacker.eof:
                unpacker, ended = None, True
    if unpacker:
        raise EOFError("it ends too early")
