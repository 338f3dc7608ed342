"""One line of a journal: how it is written, read, and known to be as it was written."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from services.base import clock

FIRST = "0" * 64
"""The hash before the first line."""

FORMAT = 3
"""Of what lines say; raised where an older program would misread them. The first version named none."""

encode = msgspec.json.Encoder(order="sorted").encode
decode = msgspec.json.Decoder().decode

UNREADABLE = (
    msgspec.MsgspecError,
    AttributeError,
    LookupError,
    OverflowError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What lines that somebody else wrote may raise, in whatever way they are wrong."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: what happened, and when; *data* is what its *kind* needs (see state.py)."""

    seq: int
    at: datetime
    kind: str
    data: Mapping[str, Any]
    hash: str


@dataclass(frozen=True, slots=True)
class Flaw:
    """A place where the journal is not as it was written."""

    line: int
    words: str
    torn: bool = False
    """A last line cut short, as a crash leaves one: nobody need have altered it."""


class Line(msgspec.Struct, frozen=True):
    """A line as it stands in the file."""

    seq: int
    at: str
    kind: str
    data: Any
    hash: str
    prev: str = ""

    def entry(self) -> Entry:
        return Entry(self.seq, clock.parse(self.at), self.kind, self.data, self.hash)


decode_line = msgspec.json.Decoder(Line).decode


def entry_of(fields: Mapping[str, Any]) -> Entry:
    return Entry(
        int(fields["seq"]),
        clock.parse(fields["at"]),
        str(fields["kind"]),
        fields["data"],
        str(fields["hash"]),
    )


def hash_of(fields: Mapping[str, object]) -> str:
    return hashlib.sha256(encode(fields)).hexdigest()


def as_written(raw: bytes, digest: str) -> bool:
    """Whether the line *raw*, with its end, has the hash that it names."""
    # The line is in canonical form, as is what was hashed: without the hash it is that to the byte.
    content = raw[:-1].replace(b'"hash":"' + digest.encode() + b'",', b"", 1)
    if hashlib.sha256(content).hexdigest() == digest:
        return True
    try:
        fields = decode(raw)
    except UNREADABLE:
        return False
    try:
        return hash_of({name: value for name, value in fields.items() if name != "hash"}) == digest
    except UNREADABLE:
        return False
