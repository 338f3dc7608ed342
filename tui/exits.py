"""How a command can end: one exit code for each way, which scripts rely on."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    DONE = 0
    DEFECT = 1
    USAGE = 2
    INCOMPLETE = 3
    REFUSED = 4
    AWS = 5
    INTERRUPTED = 130
