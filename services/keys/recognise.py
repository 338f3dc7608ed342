"""Every credential in a piece of bytes, whatever it is wrapped in: the one parser of all that is handed in.

What is found names its credential and never its secret. The work at each place where one may begin is
bounded, so that what only looks like credentials costs little.
"""

from __future__ import annotations

import re
import zlib
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import TypeAlias

from services.keys import anchors, pairs
from services.keys.keyid import KeyId
from services.keys.shortterm import ShortTermKey, decode_base64, decode_short_term
from services.keys.token import SECRET_LENGTH, Token, TokenError, decode
from services.keys.username import MARK as USER_NAME
from services.keys.username import UserName, user_name_at

AnyKey: TypeAlias = Token | KeyId | ShortTermKey | UserName

REACH = 32 << 10
"""Bytes within which all of one credential is, with its secret beside it, in whatever form."""

_DEPTH = 3
"""Forms that may be wrapped in each other: base64 of UTF-16, base64 of gzip of base64."""
_MOST_UNZIPPED = 16 << 20
_ALIAS = re.compile(rb"[\w+=,.@-]{1,64}-at-\d{12}(?=:)", re.ASCII)
_LONGEST_ALIAS = 64 + len("-at-") + 12
_GRAPHIC = re.compile(rb"[\x21-\x7e]*")
_PREFIX = re.compile(rb"(?<![A-Za-z0-9])[a-z][a-z0-9-]{1,38}\Z")

# The shortest alias and its colon are six groups of four, and the first letter of each group tells whether an
# alias can stand there at all: what only looks like a prefix is passed over without being decoded.
_GAP = rb"(?:(?:=?\r?\n|(?:\\r)?\\n)[ \t>]{0,32})"
_ALIAS_LIKE = re.compile(rb"(?:[K-Za-e](?:%(gap)s?[A-Za-z0-9+/]){3}%(gap)s?){6}" % {b"gap": _GAP})
_RUN = re.compile(rb"[A-Za-z0-9+/]+")
_LOOSE_RUN = re.compile(rb"(?:[A-Za-z0-9+/]|%2[BbFf]|\\/|\\u002[BbFf])+")
_BREAK = re.compile(_GAP + rb"(?=[A-Za-z0-9+/])")
_ESCAPED = re.compile(rb"%2[BbFf]|\\/|\\u002[BbFf]")
_BACKWARDS = re.compile(rb"(?:[ \t>]{0,32}(?:\n\r?=?|n\\(?:r\\)?)|[A-Za-z0-9+/])*+")
"""Base64 and its gaps, read from the end."""
_BASE64_ON = re.compile(rb"(?:[A-Za-z0-9+/]++|%s(?=[A-Za-z0-9+/]))*" % _GAP)
_WHITE = re.compile(_GAP)
_LEFT, _RIGHT = 1024, REACH // 2
_LONGEST_SHORT_TERM = 16 << 10


