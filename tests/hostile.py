"""Archives of somebody who means harm: numbers that are lies, and more of a thing than anybody has."""

from __future__ import annotations

import io
import struct
import zipfile

BLOCK = 512
_ENTRY = b"PK\x01\x02"


def tar_head(
    kind: bytes, size: bytes | int = 0, *, name: bytes = b"a", more: dict[int, bytes] | None = None
) -> bytes:
    """A head with a right checksum, whatever else it says; *more* is what stands in it at some places."""
    head = bytearray(BLOCK)
    head[: len(name)] = name
    head[124:136] = size if isinstance(size, bytes) else b"%011o\0" % size
    head[156:157] = kind
    head[257:265] = b"ustar\x0000"
    for at, data in (more or {}).items():
        head[at : at + len(data)] = data
    head[148:156] = b" " * 8
    head[148:156] = b"%06o\0 " % sum(head)
    return bytes(head)


def told_in_bytes(number: int) -> bytes:
    """A size for which octal digits don't suffice, or that is below zero."""
    return (b"\xff" if number < 0 else b"\x80") + (number % (1 << 88)).to_bytes(11, "big")


def padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % BLOCK)


def attributes(*pairs: tuple[str, str], kind: bytes = b"x") -> bytes:
    """The head, and what it tells, of a member's attributes."""
    data = b""
    for key, value in pairs:
        record = f" {key}={value}\n".encode()
        length = len(record) + 1
        while len(b"%d" % length) + len(record) != length:
            length += 1
        data += b"%d%s" % (length, record)
    return tar_head(kind, len(data)) + padded(data)


def tar_member(content: bytes, name: bytes = b"a") -> bytes:
    return tar_head(b"0", len(content), name=name) + padded(content)


END = bytes(2 * BLOCK)
_DIGITS = b"1" * 100_000
_HUGE = told_in_bytes(1 << 80)
TARS = {
    "of an unknown kind and no end": tar_head(b"Z", _HUGE),
    "of a file without end": tar_head(b"0", _HUGE),
    "of a size below zero": tar_head(b"0", told_in_bytes(-512)) + tar_member(b"a") + END,
    "of digits alone": tar_head(b"x", len(_DIGITS)) + padded(_DIGITS) + tar_head(b"0"),
    "of a length in more digits than are counted": tar_head(b"x", 5120)
    + b"9" * 5117
    + b" a="
    + tar_member(b""),
    "of attributes without end": tar_head(b"x", _HUGE) + bytes(BLOCK),
    "of attributes for all without end": tar_head(b"g", _HUGE) + bytes(BLOCK),
    "of a name without end": tar_head(b"L", _HUGE) + bytes(BLOCK),
    "of a size that is none": attributes(("size", "much")) + tar_member(b"a") + END,
    "of a size of too many digits": attributes(("size", "9" * 5000)) + tar_member(b"a") + END,
    "of heads alone": attributes(("path", "a")) * 2000,
    "of a map that goes on behind the end": tar_head(b"S", more={482: b"\1"}),
    "of a map that goes on for ever": tar_head(b"S", more={482: b"\1"})
    + (bytes(504) + b"\1" + bytes(7)) * 4000,
    "of a map that is none": attributes(("GNU.sparse.map", "a,b"), ("GNU.sparse.size", "9"))
    + tar_member(b"a"),
    "of a map of nothing": attributes(("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0")) + tar_head(b"0"),
    "of a map that goes back": attributes(("GNU.sparse.map", "8,8,0,8"), ("GNU.sparse.size", "16"))
    + tar_member(b"a" * 16)
    + END,
    "of holes without end": attributes(("GNU.sparse.map", f"{1 << 60},1"), ("GNU.sparse.size", str(1 << 61)))
    + tar_member(b"a")
    + END,
}
"""Tar archives of which not all can be read, each by what is wrong with it."""


_VERSION = 6


def zipped(content: bytes, name: str = "a", method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr(name, content)
    return out.getvalue()


def with_entry(archive: bytes, at: int, data: bytes) -> bytes:
    """The *archive* with *data* in its first entry, so many bytes behind the entry's beginning."""
    begin = archive.index(_ENTRY) + at
    return archive[:begin] + data + archive[begin + len(data) :]


def of_many_entries(count: int) -> bytes:
    """An archive that names its one member *count* times."""
    archive = zipped(b"")
    entry = archive[archive.index(_ENTRY) : archive.index(b"PK\x05\x06")]
    member = archive[: archive.index(_ENTRY)]
    few = count & 0xFFFF
    return (
        member
        + entry * count
        + struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, few, few, len(entry) * count, len(member), 0)
    )


def _placed_by_large_number(place: int) -> bytes:
    archive = zipped(b"text")
    at, end = archive.index(_ENTRY), archive.index(b"PK\x05\x06")
    extra = struct.pack("<HHQ", 1, 8, place)
    entry = bytearray(archive[at:end] + extra)
    entry[30:32] = struct.pack("<H", len(extra))
    entry[42:46] = b"\xff" * 4
    record = bytearray(archive[end:])
    record[12:16] = struct.pack("<I", len(entry))
    return archive[:at] + bytes(entry) + bytes(record)


ZIPS = {
    "of a version that nobody knows": with_entry(zipped(b"text"), _VERSION, b"\xff\0"),
    "of a member beyond all places": _placed_by_large_number((1 << 64) - 1),
    "of a member beyond its end": with_entry(zipped(b"text"), 42, struct.pack("<I", 1 << 30)),
    "of a member of another checksum": with_entry(zipped(b"text"), 16, b"none"),
    "of a member in a way that nobody knows": with_entry(zipped(b"text"), 10, b"\x63\0"),
    "of a table that begins before it": zipped(b"text")[:-10] + struct.pack("<IIH", 1 << 20, 0, 0),
    "of no table": zipped(b"text")[:-10] + struct.pack("<IIH", 46, 0, 0),
}
"""Zip archives of which not all can be read, each by what is wrong with it."""
