"""Finds API keys in a stream of bytes: a byte search first, and what is found is decoded to be sure."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from services.keys.token import SECRET_LENGTH, SERVICE_OF_PREFIX, Token, TokenError, decode

CHUNK = 4 << 20
_PREFIXES = tuple(prefix.encode() for prefix in SERVICE_OF_PREFIX)
_ALIAS = re.compile(rb"[\w+=,.@-]{1,64}-at-\d{12}(?=:)", re.ASCII)
_LONGEST_ALIAS = 64 + len("-at-") + 12


def _encoded_length(size: int) -> int:
    """Characters of base64 that *size* bytes take, without padding."""
    return -(-size * 4 // 3)


_HEAD = re.compile(rb"[A-Za-z0-9+/]{24,%d}" % _encoded_length(_LONGEST_ALIAS + 1))
_WHOLE = re.compile(rb"[A-Za-z0-9+/]{28,%d}" % _encoded_length(_LONGEST_ALIAS + 1 + SECRET_LENGTH))
_WIDEST = max(map(len, _PREFIXES)) + _encoded_length(_LONGEST_ALIAS + 1 + SECRET_LENGTH)

# The shortest alias and its colon are six groups of four, and the first letter of each group tells whether an
# alias can stand there at all: what only looks like a prefix is passed over without being decoded.
_BEGINNINGS = {prefix: re.compile(prefix + rb"(?=(?:[K-Za-e][A-Za-z0-9+/]{3}){6})") for prefix in _PREFIXES}


class Stream(Protocol):
    """What bytes are read from."""

    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Hit:
    """A key's *token*, without its secret, and the *line* it stands in, counted from 1."""

    token: Token
    line: int


def hits(stream: Stream, *, chunk: int = CHUNK) -> Iterator[Hit]:
    """Every key in *stream*, in order; memory is bounded by *chunk*, however long a line is."""
    line, kept, ended = 1, b"", False
    while not ended:
        new = stream.read(chunk)
        ended, data = not new, kept + new
        # What begins near the end may go on in the next chunk, and is looked at with it.
        done = len(data) if ended else max(0, len(data) - _WIDEST)
        at = 0
        for start, token in _in(data, done):
            line += data.count(b"\n", at, start)
            at = start
            yield Hit(token, line)
        line += data.count(b"\n", at, done)
        kept = data[done:]


def _in(data: bytes, end: int) -> Iterator[tuple[int, Token]]:
    """Where keys begin before *end*; the work at each place where one may begin is bounded."""
    past = 0
    for start, prefix in sorted(_beginnings(data, end)):
        # An encoded alias may hold what looks like a prefix.
        if start >= past and (found := _token_at(data, start, len(prefix))):
            token, past = found
            yield start, token


def _beginnings(data: bytes, end: int) -> Iterator[tuple[int, bytes]]:
    for prefix in _PREFIXES:
        # To look for plain bytes is several times faster than for a pattern, and mostly there are none.
        if prefix in data:
            for found in _BEGINNINGS[prefix].finditer(data):
                if found.start() >= end:
                    break
                yield found.start(), prefix


def _token_at(data: bytes, start: int, prefix: int) -> tuple[Token, int] | None:
    """The token that begins at *start*, and where it ends."""
    at = start + prefix
    head = _HEAD.match(data, at)
    if head is None or not (alias := _ALIAS.match(_decoded(head[0]))):
        return None
    # What goes on in base64 behind the secret is no part of the key.
    longest = _encoded_length(alias.end() + 1 + SECRET_LENGTH)
    whole = _WHOLE.match(data, at, at + longest)
    if whole is None:
        return None
    try:
        return decode(data[start : whole.end()].decode("ascii")), whole.end()
    except TokenError:
        return None


def _decoded(encoded: bytes) -> bytes:
    return binascii.a2b_base64(encoded[: len(encoded) & ~3])
