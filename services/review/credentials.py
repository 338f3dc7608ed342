"""By which credential a call was made, so that every finding can say it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from services.review.follow import Session
from services.review.model import Subject
from services.review.newcomers import address
from services.review.record import Event
from services.review.words import short

Kind: TypeAlias = Literal[
    "access key", "session", "API key", "short-term API key", "sign-in", "service", "unknown"
]

NAMED = 3
"""So many credentials are named in a sentence; what is beyond is counted."""

_NO_KEY = frozenset({"codecommit", "cassandra"})
"""By these services a password is used, which no record names."""


@dataclass(frozen=True, slots=True)
class Credential:
    """What a call was signed or sent with; *id* is None where no record names it.

    *user* is whose it is, and *role* that of a session.
    """

    kind: Kind
    id: str | None = None
    user: str = ""
    role: str = ""

    def words(self, subject: Subject) -> str:
        whose = f" of {short(self.user)}" if self.user and self.user != subject.user else ""
        match self.kind:
            case "session":
                return f"session {self.id or ''}".rstrip() + (
                    f" of {short(self.role)}" if self.role else whose
                )
            case "access key":
                return f"access key {self.id}{whose}"
            case "API key":
                return f"API key {self.id}{whose}" if self.id else f"an API key{whose} that no record names"
            case "short-term API key":
                return f"a short-term API key{whose}"
            case "sign-in":
                return f"a console sign-in{whose}"
            case "service":
                return f"an AWS service{whose}"
            case _:
                return f"a credential that no record names{whose}"

    def as_json(self) -> dict[str, object]:
        return {"kind": self.kind, "id": self.id, "user": self.user or None, "role": self.role or None}


def signed_with(access_key_id: str | None, user: str) -> Credential:
    """The credential of a call of which no more than this is known."""
    if not access_key_id:
        return Credential("unknown", None, user)
    return Credential("session" if access_key_id.startswith("ASIA") else "access key", access_key_id, user)


def credential(event: Event, sessions: Mapping[str, Session]) -> Credential:
    """The credential that *event* was made with, as far as its record tells."""
    service = event.source.partition(".")[0]
    if event.session and (session := sessions.get(event.session)):
        return Credential("session", session.id, event.user, session.role)
    if event.short_term:
        return Credential("short-term API key", event.access_key_id, event.user)
    if event.credential_id:
        return Credential("API key", event.credential_id, event.user)
    if event.bearer:
        return Credential("API key", None, event.user)
    if event.session:
        return Credential("session", event.session, event.user)
    if event.access_key_id:
        return signed_with(event.access_key_id, event.user)
    if service == "signin":
        return Credential("sign-in", None, event.user)
    if event.source_ip and not address(event):
        return Credential("service", None, event.user)
    return Credential("API key" if service in _NO_KEY else "unknown", None, event.user)


def by_most(found: Iterable[Credential]) -> tuple[Credential, ...]:
    """Each once, that of most calls first."""
    return tuple(each for each, _ in Counter(found).most_common())


def by_words(found: Iterable[Credential], subject: Subject) -> str:
    """``access key AKIA…, session ASIA… of Admin and 2 more``; nothing where there is none."""
    every = list(dict.fromkeys(each.words(subject) for each in found))
    more = f" and {len(every) - NAMED:,} more" if len(every) > NAMED else ""
    return ", ".join(every[:NAMED]) + more
