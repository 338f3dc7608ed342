"""Ids of access keys, and the secrets that stand beside them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from services.keys.keyid import KeyId

_BESIDE = 512
"""Bytes between an id and its secret."""

# A letter before it would make it part of a word, but for those of an escape: \n, %3D, \u0022.
_NOT_IN_A_WORD = rb"(?:(?<![A-Za-z0-9%s])|(?<=\\[nrt])|(?<=%%[0-9A-Fa-f]{2})|(?<=\\u[0-9A-Fa-f]{4}))"
_ID = re.compile(_NOT_IN_A_WORD % b"" + rb"(?:ACCA[A-Z0-9]{16,17}|A[A-Z]{3}[A-Z0-9]{16})(?![A-Za-z0-9])")
_SIGN = rb"(?:[A-Za-z0-9+/]|%2[BbFf]|\\/|\\u002[BbFf])"
_SECRET = re.compile(
    _NOT_IN_A_WORD % b"+/" + rb"(?P<secret>" + _SIGN + rb"{40})(?!%2[BbFf]|\\/|[A-Za-z0-9+/=])"
)
_SLASH = re.compile(rb"%2[Ff]|\\/|\\u002[Ff]")
_PLUS = re.compile(rb"%2[Bb]|\\u002[Bb]")
_DIGIT = re.compile(rb"\d")
_LEAST_DISTINCT, _MOST_SLASHES = 20, 4
"""Of 40 signs drawn from 64 some 30 differ, and hardly one is a slash; words and paths are otherwise."""


def id_end(data: bytes, start: int) -> int | None:
    """Where the id at *start* ends; None where there is none."""
    found = _ID.match(data, start)
    return found.end() if found else None


def with_secrets(
    data: bytes, ids: Sequence[tuple[int, int]], *, alone: bool
) -> Iterator[tuple[int, int, KeyId]]:
    """The *ids* (from, to) whose secret is near, and with *alone* the others too."""
    secrets = list(_secrets_near(data, ids)) if ids else []
    for start, end in ids:
        key_id = data[start:end].decode("ascii")
        near = bisect_left(secrets, start - _BESIDE)
        has_secret = key_id[:4] in ("AKIA", "ASIA") and near < len(secrets) and secrets[near] < end + _BESIDE
        key = KeyId(key_id, has_secret=has_secret)
        if alone or (has_secret and not key.is_example):
            yield start, end, key


def _secrets_near(data: bytes, ids: Sequence[tuple[int, int]]) -> Iterator[int]:
    """Where secrets begin; each stretch is looked through once, however many ids are in it."""
    done = 0
    for start, end in ids:
        first, last = max(done, start - _BESIDE), min(len(data), end + _BESIDE + 120)
        for found in _SECRET.finditer(data, first, last):
            if found.start() >= done and _looks_drawn(found["secret"]):
                yield found.start()
                done = found.end()
        done = max(done, last - 120)


def _looks_drawn(secret: bytes) -> bool:
    """Whether it is drawn by chance: no hash in hexadecimal, no path, no example of AWS's documentation."""
    text = _PLUS.sub(b"+", _SLASH.sub(b"/", secret))
    return (
        len(set(text)) >= _LEAST_DISTINCT
        and (text.count(b"/") <= _MOST_SLASHES or len(_DIGIT.findall(text)) > 1)
        and text.lower() != text
        and text.upper() != text
        and b"EXAMPLE" not in text
    )
