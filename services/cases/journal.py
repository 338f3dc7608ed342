"""The journal of a case: append-only, each line with the hash of the one before, on disk before the deed.

``journal.jsonl`` holds one JSON object a line; ``hash`` is the SHA-256 of the line's other fields in
canonical form, ``prev`` the hash of the line before. ``head.json`` holds the newest sequence number and
hash, so that lines cut off the end are missed too; and, before a line is written, the hash that it will
have as ``next``, so that no other can be taken for it after a kill.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from services.base import clock, files
from services.base.folders import require_private
from services.cases.errors import CaseError
from services.cases.lines import FIRST, UNREADABLE, Entry, Flaw, decode, encode, entry_of, hash_of
from services.cases.reading import MOST_FLAWS, NO_JOURNAL, Reading, reading_of


class Journal:
    """The journal in *folder*; appending needs the case's lock, reading does not."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "journal.jsonl"
        self._head = folder / "head.json"
        self._one_at_a_time = threading.Lock()
        self.torn: str | None = None
        """What is to be said of a line torn by a crash, once it was kept aside."""
        self.unwritten: list[Entry] = []
        """What happened and could not be written, in order: it is written before the next line."""

    def entries(self) -> tuple[Entry, ...]:
        """Every whole line, and what could not be written; raises CaseError where nothing can be read."""
        return (*(entry for _, entry, _ in self._lines() if entry is not None), *self.unwritten)

    def append(self, kind: str, data: Mapping[str, object], at: datetime | None = None) -> Entry:
        """Write one line and wait until it is on disk; raises CaseError, and then nothing may be done."""
        with self._one_at_a_time:
            self._flush()
            return self._append(kind, data, at or clock.now())

    def keep(self, kind: str, data: Mapping[str, object]) -> Entry:
        """Remember what happened and cannot be written now."""
        with self._one_at_a_time:
            entries = self.entries()
            entry = Entry(entries[-1].seq + 1 if entries else 1, clock.now(), kind, data, "")
            self.unwritten.append(entry)
            return entry

    def _flush(self) -> None:
        while self.unwritten:
            entry = self.unwritten[0]
            self._append(entry.kind, entry.data, entry.at)
            del self.unwritten[0]

    @property
    def reading(self) -> Reading:
        """What the file holds by now; raises CaseError."""
        found = reading_of(self.path)
        found.refresh()
        return found

    def repair(self) -> str | None:
        """Set a line torn by a crash aside, into a file of its own; says what was done, if anything was."""
        if self.reading.torn is None:
            return None
        raw = self._read()
        kept, _, torn = raw.rpartition(b"\n")
        aside = self.path.with_name(f"torn-after-{kept.count(10) + bool(kept)}.txt")
        _replace(aside, torn)
        with files.open_or_create(self.path) as file:
            file.truncate(len(kept) + 1 if kept else 0)
            os.fsync(file.fileno())
        self.torn = f"A line of {len(torn)} bytes was truncated by a crash; it is kept in {aside.name}."
        return self.torn

    def flaws(self) -> tuple[Flaw, ...]:
        """Every altered, missing, added or reordered line."""
        while True:
            head = self._read_head()
            found = self._flaws(head)
            # Whoever works on the case may have written meanwhile: what was read does not belong together.
            if not found or head == self._read_head():
                return found

    @property
    def altered(self) -> bool:
        """Whether a line, or its place, is not as it was written; each is looked at once in a process."""
        while True:
            head, read = self._read_head(), self.reading
            with read.lock:
                found = bool(read.flaws) or any(_flaws_of_head(head, read.hashes))
            if not found or head == self._read_head():
                return found

    def _flaws(self, head: bytes) -> tuple[Flaw, ...]:
        found: list[Flaw] = []
        previous, expected = FIRST, 1
        by_seq: dict[int, str] = {}
        lines = tuple(self._lines())
        for number, entry, raw in lines:
            if entry is None:
                torn = number == len(lines) and not self._read().endswith(b"\n")
                found.append(Flaw(number, "isn't a complete line of this journal", torn))
                continue
            if raw.get("hash") != _hash_of(raw):
                found.append(Flaw(number, "was altered after it was written"))
            if entry.seq != expected or raw.get("prev") != previous:
                found.append(Flaw(number, "does not follow the previous line"))
            by_seq[entry.seq] = entry.hash
            previous, expected = entry.hash, entry.seq + 1
        found += _flaws_of_head(head, by_seq)
        return tuple(found)

    def _read_head(self) -> bytes:
        try:
            return files.read(self._head)
        except OSError:
            return b""

    def _read(self) -> bytes:
        try:
            require_private(self.path.parent)
            return files.read(self.path)
        except FileNotFoundError:
            raise
        except OSError as error:
            raise CaseError(f"The journal {self.path} cannot be read ({error.strerror}).") from None

    def _lines(self) -> Iterator[tuple[int, Entry | None, Mapping[str, Any]]]:
        try:
            raw = self._read()
        except FileNotFoundError:
            return
        unreadable = 0
        for number, line in enumerate(raw.splitlines(keepends=True), 1):
            try:
                fields = decode(line)
                yield number, entry_of(fields) if line.endswith(b"\n") else None, fields
            except UNREADABLE:
                if (unreadable := unreadable + 1) > MOST_FLAWS:
                    raise CaseError(f"The journal {self.path} cannot be read ({NO_JOURNAL}).") from None
                yield number, None, {}

    def _append(self, kind: str, data: Mapping[str, object], at: datetime) -> Entry:
        last = self.reading.last
        fields: dict[str, object] = {
            "seq": last.seq + 1 if last else 1,
            "at": clock.rfc3339(at),
            "prev": last.hash if last else FIRST,
            "kind": kind,
            "data": data,
        }
        entry = entry_of(fields | {"hash": hash_of(fields)})
        before = {"seq": last.seq, "hash": last.hash} if last else {"seq": 0, "hash": FIRST}
        try:
            _announce(self._head, encode(before | {"next": entry.hash}))
            _append(self.path, encode(fields | {"hash": entry.hash}) + b"\n")
            _replace(self._head, encode({"seq": entry.seq, "hash": entry.hash}))
        except OSError as error:
            raise CaseError(
                f"The journal cannot be written ({error.strerror}), so nothing more is sent to "
                "AWS. Free some space or choose another place with --state-dir."
            ) from None
        return entry


