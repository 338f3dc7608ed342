"""What rules look at, and what they make of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, wraps
from typing import Any, TypeVar

from services.review.actions import Severity
from services.review.baseline import Baseline, baseline
from services.review.changes import Change
from services.review.credentials import Credential, credential
from services.review.follow import Session
from services.review.model import Marks, Subject, Unreadable
from services.review.record import Event
from services.review.words import moment

T = TypeVar("T")

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
    newness: str | None = None
    """Whether the user did such a thing before, where there is a baseline to tell."""
    credentials: tuple[Credential, ...] = ()
    """By which its calls were made, the one of most calls first."""
    by: str = ""
    """The same in words."""

    @property
    def told(self) -> str:
        """The title, whether it is new for this user, and by which credential it was done."""
        how = f"By {self.by}." if self.by else ""
        return " ".join(part for part in (self.title, self.newness, how) if part)

    def as_json(self) -> dict[str, object]:
        return {
            "kind": self.kind,
            "severity": self.severity,
            "title": self.title,
            "event_ids": list(self.event_ids),
            "technique": self.technique,
            "why": self.why,
            "next": self.next,
            "newness": self.newness,
            "credentials": [each.as_json() for each in self.credentials],
            "by": self.by,
        }


@dataclass(frozen=True)
class Facts:
    """Events, each in order of time: *use* is of the key, *other* the user's other calls.

    What is signed with an access key is use of it and a deed at once: those calls are among *other* too.

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
    sessions: Mapping[str, Session] = field(default_factory=dict)
    """Those that the user opened, by id."""

    worked_out: dict[object, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What `once` keeps."""

    @cached_property
    def every(self) -> Sequence[Event]:
        """All the user's own events, in order of time."""
        return sorted((*self.use, *self.beside), key=lambda event: event.time)

    @cached_property
    def signed(self) -> Sequence[tuple[Event, Credential]]:
        """Those, each with what it was made by."""
        return [(event, credential(event, self.sessions)) for event in self.every]

    @cached_property
    def worked(self) -> Sequence[tuple[Event, Credential]]:
        """Of those the calls that worked, with what each was made by; none of before the suspected moment.

        What this case did itself is left out.
        """
        since = self.marks.suspected
        return [
            (event, by)
            for event, by in self.signed
            if event.error is None
            and event.request_id not in self.marks.ours
            and (since is None or event.time >= since.replace(microsecond=0))
        ]

    @cached_property
    def baseline(self) -> Baseline:
        return baseline(self.every, self.marks.suspected)

    @cached_property
    def beside(self) -> list[Event]:
        """The calls of *other* that were made with something else than the key."""
        key = self.subject.key_id
        return [event for event in self.other if key is None or event.access_key_id != key]


def once(work: Callable[[Facts], T]) -> Callable[[Facts], T]:
    """*work*, which several rules build upon, done once for the same facts."""

    @wraps(work)
    def kept(facts: Facts) -> T:
        if work not in facts.worked_out:
            facts.worked_out[work] = work(facts)
        return facts.worked_out[work]  # type: ignore[no-any-return]

    return kept


def ids(events: Iterable[Event]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(event.event_id for event in events))


def at(event: Event) -> str:
    return moment(event.time)
