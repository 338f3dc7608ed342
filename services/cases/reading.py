"""A journal's file as far as it was read: only what has come since is read, verified and folded anew."""

from __future__ import annotations

import errno
import os
import threading
from functools import lru_cache
from pathlib import Path

from services.base import files
from services.base.folders import require_private
from services.cases.errors import CaseError
from services.cases.fold import Fold
from services.cases.lines import FIRST, UNREADABLE, Flaw, Line, as_written, decode_line

MOST_FLAWS = 1_000
"""A file with more of them was never a journal, and each would be told of."""
NO_JOURNAL = f"more than {MOST_FLAWS:,} of its lines are no journal's"

Key = tuple[int, int, int, int, int]
"""What a file has that nobody can change unnoticed: device, inode, size and both times."""


class Reading:
    """Of the journal at *path*; a line that is changed after it was read changes the file's times."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lock = threading.RLock()
        self._forget()

    def _forget(self) -> None:
        self._key: Key | None = None
        self._read = 0
        """Bytes of whole lines."""
        self._last_raw = b""
        self.lines = 0
        self.first: Line | None = None
        self.last: Line | None = None
        self.hashes: dict[int, str] = {}
        """By the number that each line gives itself."""
        self.flaws: list[Flaw] = []
        self.torn: Flaw | None = None
        self.fold = Fold()

    def refresh(self) -> None:
        """Read what is new; raises CaseError where the file cannot be read at all."""
        with self.lock:
            try:
                require_private(self.path.parent)
                found = self.path.lstat()
            except FileNotFoundError:
                self._forget()
                return
            except OSError as error:
                raise CaseError(f"The journal {self.path} cannot be read ({error.strerror}).") from None
            key = (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
            if key == self._key:
                return
            try:
                self._read_on(key)
            except OSError as error:
                raise CaseError(f"The journal {self.path} cannot be read ({error.strerror}).") from None

    def _read_on(self, key: Key) -> None:
        with files.open_ours(self.path) as file:
            files.require_no_more(file, self.path)
            if not self._goes_on(key, file.fileno()):
                self._forget()
            file.seek(self._read)
            for raw in file.read().splitlines(keepends=True):
                if not raw.endswith(b"\n"):
                    self.torn = Flaw(self.lines + 1, _NO_LINE, torn=True)
                    break
                self._take(raw)
                if len(self.flaws) > MOST_FLAWS:
                    self._forget()
                    raise OSError(errno.EINVAL, NO_JOURNAL)
        self._key = key

    def _goes_on(self, key: Key, fd: int) -> bool:
        """Whether the file is what was read, with more behind it."""
        self.torn = None
        if self._key is None or key[:2] != self._key[:2] or key[2] <= self._read:
            return False
        size = len(self._last_raw)
        return os.pread(fd, size, self._read - size) == self._last_raw

    def _take(self, raw: bytes) -> None:
        self._read += len(raw)
        self._last_raw = raw
        self.lines += 1
        try:
            line = decode_line(raw)
        except UNREADABLE:
            self.flaws.append(Flaw(self.lines, _NO_LINE))
            return
        if not as_written(raw, line.hash):
            self.flaws.append(Flaw(self.lines, "was altered after it was written"))
        previous, expected = (self.last.hash, self.last.seq + 1) if self.last else (FIRST, 1)
        if line.seq != expected or line.prev != previous:
            self.flaws.append(Flaw(self.lines, "does not follow the previous line"))
        self.hashes[line.seq] = line.hash
        self.first = self.first or line
        self.last = line
        self.fold.take(line)


_NO_LINE = "isn't a complete line of this journal"


@lru_cache(maxsize=512)
def reading_of(path: Path) -> Reading:
    """The same for whoever reads that journal in this process."""
    return Reading(path)
