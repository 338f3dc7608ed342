"""What an intruder did, as a report has it: from where, from when to when, what was done and taken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Said:
    """Something learnt at a moment, in the journal's own words."""

    at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class Taken:
    """Data that was handed out, *times* over; *names* are of what the records name."""

    what: str
    times: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Attack:
    """What came from addresses that are new; *sure* where a suspected moment tells them from the owner's.

    Without a *baseline* nothing was seen before that moment: any of them may be the owner's.

    *first* and *last* are of the calls with the key that AWS allowed; *began* is the first call of any kind.
    """

    sure: bool
    addresses: tuple[str, ...]
    first: datetime | None
    last: datetime | None
    calls: int
    refused: int
    began: datetime
    moments: tuple[Said, ...]
    taken: tuple[Taken, ...]
    baseline: bool = True
    seconds: tuple[datetime, ...] = ()
    """Every second with use of the key, in order."""
