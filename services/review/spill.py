"""A file without a name for the records that are too many to keep in memory."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass, field
from typing import IO


@dataclass(slots=True)
class Spill:
    """Gone with the last who can read it; nobody else can open it."""

    _file: IO[bytes] | None = None
    _end: int = 0

    def put(self, raw: bytes) -> Spilled:
        if self._file is None:
            # Unlinked from the start, and mode 0600.
            self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 (it outlives this call)
        os.pwrite(self._file.fileno(), raw, self._end)
        spilled = Spilled(self, self._end, len(raw))
        self._end += len(raw)
        return spilled

    def read(self, start: int, length: int) -> bytes:
        assert self._file is not None
        return os.pread(self._file.fileno(), length, start)

    def __del__(self) -> None:
        if self._file is not None:
            self._file.close()


@dataclass(frozen=True, slots=True)
class Spilled:
    """Where some bytes stand."""

    spill: Spill = field(repr=False)
    start: int
    length: int

    def read(self) -> bytes:
        return self.spill.read(self.start, self.length)
