"""Zip archives: the library lets pass what stands before one, or behind it, and raises what it likes."""

from __future__ import annotations

import struct
import zipfile
from typing import IO, Any, cast

MAGIC = b"PK\x03\x04"
_END, _ENTRY = b"PK\x05\x06", b"PK\x01\x02"
_RECORD = struct.Struct("<4sHHHHIIH")
"""Ends an archive: its mark, two disks, entries here and in all, their size and place, a comment's length."""
LONGEST_END = _RECORD.size + 0xFFFF


MOST_LISTED = 16 << 20
"""Bytes of a table of contents: the library makes twenty times as much of it, at once."""


class _Listed:
    """The *file* of an archive, of whose table of contents no more is read than there is room for."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def read(self, size: int = -1) -> bytes:
        if size > MOST_LISTED:
            raise zipfile.BadZipFile("its table of contents is too large")
        return self._file.read(size)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def opened(file: IO[bytes]) -> zipfile.ZipFile:
    """The archive in *file*; raises BadZipFile, whatever is wrong with it."""
    try:
        return zipfile.ZipFile(cast("IO[bytes]", _Listed(file)))
    except (ArithmeticError, NotImplementedError, OSError, ValueError, struct.error) as error:
        raise zipfile.BadZipFile(str(error)) from None


def beside(archive: zipfile.ZipFile, file: IO[bytes]) -> str | None:
    """What of *file* is not of the *archive* in it, in words."""
    if min((member.header_offset for member in archive.infolist()), default=0):
        return "what stands before its first member"
    size = file.seek(0, 2)
    file.seek(max(0, size - LONGEST_END))
    tail = file.read(LONGEST_END)
    behind = tail[tail.rfind(_END) + _RECORD.size + len(archive.comment) :]
    return "what stands behind its end" if behind.strip(b"\0") else None


def is_end(tail: bytes) -> bool:
    """Whether a file with this *tail* has a zip archive at its end, whatever it begins with."""
    at = tail.rfind(_END)
    if at < 0 or len(tail) < at + _RECORD.size:
        return False
    *_, entries, size, _, comment = _RECORD.unpack_from(tail, at)
    listed = at - size
    begun = listed < 0 or tail.startswith(_ENTRY, listed)
    return bool(entries) and begun and at + _RECORD.size + comment == len(tail)