def _flaws_of_head(head: bytes, by_seq: Mapping[int, str]) -> Iterator[Flaw]:
    newest = max(by_seq, default=0)
    try:
        fields = decode(head)
        seq, digest, coming = int(fields["seq"]), str(fields["hash"]), fields.get("next")
    except UNREADABLE:
        yield Flaw(newest, "head.json, which names the last line, is missing or cannot be read")
        return
    if newest < seq:
        yield Flaw(newest + 1, f"and all up to line {seq} are missing")
    elif seq and by_seq.get(seq) != digest:
        yield Flaw(seq, "is not the line that head.json names")
    elif newest > seq and by_seq.get(seq + 1) != coming:
        yield Flaw(seq + 1, "was added after the last line that was written")
    elif newest > seq + 1:
        yield Flaw(seq + 2, "was added after the last line that was written")


def as_line(entry: Entry) -> bytes:
    """What could not be written, for a person to keep elsewhere."""
    return encode({"at": clock.rfc3339(entry.at), "kind": entry.kind, "data": entry.data})


def _hash_of(raw: Mapping[str, Any]) -> str | None:
    """What the hash of a line should be; None where it cannot be told."""
    try:
        return hash_of({name: value for name, value in raw.items() if name != "hash"})
    except UNREADABLE:
        return None


def _append(path: Path, line: bytes) -> None:
    files.append(path, line)


def _announce(head: Path, content: bytes) -> None:
    _replace(head, content)


def _replace(path: Path, content: bytes) -> None:
    files.replace(path, content)
