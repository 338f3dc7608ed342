"""Cuts a document into its records without decoding them, so that one bad record harms no other."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import accumulate

import msgspec


@dataclass(frozen=True, slots=True)
class Split:
    """Each record's own bytes, and what is wrong with what is between them."""

    records: list[bytes]
    trouble: str | None = None


# With other fields beside, the document is looked through as an envelope: there may be records in them.
class _Document(msgspec.Struct, forbid_unknown_fields=True):
    records: list[msgspec.Raw] = msgspec.field(name="Records")


class _Answer(msgspec.Struct, forbid_unknown_fields=True):
    events: list[msgspec.Raw] = msgspec.field(name="Events")


_document = msgspec.json.Decoder(_Document)
_list = msgspec.json.Decoder(list[msgspec.Raw])
_answer = msgspec.json.Decoder(_Answer)
_raw = msgspec.json.Decoder(msgspec.Raw)
# A string without an end takes all the rest: tried again from each quote in it, it would cost its square.
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|[{}\[\]]', re.DOTALL)
_WRAPPER = re.compile(rb'\{\s*"(?:Records|Events)"\s*:\s*\[')
_LOOKUP = re.compile(rb'(?:\xef\xbb\xbf)?\s*\{\s*"Events"\s*:')
OPENING, CLOSING = b'{"Records":[', b"]}"
_END = re.compile(rb"\]\s*\}\s*\Z")
# What may stand between two records: the end of one document, the beginning of the next.
_BETWEEN = re.compile(rb'[\s,\]}]*+(?:(?:\{\s*"(?:Records|Events)"\s*:\s*)?\[)?[\s,\]}]*')
# What loggers and export tasks write before a record on its line.
_PREFIX = re.compile(rb"[^{\n]{1,1000}(?=\{)")
_BOM = b"\xef\xbb\xbf"


def split(data: bytes) -> Split:
    """The records of ``{"Records": […]}``, of an array, or of one object after another (JSON lines).

    Lines may begin with a time, as those of an export task do. What else the records are wrapped in stays
    round them: see envelope.py.
    """
    data = data.removeprefix(_BOM).strip(b" \t\r\n\0")
    for read in _READERS.get(data[:1], ()):
        with suppress(msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return Split([bytes(raw) for raw in read(data)])
    return _prefixed(data) or _scan(data)


def containing(data: bytes, finders: Iterable[Callable[[bytes, int], int]]) -> tuple[int, list[bytes]] | None:
    """How many records there are, and those where *finders* find; None but for CloudTrail's own form.

    Copies nothing of the others: the records' lengths tell where each stands, for with the whole as long as
    they and one comma between each, there is nothing else between them.
    """
    if not (data.startswith(OPENING) and data.endswith(CLOSING)):
        return None
    try:
        lengths = list(map(len, map(memoryview, _document.decode(data).records)))  # type: ignore[arg-type]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    starts = list(accumulate(map((1).__add__, lengths), initial=len(OPENING)))
    if not lengths or starts[-1] - 1 + len(CLOSING) != len(data):
        return None
    found: set[int] = set()
    for find in finders:
        at = find(data, 0)
        while at >= 0:
            number = bisect_right(starts, at) - 1
            found.add(number)
            at = find(data, starts[number + 1]) if number + 1 < len(starts) else -1
    kept = sorted(number for number in found if 0 <= number < len(lengths))
    return len(lengths), [data[starts[number] : starts[number] + lengths[number]] for number in kept]


def _array(data: bytes) -> list[msgspec.Raw]:
    return _list.decode(data)


def _trail(data: bytes) -> list[msgspec.Raw]:
    return _answer.decode(data).events if _LOOKUP.match(data) else _document.decode(data).records


def _by_line(data: bytes) -> list[msgspec.Raw]:
    found: list[msgspec.Raw] = []
    for line in _raw.decode_lines(data):
        found += _inside(line) if _WRAPPER.match(line) else [line]
    return found


def _inside(line: msgspec.Raw) -> list[msgspec.Raw]:
    try:
        return _trail(bytes(line))
    except msgspec.ValidationError:
        # There is more in it than records.
        return [line]


_READERS: Mapping[bytes, tuple[Callable[[bytes], list[msgspec.Raw]], ...]] = {
    b"[": (_array, _by_line),
    b"{": (_trail, _by_line),
    b'"': (_by_line,),
}


def _prefixed(data: bytes) -> Split | None:
    """Lines of a time or the like and then an object; None where that is not what most of them are."""
    if data[:1] == b"{" or not _PREFIX.match(data):
        return None
    records: list[bytes] = []
    others = 0
    for line in data.splitlines():
        begins = _PREFIX.match(line)
        raw = line[begins.end() :].rstrip() if begins else b""
        if raw and _is_json(raw):
            records.append(raw)
        elif line.strip():
            others += 1
    if others > len(records):
        return None
    return Split(records, f"{others:,} of its lines hold no record" if others else None)


def _scan(data: bytes) -> Split:
    """The slow way, by brackets alone: takes any mixture, any depth and any damage."""
    if not data:
        return Split([], "empty")
    records: list[bytes] = []
    ends, whole = 0, True
    for start, end in objects(data):
        records.append(data[start:end])
        whole = whole and _BETWEEN.fullmatch(data, ends, start) is not None
        ends = end
    if not records and _WRAPPER.match(data) is None and data[:1] not in b"[{":
        return Split([], "not JSON")
    broken = sum(not _is_json(raw) for raw in records)
    if not (whole and data[-1:] in b"}]" and _BETWEEN.fullmatch(data, ends)):
        beside = records and not broken and b"{" not in data[ends:] and not _is_open(data)
        return Split(records, "has other text beside its records" if beside else "cut off or damaged")
    if _is_open(data):
        return Split(records, "cut off or damaged")
    return Split(records, f"{broken:,} of its records damaged" if broken else None)


def _is_open(data: bytes) -> bool:
    """Whether the end of what it began with is missing."""
    if _WRAPPER.match(data):
        return _END.search(data, len(data) - 64 if len(data) > 64 else 0) is None
    return data[:1] == b"[" and data[-1:] != b"]"


def objects(data: bytes) -> Iterator[tuple[int, int]]:
    """(start, end) of each outermost object; the wrapper round the records does not count as one."""
    depth, start, position = 0, 0, 0
    while token := _TOKEN.search(data, position):
        position = token.end()
        match data[token.start()]:
            case 0x7B if depth == 0:
                if wrapper := _WRAPPER.match(data, token.start()):
                    position = wrapper.end()
                else:
                    depth, start = 1, token.start()
            case 0x7B | 0x5B if depth:
                depth += 1
            case 0x7D | 0x5D if depth:
                depth -= 1
                if depth == 0:
                    yield start, position
            case _:
                pass


def _is_json(raw: bytes) -> bool:
    try:
        _raw.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        try:
            # Takes lone surrogates, which msgspec does not.
            json.loads(raw)
        except (ValueError, RecursionError):
            return False
    except RecursionError:
        return False
    return True
