"""From the bytes of one object to the subject's events in it; pure, and meant to run in a thread."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from services.review import record as records
from services.review.envelope import CATEGORIES, NO_CALLER, is_record, opened
from services.review.follow import OPENING as OPENS
from services.review.follow import marked
from services.review.gunzip import MAGIC, PACKED_LIMIT, UNPACKED_LIMIT, Stream, gunzip
from services.review.match import NOBODY, Matcher, Role
from services.review.model import Unreadable, Window
from services.review.pieces import BLOCK, pieces
from services.review.record import BadRecord, Event
from services.review.search import count
from services.review.sessionids import SessionIds
from services.review.sniff import seems
from services.review.split import OPENING, containing, split
from services.review.table import may_be_table, read_table
from services.review.timestamp import parse_timestamp
from services.review.unpack import documents, is_archive, utf8

# Every record has one such key of its own; in a string it would stand with escaped quotes.
_COUNTED = b'"eventVersion":"1.'
_CATEGORY = b'"eventCategory"'
_KNOWN = tuple(_CATEGORY + f':"{each}"'.encode() for each in CATEGORIES)
_TIME = re.compile(rb'"eventTime":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)"')
HEAD = 50_000
"""Bytes of an object in which its oldest event is looked for: records are in no order."""


@dataclass(slots=True)
class Scan:
    """What one or several objects held: the subject's events, and how much else was there.

    *records_bad* of the *records* could not be made events; *unreadable* names them and all other damage.
    *outside* counts the subject's events before or after the window. *left* has the names of objects that
    hold no records, and *strange* counts what stands among records and is none, both by what they seem to be.
    """

    events: list[tuple[Role, Event]] = field(default_factory=list)
    renamings: list[Event] = field(default_factory=list)
    """Of after the window."""
    objects: int = 0
    bytes_read: int = 0
    records: int = 0
    records_bad: int = 0
    outside: int = 0
    oldest: datetime | None = None
    """Of the events at the beginning of a trail's object, whoever made them."""
    sha256: str | None = None
    """Of the object's content, where that is to be held against a digest."""
    unreadable: list[Unreadable] = field(default_factory=list)
    left: dict[str, list[str]] = field(default_factory=dict)
    strange: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    """What was not looked at, although nothing is known to be missing: a sentence each."""


