"""Opens gzip, bzip2, xz, zstd, zip and tar, one in the other; nothing is written to disk."""

from __future__ import annotations

import bz2
import io
import lzma
import re
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import zstandard

from services.review.gunzip import MAGIC as GZIP
from services.review.gunzip import RATIO, UNPACKED_LIMIT, gunzip

DEPTH = 5
"""Archives in archives that are opened."""

MEMBERS = 200_000
"""Members of one archive that are looked at."""

_ZIP, _BZIP2, _XZ, _ZSTD = b"PK\x03\x04", b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd"
PACKED = (GZIP, _ZIP, _BZIP2, _XZ, _ZSTD)
"""How what is packed begins, tar excepted."""

_TAR = b"ustar"
_TAR_AT = 257


@dataclass(frozen=True, slots=True)
class Document:
    """Bytes that are no archive, or what is wrong with one: *trouble* says what of it could not be read."""

    name: str
    data: bytes
    trouble: str | None = None


def is_archive(data: bytes) -> bool:
    """Whether *data* has to be unpacked, gzip alone excepted."""
    return data.startswith((_ZIP, _BZIP2, _XZ, _ZSTD)) or data[_TAR_AT : _TAR_AT + 5] == _TAR


def documents(name: str, data: bytes, depth: int = DEPTH) -> Iterator[Document]:
    """Whatever stands in *data*, unpacked as far as it goes and in UTF-8."""
    if depth == 0:
        yield Document(name, b"", "archives nested too deep")
    elif data.startswith(GZIP):
        unpacked = gunzip(data)
        yield from _more(name, unpacked.data, unpacked.trouble, depth)
    elif data.startswith(_ZIP):
        yield from _zip(name, data, depth)
    elif data[_TAR_AT : _TAR_AT + 5] == _TAR:
        yield from _tar(name, data, depth)
    elif unpacker := next((each for magic, each in _STREAMS if data.startswith(magic)), None):
        yield from _more(name, *_stream(unpacker, data), depth)
    else:
        yield Document(name, utf8(data))


def _more(name: str, data: bytes, trouble: str | None, depth: int) -> Iterator[Document]:
    if data.startswith(GZIP) or is_archive(data):
        yield from documents(name, data, depth - 1)
        if trouble:
            yield Document(name, b"", trouble)
    else:
        yield Document(name, utf8(data), trouble)


def _zip(name: str, data: bytes, depth: int) -> Iterator[Document]:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        yield Document(name, b"", f"a zip archive that can't be read ({error})")
        return
    left = _Allowance(len(data))
    for member in members[:MEMBERS]:
        inside = f"{name}: {member.filename}"
        if member.is_dir():
            continue
        if member.flag_bits & 1:
            yield Document(inside, b"", "encrypted")
            continue
        try:
            with archive.open(member) as file:
                found = file.read(left.bytes + 1)
        except (
            zipfile.BadZipFile,
            OSError,
            ValueError,
            RuntimeError,
            NotImplementedError,
            zlib.error,
            EOFError,
        ) as error:
            yield Document(inside, b"", f"damaged ({error})")
            continue
        if not left.take(len(found)):
            yield Document(name, b"", left.words)
            return
        yield from documents(inside, found, depth - 1)
    if len(members) > MEMBERS:
        yield Document(name, b"", f"{len(members) - MEMBERS:,} more members")


def _tar(name: str, data: bytes, depth: int) -> Iterator[Document]:
    count = end = 0
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            # Members are read where they stand: whatever their names or links say, no file is touched.
            for member in archive:
                inside = f"{name}: {member.name}"
                count += 1
                if count > MEMBERS:
                    yield Document(name, b"", f"more than {MEMBERS:,} members")
                    return
                if not member.isreg():
                    if not member.isdir():
                        yield Document(inside, b"", "a link or a device, which isn't followed")
                    continue
                file = archive.extractfile(member)
                found = file.read() if file else b""
                if len(found) != member.size:
                    yield Document(inside, b"", "cut off")
                yield from documents(inside, found, depth - 1)
            end = archive.offset
    except (tarfile.TarError, OSError, ValueError, EOFError) as error:
        yield Document(name, b"", f"a truncated or damaged tar archive ({error})")
        return
    # Archives that were put one behind the other; zeros fill up what is between them.
    rest = data[end:].lstrip(b"\0")
    if rest and len(rest) < len(data):
        yield from documents(name, rest, depth - 1)


