"""What rules look at, and what they make of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.review.actions import Severity
from services.review.changes import Change
from services.review.model import Marks, Subject, Unreadable
from services.review.record import Event
from services.review.words import moment

USED = "T1078.004"
"""ATT&CK: Valid Accounts, of the cloud."""


@dataclass(frozen=True, slots=True)
class Finding:
    """*title* is one sentence; *technique* an id of MITRE ATT&CK where one fits."""

    kind: str
    severity: Severity
    title: str
    event_ids: tuple[str, ...]
    technique: str | None = None
    why: str | None = None
    next: str | None = None
    """What to look at or do about it."""

    def as_json(self) -> dict[str, object]:
        return {
            "kind": self.kind,
            "severity": self.severity,
            "title": self.title,
            "event_ids": list(self.event_ids),
            "technique": self.technique,
            "why": self.why,
            "next": self.next,
        }


@dataclass(frozen=True, slots=True)
class Facts:
    """Events, each in order of time: *use* is of the key, *other* the user's other calls.

    *on_user* is what others did to the user.
    """

    subject: Subject
    marks: Marks
    use: Sequence[Event]
    other: Sequence[Event]
    on_user: Sequence[Event]
    missing: Sequence[Unreadable] = ()
    """Evidence that should be there and is not."""
    changes: Sequence[Change] = ()
    """Of the trails that were read and of their buckets."""


def ids(events: Iterable[Event]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(event.event_id for event in events))


def at(event: Event) -> str:
    return moment(event.time)
