"""Which of the user's calls are use of the key: by credential id where a record has one, else by user."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from services.base.keyservices import SIGNS
from services.review.model import Subject
from services.review.record import Event

By: TypeAlias = Literal["credential id", "access key id", "user"]

# By the first word of eventSource, where that is not the service's own name.
_SERVICE_OF_SOURCE = {
    "bedrock-mantle": "bedrock",
    "monitoring": "cloudwatch",
}
_UNFLAGGED = ("aws-external-anthropic", "cassandra")


@dataclass(frozen=True, slots=True)
class Attribution:
    """*use* of the key and the user's *other* calls, with how they were told apart in words."""

    use: tuple[Event, ...]
    other: tuple[Event, ...]
    by: By
    words: str


def attribute(events: Iterable[Event], subject: Subject) -> Attribution:
    use: list[Event] = []
    other: list[Event] = []
    for event in events:
        (use if _is_use(event, subject) else other).append(event)
    by, words = _told(use, other, subject)
    return Attribution(tuple(use), tuple(other), by, words)


def before(events: Iterable[Event], subject: Subject) -> int:
    """How many of the user's calls with API keys were made when there was no such key yet."""
    if subject.service in SIGNS:
        return 0
    return sum(event.bearer and is_before(event, subject) for event in events)


def is_before(event: Event, subject: Subject) -> bool:
    """Whether there was no such key yet when the call was made."""
    return subject.created is not None and event.time < subject.created.replace(microsecond=0)


def _told(use: list[Event], other: list[Event], subject: Subject) -> tuple[By, str]:
    if subject.key_id is None:
        return "user", "by user: all API keys of this user are included"
    if subject.service in SIGNS:
        told = "by access key id: every signed call names the key; what its sessions did stands beside that"
        return "access key id", told
    named = sum(event.credential_id is not None for event in use)
    others = sum(event.bearer and event.credential_id is not None for event in other)
    if use and named == len(use):
        more = f"; {others:,} calls with other API keys of this user are counted separately" if others else ""
        return "credential id", f"by credential id: every record of use names the key{more}"
    if named:
        return "user", f"by user: {named:,} of {len(use):,} records of use name the key, the others do not"
    if use:
        return (
            "user",
            "by user: CloudTrail names the user, not the key, so this user's other keys are included",
        )
    if others:
        return "credential id", f"by credential id: the {others:,} API key calls seen were with other keys"
    return "user", "by user: there is no record of use"


def _is_use(event: Event, subject: Subject) -> bool:
    if subject.service in SIGNS:
        return event.access_key_id == subject.key_id
    if event.credential_id and subject.key_id:
        return event.credential_id == subject.key_id
    # A session has no long-lived key: what it sends as a token it made itself.
    if event.short_term or event.session or is_before(event, subject):
        return False
    service = (subject.service or "").lower().partition(".")[0]
    source = event.source.partition(".")[0]
    if not source:
        # A call of any service, then, and of this one too.
        return event.bearer
    if service == "codecommit":
        # Over SSH it was a public key, and with an access key id a signature.
        other = event.access_key_id is not None or (event.protocol or "").upper() == "SSH"
        return source == service and event.name in ("GitPull", "GitPush") and not other
    if service == "cloudwatch" and event.name == "PutMetricData":
        return (event.protocol or "").upper() == "OTLP" or event.bearer
    if service in _UNFLAGGED and source == service:
        # Its records do not say how the call was made, but a signed one names a key.
        return event.bearer or event.access_key_id is None
    return event.bearer and (not service or _SERVICE_OF_SOURCE.get(source, source) == service)
