"""Where a credential may begin in bytes: as it is, in UTF-16, and inside base64 of either.

A pattern that begins with one fixed letter is looked for as fast as that letter, an alternation of many five
times slower: so the patterns are grouped by their first letters, of which there are few.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator

from services.keys.token import SERVICE_OF_PREFIX

TOKENS = tuple(prefix.encode() for prefix in SERVICE_OF_PREFIX)
SHORT_TERM = b"-api-key-"
_IDS = (b"AKIA", b"ASIA")
_NAMED_IDS = (b"ABIA", b"ACCA")
"""No secret belongs to these, so that alone they are no leak."""
SHORT_TERM_HOSTS = (b"bedrock", b"aws-external-anthropic")
_ZIPPED = b"H4sIAAAAAAA"
"""Base64 of what gzip made and dated nowhere, as Helm's releases are, which a Secret has in base64 again."""
_LETTERS = (b"QFB", b"H")
"""Each costs as much as a search for one word: the last only where no other will do."""
_SHORTEST = 5
GZIP_IN_BASE64 = b"H4sI"


def _wide(text: bytes) -> bytes:
    """UTF-16 of *text* but for its last zero, so that it is the same in either order of bytes."""
    return b"\0".join(bytes([each]) for each in text)


def _in_base64(text: bytes) -> Iterator[tuple[bytes, int]]:
    """A part of what *text* becomes, in each of three ways, and where in its group of four that begins."""
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + text + b"\0\0")
        first, last = -(-before * 8 // 6), (before + len(text)) * 8 // 6
        starts = (
            at
            for letters in _LETTERS
            for at in range(first, last + 1 - min(_SHORTEST, len(text)))
            if encoded[at] in letters
        )
        start = next(starts)
        yield encoded[start : min(last, start + 10)], start % 4


def _phases() -> dict[bytes, int]:
    whole = (*TOKENS, *_IDS)
    short = [
        host
        + SHORT_TERM
        + base64.b64encode(host + b".amazonaws.com/?Action=CallWithBearerToken").rstrip(b"=")
        for host in SHORT_TERM_HOSTS
    ]
    found = dict(pair for text in (*whole, *short) for pair in _in_base64(text))
    wide = (*whole, *(host + SHORT_TERM for host in SHORT_TERM_HOSTS))
    found |= dict(pair for text in wide for pair in _in_base64(_wide(text) + b"\0"))
    zipped = base64.b64encode(_ZIPPED)
    at = zipped.index(b"F")
    return found | {zipped[at : at + 8]: at % 4, GZIP_IN_BASE64: 0}


PHASES = _phases()


_BREAK = rb"\r?\n[ \t>]{0,32}"
_WHITE = re.compile(rb"[\r\n \t>]+")


def _tree(parts: Iterable[bytes], *, may_break: bool) -> bytes:
    """A pattern for all *parts*, with at most one line break in it, whose work at each letter is small."""
    by_letter: dict[bytes, set[bytes]] = {}
    for part in parts:
        by_letter.setdefault(part[:1], set()).add(part[1:])
    ways = []
    for letter, rest in sorted(by_letter.items()):
        if b"" in rest:
            # What begins like a shorter one is found by that.
            ways.append(re.escape(letter))
            continue
        then = _tree(rest, may_break=may_break)
        if may_break:
            then = b"(?:%s|%s%s)" % (then, _BREAK, _tree(rest, may_break=False))
        ways.append(re.escape(letter) + then)
    return ways[0] if len(ways) == 1 else b"(?:" + b"|".join(ways) + b")"


def _grouped(breaking: Iterable[bytes], whole: Iterable[bytes] = ()) -> list[re.Pattern[bytes]]:
    """A pattern for each first letter; those that are *breaking* may go on in the next line."""
    breaking, whole = list(breaking), list(whole)
    patterns = []
    for letter in sorted({part[:1] for part in (*breaking, *whole)}):
        rest = [part[1:] for part in breaking if part[:1] == letter]
        ways = [_tree(rest, may_break=True), _BREAK + _tree(rest, may_break=False)] if rest else []
        if more := [part[1:] for part in whole if part[:1] == letter]:
            ways.append(_tree(more, may_break=False))
        patterns.append(re.compile(re.escape(letter) + b"(?:" + b"|".join(ways) + b")"))
    return patterns


(_RAW,) = _grouped(TOKENS, [*_IDS, *map(_wide, (*TOKENS, *_IDS))])
(_WITH_IDS,) = _grouped(TOKENS, [*_IDS, *_NAMED_IDS, *map(_wide, (*TOKENS, *_IDS, *_NAMED_IDS))])
_BASE64 = _grouped(PHASES)


def joined(found: bytes) -> bytes:
    """What was found, without a line break in it."""
    return _WHITE.sub(b"", found)


def raw(data: bytes, *, ids: bool) -> list[re.Match[bytes]]:
    """Where tokens and ids may begin, as they are or in UTF-16."""
    return list((_WITH_IDS if ids else _RAW).finditer(data))


def wide_short_term(data: bytes) -> Iterator[int]:
    """Where the mark of a short-term key is in UTF-16."""
    return places(data, _wide(SHORT_TERM)) if b"\0" in data else iter(())


def in_base64(data: bytes) -> list[tuple[int, int]]:
    """Where inside base64 something may begin, and which letter of its group of four stands there."""
    return sorted(
        (match.start(), PHASES[joined(match[0])]) for pattern in _BASE64 for match in pattern.finditer(data)
    )


def places(data: bytes, part: bytes) -> Iterator[int]:
    """Where *part* is."""
    at = data.find(part)
    while at >= 0:
        yield at
        at = data.find(part, at + 1)
