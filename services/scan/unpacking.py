"""What is packed, as streams of what is in it: gzip, bzip2, xz, zstd, tar (so image layers too) and zip."""

from __future__ import annotations

import bz2
import io
import lzma
import shutil
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import IO, Any, cast

import zstandard
from isal import igzip, isal_zlib

from services.scan.tokens import Stream

HEAD = 512
_PIECE = 64 << 10
_ALWAYS, _TIMES = 1 << 30, 20
"""Bytes that anything may unpack to, and how many times its own size beside that."""
BROKEN: tuple[type[Exception], ...] = (
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
    cast("type[Exception]", isal_zlib.IsalError),
    lzma.LZMAError,
    zstandard.ZstdError,
    EOFError,
    OSError,
    ValueError,
)
"""What the libraries raise for what is damaged, or a way of packing that they don't know."""
_UNREAD: tuple[tuple[bytes, str], ...] = (
    (b"PACK\0\0\0", "a pack of git's that stands outside a repository"),
    (b"# v2 git bundle", "a bundle of git's"),
    (b"# v3 git bundle", "a bundle of git's"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\x04\x22\x4d\x18", "packed by LZ4"),
)
"""How files begin in which text is packed in a way that is not read, and what they are."""
_ZSTD = b"\x28\xb5\x2f\xfd"
_LARGEST_WINDOW = 1 << 27
_LIBRARY_GAPS = (NotImplementedError, RuntimeError)


class TooLarge(Exception):
    """It unpacks to more than is looked through."""


class NotUnpacked(Exception):
    """A part cannot be read; the message completes "… was not searched:"."""


@dataclass
class Budget:
    """What one file may unpack to, all that is in it together."""

    left: int = _ALWAYS

    def spend(self, size: int) -> None:
        self.left -= size
        if self.left < 0:
            raise TooLarge

    def earn(self, size: int) -> None:
        self.left += size * _TIMES


@dataclass
class Peeked(io.RawIOBase):
    """A stream whose beginning is known before it is read."""

    stream: Stream
    head: bytes = b""
    taken: Callable[[int], None] = field(default=lambda size: None, repr=False)
    """Hears how much was read."""

    def __post_init__(self) -> None:
        while len(self.head) < HEAD and (more := self.stream.read(HEAD - len(self.head))):
            self.head += more

    def read(self, size: int = -1) -> bytes:
        if size < 0:
            raise ValueError("read in pieces")
        data, self.head = self.head[:size], self.head[size:]
        if len(data) < size:
            data += self.stream.read(size - len(data))
        self.taken(len(data))
        return data

    def readinto(self, buffer: Any) -> int:
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def readable(self) -> bool:
        return True


def parts(stream: Peeked, budget: Budget) -> Iterator[tuple[str, Stream | NotUnpacked]] | None:
    """The parts of what is packed in *stream*, each with its name ("" where it has none); None: not packed.

    Each is to be read before the next. Raises TooLarge or one of BROKEN on the way.
    """
    head = stream.head
    source = cast("IO[bytes]", stream)
    if head.startswith(b"\x1f\x8b\x08"):
        return _one(_gunzipped(source), budget)
    if head.startswith(b"BZh") and head[4:10] == b"1AY&SY":
        return _one(bz2.BZ2File(source), budget)
    if head.startswith(b"\xfd7zXZ\0"):
        return _one(lzma.LZMAFile(source), budget)
    if head.startswith(_ZSTD):
        return _one(_Zstd(source, head), budget)
    if head[257:262] == b"ustar":
        return _of_tar(source, budget)
    if head.startswith(b"PK\x03\x04"):
        return _of_zip(source, budget)
    return None


def unread(head: bytes) -> str | None:
    """Why what begins with *head* hides what is in it, though no library here unpacks it."""
    if found := next((what for magic, what in _UNREAD if head.startswith(magic)), None):
        return found
    if head[:1] == b"\x78":
        try:
            begins = zlib.decompressobj().decompress(head, 32)
        except zlib.error:
            return None
        if begins.startswith((b"blob ", b"tree ", b"commit ", b"tag ")):
            return "an object of git's that stands outside a repository"
    return None


class _Zstd:
    """All frames of *source*; its library takes an early end for the end, so the size that is told counts."""

    def __init__(self, source: IO[bytes], head: bytes) -> None:
        unpacker = zstandard.ZstdDecompressor(max_window_size=_LARGEST_WINDOW)
        self._stream = unpacker.stream_reader(source, read_across_frames=True, closefd=False)
        self._head, self._missing = head, 0
        self._begun = False

    def read(self, size: int) -> bytes:
        if not self._begun:
            self._begun, self._missing = True, zstandard.frame_content_size(self._head)
        data = self._stream.read(size)
        self._missing -= len(data)
        if not data and self._missing > 0:
            raise EOFError("it ends too early")
        return data


@dataclass
class _Spent:
    """Counts what is unpacked."""

    stream: Stream
    budget: Budget

    def read(self, size: int) -> bytes:
        # What was unpacked before a damage is not lost with it.
        data = self.stream.read(min(size, _PIECE))
        self.budget.spend(len(data))
        return data


def _gunzipped(source: IO[bytes]) -> object:
    opened: Any = igzip.IGzipFile
    return opened(fileobj=source)


def _one(stream: object, budget: Budget) -> Iterator[tuple[str, Stream | NotUnpacked]]:
    yield "", _Spent(cast("Stream", stream), budget)


def _of_tar(source: IO[bytes], budget: Budget) -> Iterator[tuple[str, Stream | NotUnpacked]]:
    with tarfile.open(fileobj=source, mode="r|") as tar:
        for member in tar:
            # What is long and empty costs too.
            budget.spend(512)
            if member.isreg() and (inside := tar.extractfile(member)):
                yield member.name, _Spent(inside, budget)


def _of_zip(source: IO[bytes], budget: Budget) -> Iterator[tuple[str, Stream | NotUnpacked]]:
    # Its table of contents is at its end.
    with tempfile.TemporaryFile() as whole:
        shutil.copyfileobj(cast("IO[bytes]", _Spent(source, budget)), whole, 1 << 20)
        with zipfile.ZipFile(whole) as packed:
            for member in packed.infolist():
                budget.spend(512)
                if member.is_dir():
                    continue
                try:
                    with packed.open(member) as inside:
                        yield member.filename, _Spent(inside, budget)
                except _LIBRARY_GAPS:
                    why = "it is encrypted" if member.flag_bits & 1 else "packed in a way that isn't known"
                    yield member.filename, NotUnpacked(why)
