"""Cuts what is too large to be held at once into documents that are whole, as it comes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from services.review.gunzip import UNPACKED_LIMIT
from services.review.split import CLOSING, OPENING, objects

BLOCK = 16_000_000

_RECORD = b',{"eventVersion":"'


@dataclass(frozen=True, slots=True)
class Piece:
    data: bytes
    trouble: str | None = None


def pieces(blocks: Iterable[bytes]) -> Iterator[Piece]:
    """Documents that together hold all records of the one document that *blocks* make up.

    CloudTrail's own form is cut between two records, tables and JSON lines at line ends (a table's heading
    is repeated), and whatever else between its outermost objects.
    """
    stream = iter(blocks)
    first = next(stream, b"")
    if first.startswith(OPENING + b'{"eventVersion":'):
        yield from _of_trail(first, stream)
    elif first.lstrip()[:1] in (b"{", b"[") and not _is_lines(first):
        yield from _of_objects(first, stream)
    else:
        yield from _of_lines(first, stream)


def _is_lines(block: bytes) -> bool:
    line, newline, _ = block.lstrip().partition(b"\n")
    return bool(newline) and line.startswith(b"{") and line.rstrip().endswith(b"}")


def _of_trail(first: bytes, rest: Iterator[bytes]) -> Iterator[Piece]:
    buffer = first
    for block in rest:
        # Within a string it would stand with escaped quotes.
        cut = buffer.rfind(_RECORD)
        if cut > len(OPENING):
            yield Piece(buffer[:cut] + CLOSING)
            buffer = OPENING + buffer[cut + 1 :]
        if len(buffer) > UNPACKED_LIMIT:
            yield _too_large()
            return
        buffer += block
    yield Piece(buffer)


def _of_lines(first: bytes, rest: Iterator[bytes]) -> Iterator[Piece]:
    table = first.lstrip()[:1] != b"{"
    heading = first[: first.find(b"\n") + 1] if table else b""
    buffer, begun = first, False
    for block in rest:
        cut = _line_end(buffer, quoted=table)
        if cut > 0:
            yield Piece((heading if begun else b"") + buffer[:cut])
            buffer, begun = buffer[cut:], True
        if len(buffer) > UNPACKED_LIMIT:
            yield _too_large()
            return
        buffer += block
    yield Piece((heading if begun else b"") + buffer)


def _line_end(buffer: bytes, *, quoted: bool) -> int:
    """Behind the last line end that does not stand in a quoted cell, 0 where there is none."""
    cut = buffer.rfind(b"\n") + 1
    odd = quoted and buffer.count(b'"', 0, cut) % 2
    while odd and cut > 0:
        before = buffer.rfind(b"\n", 0, cut - 1) + 1
        odd = (odd + buffer.count(b'"', before, cut)) % 2
        cut = before
    return cut


def _of_objects(first: bytes, rest: Iterator[bytes]) -> Iterator[Piece]:
    buffer, begun = first, False
    for block in rest:
        found = list(objects(buffer))
        if found:
            end = found[-1][1]
            # Without its beginning, whose end is yet to come.
            yield Piece(buffer[0 if begun else found[0][0] : end])
            buffer, begun = buffer[end:], True
        if len(buffer) > UNPACKED_LIMIT:
            yield _too_large()
            return
        buffer += block
    if buffer.strip(b" \t\r\n,]}"):
        yield Piece(buffer)


def _too_large() -> Piece:
    return Piece(b"", f"one document in it is larger than {UNPACKED_LIMIT // 1_000_000} MB")
