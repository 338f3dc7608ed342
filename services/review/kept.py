"""What a reading of a trail's objects has done so far, so that one that is cut goes on where it was."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import IO

import msgspec

from services.base import files
from services.base.folders import make_private
from services.review import record as records
from services.review.match import Role
from services.review.model import Subject, Unreadable
from services.review.scan import Scan

FORMAT = 2


class _Line(msgspec.Struct):
    """One object that was read to its end; the events as roles and raw records."""

    name: str
    size: int
    records: int
    records_bad: int
    bytes_read: int
    unreadable: list[Unreadable]
    events: list[tuple[Role, bytes]]
    left: dict[str, list[str]] = {}
    strange: dict[str, int] = {}
    sha256: str | None = None
    oldest: datetime | None = None


_decoder = msgspec.json.Decoder(_Line)


class Kept:
    """The objects done, in a file that lives until the reading has come to its end."""

    def __init__(self, path: Path, file: IO[bytes]) -> None:
        self._path = path
        self._file = file
        self._at: dict[tuple[str, int], tuple[int, int]] = {}
        self.finished = False
        """Set this where nothing is left to go on with."""
        self._load()

    def __len__(self) -> int:
        return len(self._at)

    def find(self, name: str, size: int) -> Scan | None:
        """What the object of that name and size held, if it was read before."""
        place = self._at.get((name, size))
        if place is None:
            return None
        start, length = place
        line = _decoder.decode(os.pread(self._file.fileno(), length, start))
        scan = Scan(
            objects=1,
            bytes_read=line.bytes_read,
            records=line.records,
            records_bad=line.records_bad,
            unreadable=line.unreadable,
            left=line.left,
            strange=line.strange,
            sha256=line.sha256,
            oldest=line.oldest,
        )
        scan.events = [(role, records.event(records.decode(raw), raw)) for role, raw in line.events]
        return scan

    def add(self, name: str, size: int, scan: Scan) -> None:
        line = _Line(
            name,
            size,
            scan.records,
            scan.records_bad,
            scan.bytes_read,
            scan.unreadable,
            [(role, event.raw) for role, event in scan.events],
            scan.left,
            scan.strange,
            scan.sha256,
            scan.oldest,
        )
        with suppress(OSError):  # a full disk ends the keeping, not the reading
            self._file.write(msgspec.json.encode(line) + b"\n")

    def close(self) -> None:
        if self.finished or self._file.tell() == 0:
            self._path.unlink(missing_ok=True)
        self._file.close()

    def _load(self) -> None:
        start = whole = 0
        self._file.seek(0)
        for text in self._file:
            start, whole = whole, whole + len(text)
            try:
                line = _decoder.decode(text)
            except (msgspec.MsgspecError, ValueError, RecursionError):
                whole = start
                break
            if not text.endswith(b"\n"):
                whole = start
                break
            self._at[line.name, line.size] = (start, len(text))
        # A kill may have cut the last line.
        os.ftruncate(self._file.fileno(), whole)
        self._file.seek(0, os.SEEK_END)


@contextmanager
def kept(folder: Path | None, subject: Subject, account: str, *, fresh: bool) -> Iterator[Kept | None]:
    """The objects done for *subject*; None where nothing can be kept, or somebody else is at it."""
    if folder is None:
        yield None
        return
    try:
        make_private(folder.parent)
        make_private(folder)
        what = msgspec.json.encode([FORMAT, account, subject.user, subject.key_id, subject.account])
        path = folder / f"{hashlib.sha256(what).hexdigest()[:24]}.jsonl"
        file = files.open_or_create(path)
    except OSError:
        yield None
        return
    try:
        files.lock(file)
        if fresh:
            file.truncate(0)
        done = Kept(path, file)
    except OSError:
        file.close()
        yield None
        return
    try:
        yield done
    finally:
        done.close()