class Scanner:
    def __init__(self, matcher: Matcher, window: Window, ids: SessionIds | None = None) -> None:
        self.matcher = matcher
        self.window = window
        self.ids = ids or SessionIds()
        self.again = matcher.followed is not NOBODY
        """Whether all was read and counted before, and only whom that led to is looked for."""

    def object(self, name: str, packed: bytes, into: Scan | None = None, *, hashed: bool = False) -> Scan:
        """Scan one whole object, packed in any way or plain; *name* is for what is to be said of it."""
        scan = into or Scan()
        scan.objects += 1
        if is_archive(packed):
            self._archive(name, packed, scan)
            return scan
        unpacked = gunzip(packed)
        if hashed and not unpacked.over:
            scan.sha256 = hashlib.sha256(unpacked.data).hexdigest()
        if unpacked.over:
            self._stream(name, Stream([packed], BLOCK) if packed.startswith(MAGIC) else _blocks(packed), scan)
        elif unpacked.data.startswith(MAGIC) or is_archive(unpacked.data):
            self._archive(name, unpacked.data, scan, trouble=unpacked.trouble)
        else:
            whole = self._document(name, unpacked.data, scan, trouble=unpacked.trouble)
            if whole and not self.again:
                self.ids.remember(name, unpacked.data)
        return scan

    def needless(self, name: str) -> bool:
        """Whether the object was read, and holds nothing of those who are looked for."""
        return self.again and self.ids.rule_out(name, self.matcher.texts)

    def records(self, name: str, raws: Iterable[bytes]) -> Scan:
        """Scan records that stand alone already."""
        scan = Scan()
        for raw in raws:
            scan.bytes_read += len(raw)
            self._value(name, raw, scan, sure=True)
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
        if self.needless(str(path)):
            scan.objects += 1
            return
        with path.open("rb", buffering=0) as file:
            size = os.fstat(file.fileno()).st_size
            head = file.read(512)
            file.seek(0)
            packed = head.startswith(MAGIC)
            if is_archive(head) and size > UNPACKED_LIMIT:
                scan.objects += 1
                too_large = f"an archive larger than {UNPACKED_LIMIT // 1_000_000} MB: unpack it first"
                scan.unreadable.append(Unreadable.of(str(path), too_large))
            elif size <= (PACKED_LIMIT if packed else UNPACKED_LIMIT):
                self.object(str(path), file.read(), scan)
            else:
                scan.objects += 1
                blocks = iter(lambda: file.read(BLOCK), b"")
                self._stream(str(path), Stream(blocks, BLOCK) if packed else blocks, scan)

    def _stream(self, name: str, blocks: Iterable[bytes], scan: Scan) -> None:
        for piece in pieces(blocks):
            if piece.data:
                self._document(name, piece.data, scan)
            if piece.trouble:
                scan.unreadable.append(Unreadable.of(name, piece.trouble))
        if isinstance(blocks, Stream) and blocks.trouble:
            scan.unreadable.append(Unreadable.of(name, blocks.trouble))

    def _archive(self, name: str, data: bytes, scan: Scan, *, trouble: str | None = None) -> None:
        for document in documents(name, data):
            if document.data:
                self._document(document.name, document.data, scan, trouble=document.trouble)
            elif document.trouble:
                scan.unreadable.append(Unreadable.of(document.name, document.trouble))
            else:
                scan.left.setdefault(seems(b""), []).append(document.name)
        if trouble:
            scan.unreadable.append(Unreadable.of(name, trouble))

    def _document(self, name: str, data: bytes, scan: Scan, *, trouble: str | None = None) -> bool:
        """Scan it; whether it is whole, and as CloudTrail writes it."""
        scan.bytes_read += len(data)
        ours = data.startswith(OPENING)
        if ours and scan.oldest is None and (times := _TIME.findall(data, 0, HEAD)):
            scan.oldest = parse_timestamp(min(times).decode())
        as_written = ours and self._trail(name, data, scan)
        if not as_written:
            trouble = self._any(name, data, trouble, scan)
        if trouble:
            scan.unreadable.append(Unreadable.of(name, trouble))
        return as_written and not trouble

    def _trail(self, name: str, data: bytes, scan: Scan) -> bool:
        """Scan what CloudTrail itself wrote, without a look at records that cannot be the subject's."""
        needles = self.matcher.needles
        if (number := _count(data)) is None:
            return False
        match needles.standing(data):
            case "hidden":
                return False
            case "absent":
                scan.records += number
                return True
            case "plain":
                holding = containing(data, needles.finders())
        if holding is None or holding[0] != number:
            return False
        scan.records += number
        for raw in holding[1]:
            self._record(name, raw, scan)
        return True

    def _any(self, name: str, data: bytes, trouble: str | None, scan: Scan) -> str | None:
        """Scan a document of any shape; what is wrong with it, *trouble* first, if anything is."""
        data = utf8(data)
        if data.lstrip()[:1] not in (b"{", b"[") and may_be_table(data):
            found = read_table(data)
            if found.records or NO_CALLER in found.strange:
                self._opened(name, found.records, found.strange, scan)
                return trouble
        cut = split(data)
        if not cut.records and cut.trouble and not trouble:
            scan.left.setdefault(seems(data), []).append(name)
            return None
        for raw in cut.records:
            self._value(name, raw, scan)
        return trouble or cut.trouble

    def _value(self, name: str, raw: bytes, scan: Scan, *, sure: bool = False) -> None:
        if is_record(raw):
            scan.records += 1
            if sure or self.matcher.needles.may_be_in(raw):
                self._record(name, raw, scan)
            return
        found = opened(raw)
        self._opened(name, found.records, found.strange, scan)

    def _opened(self, name: str, raws: Iterable[bytes], strange: dict[str, int], scan: Scan) -> None:
        for raw in raws:
            scan.records += 1
            if self.matcher.needles.may_be_in(raw):
                self._record(name, raw, scan, opened_before=True)
        for what, times in strange.items():
            scan.strange[what] = scan.strange.get(what, 0) + times

    def _record(self, name: str, raw: bytes, scan: Scan, *, opened_before: bool = False) -> None:
        try:
            record = records.decode(raw)
            if record.identity is None and not opened_before:
                # It only began as a record does.
                scan.records -= 1
                found = opened(raw)
                self._opened(name, found.records, found.strange, scan)
                return
            if (role := self.matcher.role(record)) is None:
                return
            event = marked(records.event(record, raw), self.matcher.followed.session_of(record))
        except BadRecord as error:
            scan.records_bad += 1
            scan.unreadable.append(Unreadable.of(f"a record of {name}", error))
            return
        if event.name in OPENS:
            self.ids.wanted = True
        if self.window.holds(event.time):
            scan.events.append((role, event))
            return
        if event.name == "UpdateUser" and event.time > self.window.until:
            scan.renamings.append(event)
        if role == "by":
            scan.outside += 1


def _count(data: bytes) -> int | None:
    """How many records there are, without looking closer; None where that would be rash."""
    if data[-64:].rstrip()[-2:] != b"]}":
        return None
    records, known = count(data, _COUNTED), 0
    for category in _KNOWN:
        known += count(data, category)
        if known == records:
            return records or None
    # Records of before there were categories have none.
    return records or None if known == count(data, _CATEGORY) else None


def _blocks(data: bytes) -> Iterator[bytes]:
    return (data[start : start + BLOCK] for start in range(0, len(data), BLOCK))
