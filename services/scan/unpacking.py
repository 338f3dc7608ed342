"""What is packed, as streams of what is in it: gzip, bzip2, xz, zstd, tar (so image layers too) and zip."""

from __future__ import annotations

import io
import shutil
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import IO, Any, cast

from isal import igzip, isal_zlib

from services.base import frames, zips
from services.base.frames import BZIP2, XZ, ZSTD
from services.base.tar import Ending, Tar
from services.scan.tokens import Stream

HEAD = 512
_PIECE = 64 << 10
_ALWAYS, _TIMES = 1 << 30, 20
"""Bytes that anything may unpack to, and how many times its own size beside that."""
BROKEN: tuple[type[Exception], ...] = (
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
    ArithmeticError,
    cast("type[Exception]", isal_zlib.IsalError),
    *frames.DAMAGED,
)
"""What the libraries raise for what is damaged, or a way of packing that they don't know."""
_UNREAD: tuple[tuple[bytes, str], ...] = (
    (b"PACK\0\0\0", "a pack of git's that stands outside a repository"),
    (b"# v2 git bundle", "a bundle of git's"),
    (b"# v3 git bundle", "a bundle of git's"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\x04\x22\x4d\x18", "packed by LZ4"),
    (b"\x1f\x9d", "packed by compress"),
    (b"LZIP\x01", "packed by lzip"),
    (b"\x89LZO\0", "packed by lzop"),
    (b"\xff\x06\0\0sNaPpY", "packed by Snappy"),
    (b"!<arch>\ndebian-binary", "a Debian package"),
    (b"\xed\xab\xee\xdb", "an RPM package"),
    (b"MSCF\0\0\0\0", "a cabinet archive"),
    (b"hsqs", "a SquashFS file system"),
    (b"PAR1\x15", "a Parquet file"),
    (b"Obj\x01", "an Avro file"),
    (b"%PDF-", "a PDF document"),
)
"""How files begin in which text is packed in a way that is not read, and what they are."""
_BZIP2_GOES_ON = (b"1AY&SY", b"\x17rE8P\x90")
"""A block, or the end of a stream without any: text may begin as bzip2 does."""
_LIBRARY_GAPS = (ArithmeticError, NotImplementedError, RuntimeError)


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
    tail: bytes = b""
    """The last that was read, as much as tells whether a zip archive ends there."""

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
        more = zips.LONGEST_END - len(data)
        self.tail = (self.tail[-more:] if more > 0 else b"") + data[-zips.LONGEST_END :]
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
    kind = next((each for each in (BZIP2, XZ, ZSTD) if head.startswith(each)), None)
    if kind and (kind != BZIP2 or head.startswith(_BZIP2_GOES_ON, 4)):
        return _one(_Pieces(frames.unpacked(kind, source.read)), budget)
    if head[257:262] == b"ustar":
        return _of_tar(source, budget)
    if head.startswith(zips.MAGIC):
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


@dataclass
class _Pieces:
    """A stream of what comes in pieces of any size."""

    pieces: Iterator[bytes]
    held: memoryview = field(default_factory=lambda: memoryview(b""))

    def read(self, size: int) -> bytes:
        if not self.held:
            self.held = memoryview(next(self.pieces, b""))
        data, self.held = bytes(self.held[:size]), self.held[size:]
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
    with Tar.open(fileobj=cast("IO[bytes]", Ending(source)), mode="r|", ignore_zeros=True) as tar:
        for member in tar:
            # What is long and empty costs too.
            budget.spend(512)
            tar.forget()
            if member.isreg() and (inside := tar.extractfile(member)):
                yield member.name, _Spent(inside, budget)


def _of_zip(source: IO[bytes], budget: Budget) -> Iterator[tuple[str, Stream | NotUnpacked]]:
    # Its table of contents is at its end.
    with tempfile.TemporaryFile() as whole:
        shutil.copyfileobj(cast("IO[bytes]", _Spent(source, budget)), whole, 1 << 20)
        with zips.opened(whole) as packed:
            if more := zips.beside(packed, whole):
                yield more, NotUnpacked("it is no part of the archive")
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