@dataclass(slots=True)
class _Allowance:
    """How much an archive of *packed* bytes may still unpack to."""

    packed: int
    used: int = 0

    @property
    def bytes(self) -> int:
        return max(UNPACKED_LIMIT, self.packed * RATIO) - self.used

    def take(self, count: int) -> bool:
        self.used += count
        return self.bytes >= 0

    @property
    def words(self) -> str:
        return f"unpacks to more than {RATIO} times its size: the rest was left unread"


_STEP = 1 << 20
_FIRST = 1 << 10
"""Bytes fed to begin with: what stands behind a stream is copied with it, and there may be many."""
_NOT_ZERO = re.compile(rb"[^\0]")


class _Unpacker(Protocol):
    """What bz2 and lzma have in common."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /, max_length: int = -1) -> bytes: ...


def _one_by_one(make: Callable[[], _Unpacker], data: bytes) -> Iterator[bytes]:
    """What all streams in *data* unpack to; raises EOFError or OSError where it ends otherwise."""
    magic, at = data[:3], 0
    while at < len(data):
        if not data.startswith(magic, at):
            raise OSError("there is other data behind its end")
        unpacker, size = make(), _FIRST
        while not unpacker.eof:
            block = data[at : at + size] if unpacker.needs_input else b""
            at, size = at + len(block), min(2 * size, _STEP)
            part = unpacker.decompress(block, _STEP)
            yield part
            if unpacker.needs_input and not block and not part:
                raise EOFError
        # Zeros fill up blocks of devices and archives.
        more = _NOT_ZERO.search(data, at - len(unpacker.unused_data))
        at = more.start() if more else len(data)


def _zstd(data: bytes) -> Iterator[bytes]:
    unpacker = zstandard.ZstdDecompressor(max_window_size=1 << 27)
    with unpacker.stream_reader(data, read_across_frames=True) as file:
        while part := file.read(_STEP):
            yield part


_STREAMS: tuple[tuple[bytes, Callable[[bytes], Iterator[bytes]]], ...] = (
    (_BZIP2, partial(_one_by_one, bz2.BZ2Decompressor)),
    (_XZ, partial(_one_by_one, lzma.LZMADecompressor)),
    (_ZSTD, _zstd),
)


def _stream(unpack: Callable[[bytes], Iterator[bytes]], data: bytes) -> tuple[bytes, str | None]:
    """What *data* unpacks to, and what is wrong with the rest."""
    left, parts = _Allowance(len(data)), bytearray()
    try:
        for part in unpack(data):
            parts += part
            if not left.take(len(part)):
                return bytes(parts), left.words
    except EOFError:
        return bytes(parts), "cut off"
    except (OSError, ValueError, lzma.LZMAError, zstandard.ZstdError) as error:
        return bytes(parts), f"damaged ({error})"
    return bytes(parts), None


_BOMS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


def utf8(data: bytes) -> bytes:
    """*data* in UTF-8, where it says by its first bytes that it is UTF-16 or UTF-32."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data.decode(encoding, "replace").encode()
    head = data[:4]
    if len(head) == 4 and head[1] == 0 and head[3] == 0 and head[0] and head[2]:
        return data.decode("utf-16-le", "replace").encode()
    if len(head) == 4 and head[0] == 0 and head[2] == 0 and head[1] and head[3]:
        return data.decode("utf-16-be", "replace").encode()
    return data