def _encoded_length(size: int) -> int:
    """Characters of base64 that *size* bytes take, without padding."""
    return -(-size * 4 // 3)


@dataclass(frozen=True, slots=True)
class Sighting:
    """A credential, and where it stands in the bytes that were looked at."""

    start: int
    end: int
    key: AnyKey


def sightings(data: bytes, *, ids: bool = False) -> list[Sighting]:
    """Every credential in *data*, in order.

    With *ids* also those without a secret: an id alone, or the user name of a password.
    """
    return _in_order(_all(data, ids, _DEPTH))


def _in_order(found: Iterator[Sighting]) -> list[Sighting]:
    """Each once, and nothing that stands inside another: a short-term key holds its session's id."""
    kept: list[Sighting] = []
    for each in sorted(found, key=lambda each: (each.start, -each.end)):
        if not kept or each.start >= kept[-1].end:
            kept.append(each)
    return kept


def _all(data: bytes, ids: bool, depth: int) -> Iterator[Sighting]:
    wide = [False, False]
    plain_ids: list[tuple[int, int]] = []
    past = 0
    for match in anchors.raw(data, ids=ids):
        start = match.start()
        if data[start + 1] == 0:
            wide[start % 2] = True
        elif (prefix := anchors.joined(match[0])) in anchors.TOKENS:
            # An encoded alias may hold what looks like a prefix.
            if start >= past and (found := _token_at(data, start, match.end(), prefix)):
                yield found
                past = found.end
        elif end := pairs.id_end(data, start):
            plain_ids.append((start, end))
    yield from (Sighting(*each) for each in pairs.with_secrets(data, plain_ids, alone=ids))
    for at in anchors.places(data, anchors.SHORT_TERM):
        if found := _short_term_at(data, at):
            yield found
    for at in anchors.wide_short_term(data):
        wide[at % 2] = True
    if ids:
        for at in anchors.places(data, USER_NAME):
            if named := user_name_at(data, at):
                yield Sighting(*named)
    if depth:
        for parity in (0, 1):
            if wide[parity]:
                yield from _in_utf16(data, parity, ids, depth - 1)
        yield from _in_base64(data, ids, depth - 1)


def _token_at(data: bytes, start: int, at: int, prefix: bytes) -> Sighting | None:
    """The token that begins at *start* and goes on at *at*, over as many lines as it is on."""
    begun = _BREAK.match(data, at)
    at = begun.end() if begun else at
    if not _ALIAS_LIKE.match(data, at):
        return None
    head, _ = _collected(data, at, _encoded_length(_LONGEST_ALIAS + 1))
    alias = _ALIAS.match(decode_base64(b"".join(head)))
    if alias is None:
        return None
    # What goes on in base64 behind the secret is no part of the key.
    pieces, ends = _collected(data, at, _encoded_length(alias.end() + 1 + SECRET_LENGTH))
    while pieces:
        whole = b"".join(pieces)
        # A line that only follows makes no sense as a part of the secret.
        if len(pieces) == 1 or _GRAPHIC.fullmatch(decode_base64(whole)):
            try:
                token = decode((prefix + whole).decode("ascii"))
            except TokenError:
                return None
            return Sighting(start, ends[-1], token)
        pieces.pop()
        ends.pop()
    return None


def _collected(
    data: bytes, at: int, most: int, run: re.Pattern[bytes] = _RUN
) -> tuple[list[bytes], list[int]]:
    """Base64 from *at* on, up to *most* signs, line by line, and where each line's part ends."""
    pieces: list[bytes] = []
    ends: list[int] = []
    while most > 0 and (found := run.match(data, at, min(len(data), at + most))):
        pieces.append(found[0])
        ends.append(found.end())
        most -= len(found[0])
        gap = _BREAK.match(data, found.end())
        # The next line may be the next key's.
        if gap is None or data.startswith(anchors.TOKENS, gap.end()):
            break
        at = gap.end()
    return pieces, ends


def _short_term_at(data: bytes, mark: int) -> Sighting | None:
    """The short-term key around the mark at *mark*."""
    at = mark + len(anchors.SHORT_TERM)
    prefix = _PREFIX.search(data[max(0, mark - 40) : mark])
    if prefix is None:
        return None
    begin = next((each for each in anchors.SHORT_TERM_HOSTS if prefix[0].endswith(each)), prefix[0])
    pieces, ends = _collected(data, at, _LONGEST_SHORT_TERM, _LOOSE_RUN)
    while pieces:
        encoded = _ESCAPED.sub(_unescaped, b"".join(pieces))
        if len(pieces) == 1 or _GRAPHIC.fullmatch(decode_base64(encoded)):
            name = (begin + anchors.SHORT_TERM).decode("ascii")
            key = decode_short_term(name, encoded)
            return Sighting(mark - len(begin), ends[-1], key) if key else None
        pieces.pop()
        ends.pop()
    return None


def _unescaped(found: re.Match[bytes]) -> bytes:
    return b"+" if found[0][-1:] in b"Bb" else b"/"


def _in_utf16(data: bytes, parity: int, ids: bool, depth: int) -> Iterator[Sighting]:
    """In every second byte, where the bytes between are zero."""
    for found in _all(data[parity::2], ids, depth):
        start, end = parity + 2 * found.start, parity + 2 * found.end
        if not data[start + 1 : end - 1 : 2].strip(b"\0"):
            yield Sighting(start, end, found.key)


def _in_base64(data: bytes, ids: bool, depth: int) -> Iterator[Sighting]:
    """In what base64 hides, or base64 of gzip; each stretch is decoded once for each way to group it."""
    stretch: _Stretch | None = None
    for at, phase in anchors.in_base64(data):
        if data.startswith(anchors.GZIP_IN_BASE64, at):
            for found in _all(_unzipped(data, at), ids, depth):
                yield Sighting(at, at + 1, found.key)
            continue
        if stretch is None or at >= stretch.until:
            stretch = _stretch_at(data, at)
        if plain := stretch.decoded(at, phase):
            for found in _all(plain, ids, depth):
                yield Sighting(at, max(at + 1, stretch.end), found.key)


@dataclass
class _Stretch:
    """Base64 from *start* to *end*, as *text* without its gaps; what begins before *until* is whole in it."""

    start: int
    end: int
    until: int
    text: bytes
    gaps: list[int]
    widths: list[int]
    """Where each gap ends, and how many bytes of gaps there are up to there."""
    done: set[int]

    def decoded(self, at: int, phase: int) -> bytes:
        """What it holds, where the sign at *at* is that of a group of four; nothing where that was told."""
        before = bisect_right(self.gaps, at)
        index = at - self.start - (self.widths[before - 1] if before else 0)
        odd = (index - phase) % 4
        if odd in self.done:
            return b""
        self.done.add(odd)
        return decode_base64(self.text[odd:])


def _stretch_at(data: bytes, at: int) -> _Stretch:
    before = _BACKWARDS.match(data[max(0, at - _LEFT) : at][::-1])
    on = _BASE64_ON.match(data, at, at + _RIGHT)
    assert before is not None
    assert on is not None
    start, end = at - len(before[0]), on.end()
    whites = list(_WHITE.finditer(data, start, end))
    widths = list(accumulate(len(each[0]) for each in whites))
    until = end if end < at + _RIGHT else end - _RIGHT // 2
    text = _without_gaps(data[start:end])
    return _Stretch(start, end, until, text, [each.end() for each in whites], widths, set())


def _without_gaps(encoded: bytes) -> bytes:
    """Base64 as one line; nearly always it is that already."""
    return _WHITE.sub(b"", encoded) if b"\n" in encoded or b"\\" in encoded else encoded


def _unzipped(data: bytes, at: int) -> bytes:
    """What base64 of gzip at *at* holds, as far as it goes and is not endless."""
    unzip, plain, encoded, size = zlib.decompressobj(31), b"", b"", 512
    # A little at first: most that begins so is no gzip, and a header that goes on for longer is none either.
    while not unzip.eof and len(plain) < _MOST_UNZIPPED:
        text = _BASE64_ON.match(data, at, at + size)
        if text is None or not text[0]:
            break
        ends = text.end() < at + size
        at, size = text.end(), _RIGHT
        encoded += _without_gaps(text[0])
        whole = len(encoded) if ends else len(encoded) & ~3
        try:
            plain += unzip.decompress(decode_base64(encoded[:whole]), _MOST_UNZIPPED - len(plain))
        except zlib.error:
            break
        if ends or not plain:
            break
        encoded = encoded[whole:]
    return plain
