"""From the bytes of one object to the subject's events in it; pure, and meant to run in a thread."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from services.review import record as records
from services.review.gunzip import MAGIC, PACKED_LIMIT, UNPACKED_LIMIT, gunzip
from services.review.match import Matcher, Role
from services.review.model import Unreadable, Window
from services.review.record import BadRecord, Event
from services.review.split import containing, looked_up, split, unwrapped

NOT_API_CALLS = re.compile(r"CloudTrail-(Digest|Insight)")
"""Marks the paths of what CloudTrail delivers beside the records of calls."""

BLOCK = 16_000_000

# Every record has one such key of its own; in a string it would stand with escaped quotes.
_COUNTED = b'"eventVersion":"1.'


@dataclass(slots=True)
class Scan:
    """What one or several objects held: the subject's events, and how much else was there.

    *records_bad* of the *records* could not be made events; *unreadable* names them and all other damage.
    """

    events: list[tuple[Role, Event]] = field(default_factory=list)
    objects: int = 0
    bytes_read: int = 0
    records: int = 0
    records_bad: int = 0
    unreadable: list[Unreadable] = field(default_factory=list)


class Scanner:
    def __init__(self, matcher: Matcher, window: Window) -> None:
        self.matcher = matcher
        self.window = window

    def object(self, name: str, packed: bytes, into: Scan | None = None) -> Scan:
        """Scan one whole object, gzip or plain; *name* is for what is to be said of it."""
        scan = into or Scan()
        scan.objects += 1
        unpacked = gunzip(packed)
        self._document(name, unpacked.data, scan, trouble=unpacked.trouble)
        return scan

    def records(self, name: str, raws: Iterable[bytes]) -> Scan:
        """Scan records that stand alone already."""
        scan = Scan()
        for raw in raws:
            scan.records += 1
            scan.bytes_read += len(raw)
            self._record(name, raw, scan)
        return scan

    def files(self, paths: Iterable[Path]) -> Scan:
        scan = Scan()
        for path in paths:
            try:
                self._file(path, scan)
            except OSError as error:
                scan.objects += 1
                scan.unreadable.append(Unreadable.of(str(path), error.strerror or error))
        return scan

    def _file(self, path: Path, scan: Scan) -> None:
        with path.open("rb") as file:
            size = path.stat().st_size
            packed = file.read(2) == MAGIC
            file.seek(0)
            if size <= (PACKED_LIMIT if packed else UNPACKED_LIMIT):
                self.object(str(path), file.read(), scan)
                return
            scan.objects += 1
            if packed:
                scan.unreadable.append(Unreadable.of(str(path), "too large for one object of a trail"))
                return
            for block in _lines(iter(lambda: file.read(BLOCK), b"")):
                if len(block) > UNPACKED_LIMIT:
                    scan.unreadable.append(
                        Unreadable.of(str(path), "one document in it is larger than 100 MB")
                    )
                    return
                self._document(str(path), block, scan)

    def _document(self, name: str, data: bytes, scan: Scan, *, trouble: str | None = None) -> None:
        scan.bytes_read += len(data)
        wrapped = looked_up(data)
        if not wrapped and not self.matcher.found_in(data) and (count := _count(data)) is not None:
            scan.records += count
        elif holding := containing(data, self.matcher.needles):
            scan.records += holding[0]
            for raw in holding[1]:
                self._record(name, raw, scan)
        else:
            found = split(data)
            trouble = trouble or found.trouble
            scan.records += len(found.records)
            for raw in map(unwrapped, found.records) if wrapped else found.records:
                if self.matcher.found_in(raw):
                    self._record(name, raw, scan)
        if trouble:
            scan.unreadable.append(Unreadable.of(name, trouble))

    def _record(self, name: str, raw: bytes, scan: Scan) -> None:
        try:
            record = records.decode(raw)
            if (role := self.matcher.role(record)) is None:
                return
            event = records.event(record, raw)
        except BadRecord as error:
            scan.records_bad += 1
            scan.unreadable.append(Unreadable.of(f"a record of {name}", error))
            return
        if self.window.holds(event.time):
            scan.events.append((role, event))


def _count(data: bytes) -> int | None:
    """How many records there are, without looking closer; None where that would be rash."""
    whole = data[:1] in (b"{", b"[") and data[-64:].rstrip()[-1:] in (b"}", b"]")
    return (data.count(_COUNTED) or None) if whole else None


def _lines(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """The same bytes cut at line ends alone."""
    left = b""
    for block in blocks:
        whole, newline, rest = block.rpartition(b"\n")
        if not newline:
            left += block
            if len(left) > UNPACKED_LIMIT:
                break
            continue
        yield left + whole
        left = rest
    if left:
        yield left
