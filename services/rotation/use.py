"""What CloudTrail has of a user's API keys while one takes the other's place, told apart where it can be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.aws.errors import AwsError
from services.base import clock
from services.incident.situation import Situation
from services.review.model import SourceUnavailable, Subject, Window
from services.review.record import Event
from services.review.review import run_review

LAG = timedelta(seconds=10)
"""A call with the old key may be let through for a few seconds after its deactivation."""

TOO_EARLY = "it is too early for CloudTrail to show any use"

READ_BACK = timedelta(days=1)
"""Days may pass until the import; what came before the last one tells nothing of now."""

_TOO_EARLY = timedelta(minutes=1)
"""Records come minutes after their calls."""

_APART = timedelta(minutes=10)
"""For how long the old key must have been silent while the new one was used."""


@dataclass(frozen=True, slots=True)
class Use:
    """The recorded *events* of the user's keys; *complete* only where all use would have been recorded.

    *trouble* says why CloudTrail could not be asked, *early* that it cannot have anything yet.
    """

    old_key: str
    new_key: str | None
    events: tuple[Event, ...] = ()
    complete: bool = False
    trouble: str | None = None
    early: bool = False

    @property
    def log_groups(self) -> tuple[str, ...]:
        return tuple(sorted({event.log_group for event in self.events if event.log_group}))

    def last_let_in(self, key_id: str | None) -> Event | None:
        """The last use of that key, by records that name it."""
        return _last(e for e in self.events if e.let_in and e.credential_id and e.credential_id == key_id)

    def new_since(self, deactivated: datetime) -> Event | None:
        """The last call let in since the old key could make none."""
        since = deactivated + LAG
        theirs = (None, self.new_key)
        return _last(e for e in self.events if e.let_in and e.time >= since and e.credential_id in theirs)

    def refused_since(self, deactivated: datetime) -> Event | None:
        """The last call refused since then: somebody still sends the old key."""
        theirs = (None, self.old_key)
        return _last(
            e for e in self.events if e.refused and e.time >= deactivated and e.credential_id in theirs
        )


async def read(at: Situation, since: datetime) -> Use:
    """All use since then, of the last day at most; trouble with CloudTrail is told, not raised."""
    made = at.case.replacement
    old, new = at.key.id, made.key_id if made else None
    subject = Subject(user=at.key.user, service=at.key.service)
    now = at.aws.now()
    window = Window(max(since, now - READ_BACK), now)
    if window.until - window.since < _TOO_EARLY:
        return Use(old, new, early=True)
    try:
        review = await run_review(at.aws, subject, window, source="s3", now=at.now)
    except (AwsError, SourceUnavailable) as error:
        return Use(old, new, trouble=str(error))
    return Use(old, new, review.use, review.complete)


@dataclass(frozen=True, slots=True)
class Imported:
    """Whether the new key is in use and the old one no longer, in *words*."""

    yes: bool
    words: str


def judged(use: Use, now: datetime) -> Imported:
    """While both keys work; surer than the records name the keys it cannot be."""
    new, old = use.last_let_in(use.new_key), use.last_let_in(use.old_key)
    if new is None:
        return Imported(False, _why_unknown(use, now))
    seen = f"{use.new_key} was seen working: {_told(new, now)}"
    unnamed = _last(e for e in use.events if e.let_in and not e.credential_id)
    if unnamed is not None and new.time - unnamed.time < _APART:
        return Imported(
            False, f"{seen}; but another call names no key, which may be the old one: {_told(unnamed, now)}"
        )
    if old is None and not use.complete:
        return Imported(True, f"{seen}; not all use is recorded, so {use.old_key} may still be used")
    if old is None:
        return Imported(True, seen)
    if new.time - old.time < _APART:
        return Imported(False, f"{seen}; but {use.old_key} is still used: {_told(old, now)}")
    return Imported(True, f"{seen}; {use.old_key} last: {_told(old, now)}")


def _why_unknown(use: Use, now: datetime) -> str:
    if use.early:
        return TOO_EARLY
    if use.trouble:
        return f"whether it is used could not be read. {use.trouble.rstrip('.')}"
    if (old := use.last_let_in(use.old_key)) is not None:
        return f"only {use.old_key} was seen so far: {_told(old, now)}"
    if use.events:
        return "the records do not say which of the two keys was used"
    if use.complete:
        return "no call with either key was recorded yet"
    return "whether it is used is not recorded"


def _told(event: Event, now: datetime) -> str:
    return f"allowed at {clock.spoken(event.time, now)} from {event.source_ip}"


def _last(events: Iterable[Event]) -> Event | None:
    return max(events, key=lambda event: event.time, default=None)
