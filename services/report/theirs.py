"""What a report says of the intruder's own doing, as it was when it was read back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Compromised:
    """Another credential that an intruder's address used or made, as it was when it was read back.

    *sure* is False where no suspected moment was set; *ended* where it cannot be used any more.
    """

    name: str
    why: str
    state: str
    ended: bool
    sure: bool
    at: datetime
    lever: str
    kind: str = ""
    made: bool = False


@dataclass(frozen=True, slots=True)
class Made:
    """One thing that a followed credential made, as it was when it was read back; *proof* is its record.

    *ended* is whether nobody can use it any more, *lever* what stops it, or restores it.
    """

    text: str
    proof: str
    event_id: str
    state: str
    ended: bool
    at: datetime
    lever: str
