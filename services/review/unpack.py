"""Opens gzip, bzip2, xz, zstd, zip and tar, one in the other; nothing is written to disk."""

from __future__ import annotations

import io
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from services.base import frames, zips
from services.base.frames import BZIP2, XZ, ZSTD
from services.base.tar import Tar
from services.review.gunzip import MAGIC as GZIP
from services.review.gunzip import RATIO, UNPACKED_LIMIT, gunzip

DEPTH = 5
"""Archives in archives that are opened."""

MEMBERS = 200_000
"""Members of one archive that are looked at."""

_STREAMS = (BZIP2, XZ, ZSTD)
PACKED = (GZIP, zips.MAGIC, *_STREAMS)
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
    return data.startswith((zips.MAGIC, *_STREAMS)) or data[_TAR_AT : _TAR_AT + 5] == _TAR


def documents(name: str, data: bytes, *, always: int | None = None) -> Iterator[Document]:
    """Whatever stands in *data*, unpacked as far as it goes and in UTF-8.

    All of it together may be RATIO times as large, and UNPACKED_LIMIT or *always* in any case.
    """
    left = _Allowance(len(data), UNPACKED_LIMIT if always is None else always)
    yield from _documents(name, data, DEPTH, left)


def _documents(name: str, data: bytes, depth: int, left: _Allowance) -> Iterator[Document]:
    if depth == 0:
        yield Document(name, b"", "archives nested too deep")
    elif left.bytes < 0:
        # What is packed in each other many times over would be unpacked for hours.
        yield Document(name, b"", left.words)
    elif data.startswith(GZIP):
        unpacked = gunzip(data, limit=min(UNPACKED_LIMIT, max(1, left.bytes)))
        left.take(len(unpacked.data))
        yield from _more(name, unpacked.data, unpacked.trouble, depth, left)
    elif data.startswith(zips.MAGIC):
        yield from _zip(name, data, depth, left)
    elif data[_TAR_AT : _TAR_AT + 5] == _TAR:
        yield from _tar(name, data, depth, left)
    elif kind := next((each for each in _STREAMS if data.startswith(each)), None):
        yield from _more(name, *_stream(kind, data, left), depth, left)
    else:
        yield Document(name, utf8(data))


def _more(name: str, data: bytes, trouble: str | None, depth: int, left: _Allowance) -> Iterator[Document]:
    if data.startswith(GZIP) or is_archive(data):
        yield from _documents(name, data, depth - 1, left)
        if trouble:
            yield Document(name, b"", trouble)
    else:
        yield Document(name, utf8(data), trouble)


def _zip(name: str, data: bytes, depth: int, left: _Allowance) -> Iterator[Document]:
    file = io.BytesIO(data)
    try:
        archive = zips.opened(file)
        members, more = archive.infolist(), zips.beside(archive, file)
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        yield Document(name, b"", f"a zip archive that can't be read ({error})")
        return
    if more:
        yield Document(name, b"", f"{more} was left unread")
    for member in members[:MEMBERS]:
        inside = f"{name}: {member.filename}"
        if member.is_dir():
            continue
        if member.flag_bits & 1:
            yield Document(inside, b"", "encrypted")
            continue
        try:
            with archive.open(member) as content:
                found = content.read(left.bytes + 1)
        except (
            ArithmeticError,
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
        yield from _documents(inside, found, depth - 1, left)
    if len(members) > MEMBERS:
        yield Document(name, b"", f"{len(members) - MEMBERS:,} more members")


def _tar(name: str, data: bytes, depth: int, left: _Allowance) -> Iterator[Document]:
    count = end = 0
    try:
        with Tar.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            # Members are read where they stand: whatever their names or links say, no file is touched.
            for member in archive:
                end, inside = archive.offset, f"{name}: {member.name}"
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
                yield from _documents(inside, found, depth - 1, left)
                archive.forget()
            end = archive.offset
    except (tarfile.TarError, OSError, ValueError, EOFError, ArithmeticError) as error:
        yield Document(name, b"", f"a truncated or damaged tar archive ({error})")
        if not end:
            return
    # Archives that were put one behind the other, with zeros between them, and what follows a damage.
    rest = data[end:].lstrip(b"\0")
    if rest and len(rest) < len(data):
        yield from _documents(name, rest, depth - 1, left)


@dataclass(slots=True)
class _Allowance:
    """How much *packed* bytes may still unpack to, all that is in them together; *always* so much."""

    packed: int
    always: int
    used: int = 0

    @property
    def bytes(self) -> int:
        return max(self.always, self.packed * RATIO) - self.used

    def take(self, count: int) -> bool:
        self.used += count
        return self.bytes >= 0

    @property
    def words(self) -> str:
        return f"unpacks to more than {RATIO} times its size: the rest was left unread"


def _stream(kind: bytes, data: bytes, left: _Allowance) -> tuple[bytes, str | None]:
    """What *data* unpacks to, and what is wrong with the rest."""
    parts = bytearray()
    try:
        for part in frames.unpacked(kind, io.BytesIO(data).read):
            parts += part
            if not left.take(len(part)):
                return bytes(parts), left.words
    except EOFError:
        return bytes(parts), "cut off"
    except frames.DAMAGED as error:
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
