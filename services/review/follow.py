"""Whom else to follow: other names of the user, sessions it opened, and those they opened in turn.

A role's session is followed by its access key id. Where no record has that, it is followed by its principal
and the moment it was opened, or by the other account's record of the same call; a colleague's session of
the same role never is.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from services.base import clock
from services.base.text import clean
from services.review import record as records
from services.review.naming import Name, Renaming, names_of, renaming
from services.review.record import Event, Record
from services.review.timestamp import parse_timestamp

MOST = 5_000
"""Sessions that are followed; beyond it they are counted."""

MOST_KEYS = 100
"""Keys that a followed credential made, and that are followed in turn."""

ROUNDS = 8
"""How often what was found leads to another reading: sessions of sessions of sessions."""

SLACK = timedelta(seconds=2)
"""Between the call that opens a session and the session's own creationDate."""

ROLE_ARN = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/(?:[!-~]{1,510}/)?[\w+=,.@-]{1,64}", re.ASCII)

OPENING = frozenset(
    {
        "AssumeRole",
        "AssumeRoleWithSAML",
        "AssumeRoleWithWebIdentity",
        "AssumeRoot",
        "AcquireRole",
        "GetFederationToken",
        "GetScopedCredentials",
        "GetSessionToken",
    }
)

GIVING = {
    "CreateAccessKey": ("accessKey", "accessKeyId"),
    "CreateServiceSpecificCredential": ("serviceSpecificCredential", "serviceSpecificCredentialId"),
    "ResetServiceSpecificCredential": ("serviceSpecificCredential", "serviceSpecificCredentialId"),
}
"""Where the answers to calls that give a key have its id."""


@dataclass(frozen=True, slots=True)
class Session:
    """Temporary credentials that the subject, or a session of it, opened.

    *principal* is the assumed role's id with the session's name; *by* is the access key id that opened it.
    """

    key_id: str | None
    principal: str | None
    role: str
    opened: datetime
    by: str | None
    event_id: str
    expires: datetime | None = None
    arn: str | None = None
    """Of the role, where it is a role's."""
    again: tuple[datetime, ...] = ()
    """When others with the same principal were opened, which nothing but the time tells apart."""
    how: str = ""
    """The call that opened it."""

    @property
    def id(self) -> str:
        return self.key_id or self.principal or self.role

    @property
    def words(self) -> str:
        return f"session {self.id} of {self.role}" if self.role != self.id else f"session {self.id}"

    def as_json(self) -> dict[str, object]:
        return {
            "access_key_id": self.key_id,
            "principal": self.principal,
            "role": self.role,
            "opened": clock.rfc3339(self.opened),
            "expires": clock.rfc3339(self.expires) if self.expires else None,
            "opened_by": self.by,
            "event_id": self.event_id,
            "role_arn": self.arn,
        }


@dataclass(frozen=True, slots=True)
class Followed:
    """*sessions* by access key id or, without one, by principal; *unfollowed* counts those beyond the cap.

    *keys* are the ids of keys, of whatever user, that the leaked key or a session of it made.
    """

    names: tuple[Name, ...] = ()
    sessions: Mapping[str, Session] = field(default_factory=dict)
    shared: frozenset[str] = frozenset()
    """Ids of calls whose answer another account's records may have."""
    unfollowed: int = 0
    keys: frozenset[str] = frozenset()

    @property
    def texts(self) -> tuple[str, ...]:
        """What records of theirs have in them."""
        names = dict.fromkeys(name.name for name in self.names)
        return (*names, *self.sessions, *self.shared, *sorted(self.keys))

    def without(self, others: Followed) -> Followed:
        """What *others* does not have."""
        known = {name.name for name in others.names}
        names = tuple(name for name in self.names if name.name not in known)
        sessions = {
            key: each
            for key, each in self.sessions.items()
            if key not in others.sessions or each.again != others.sessions[key].again
        }
        return Followed(names, sessions, self.shared - others.shared, keys=self.keys - others.keys)

    def is_named(self, name: object, user: str, when: datetime | None, account: str | None) -> bool:
        """Whether *user*, as it is called now, was called *name* at that time."""
        names = [each for each in self.names if account is None or each.account in (None, account)]
        if not names or when is None:
            return name == user
        return any(each.name == name and each.at(when) for each in names)

    def session_of(self, record: Record) -> Session | None:
        """The session that made the call, if it is one of these."""
        identity = record.identity
        if not self.sessions or identity is None:
            return None
        if identity.access_key_id and (found := self.sessions.get(identity.access_key_id)):
            return found
        ends = (identity.arn or "").rpartition(":")[2]
        if found := self.sessions.get(identity.principal or "") or self.sessions.get(ends):
            attributes = identity.session.attributes if identity.session else None
            created = parse_timestamp((attributes or {}).get("creationDate"))
            opened = (found.opened, *found.again)
            if created is not None and any(abs(created - when) <= SLACK for when in opened):
                return found
        return None


def follow(
    events: Iterable[Event],
    user: str,
    known: Followed,
    *,
    leaked: str | None = None,
    since: datetime | None = None,
) -> Followed:
    """*known*, and what *events* of the user and of its sessions add to it.

    A key of somebody else is followed where *leaked*, or what was opened or made with that, made it *since*.
    """
    sessions, unfollowed = dict(known.sessions), 0
    shared, renamings = set(known.shared), list[Renaming]()
    gave, openers = list[tuple[str | None, str]](), dict[str, str | None]()
    for event in sorted(events, key=lambda each: each.time):
        if event.error:
            continue
        by = event.session or event.access_key_id
        if event.name == "UpdateUser" and event.source == "iam.amazonaws.com":
            renamings += renaming(event.time, _decoded(event).request or {}, event.account)
        elif event.name in GIVING and event.source == "iam.amazonaws.com":
            if (since is None or event.time >= since) and (given := given_by(event)):
                gave.append((by, given))
        elif event.name in OPENING and event.source in ("sts.amazonaws.com", "signin.amazonaws.com"):
            session, openers[event.event_id] = _opened(event), by
            if (session is None or session.key_id is None) and (other := _id(_decoded(event).shared)):
                shared.add(other)
            if session is None:
                continue
            if (before := sessions.get(session.id)) is not None:
                if session.key_id is None and session.opened not in (before.opened, *before.again):
                    sessions[session.id] = replace(before, again=(*before.again, session.opened))
                continue
            if len(sessions) < MOST:
                sessions[session.id] = session
            else:
                unfollowed += 1
    theirs = led_to({leaked, *known.keys} - {None}, sessions.values(), gave, openers) if leaked else set()
    keys = list(dict.fromkeys(key for _, key in gave if key in theirs and key != leaked))
    return Followed(
        names_of(user, renamings),
        sessions,
        frozenset(shared),
        unfollowed + len(keys[MOST_KEYS:]),
        known.keys | set(keys[:MOST_KEYS]),
    )


def led_to(
    known: Iterable[str | None],
    sessions: Iterable[Session],
    gave: Iterable[tuple[str | None, str]],
    openers: Mapping[str, str | None],
) -> set[str]:
    """*known*, and what one of them, or one of those, opened or gave.

    *gave* are pairs of who gave a key and its id; *openers* says by event who opened a session. Calls of one
    second come in no order, so that none counts.
    """
    leads: defaultdict[str | None, list[str]] = defaultdict(list)
    for session in sessions:
        leads[session.by].append(session.id)
        leads[openers.get(session.event_id)].append(session.id)
    for by, key in gave:
        leads[by].append(key)
    found, next_ones = set[str](), [each for each in known if each]
    while next_ones:
        one = next_ones.pop()
        if one not in found:
            found.add(one)
            next_ones += leads.get(one, ())
    return found


def given_by(event: Event) -> str | None:
    """The id of the key that a call of `GIVING` made, where its record has it."""
    outer, inner = GIVING[event.name]
    return _id(_mapping((_decoded(event).response or {}).get(outer)).get(inner))


def _opened(event: Event) -> Session | None:
    record = _decoded(event)
    answer, asked = record.response or {}, record.request or {}
    credentials = _mapping(answer.get("credentials"))
    assumed = _mapping(answer.get("assumedRoleUser"))
    key_id = _id(credentials.get("accessKeyId"))
    principal = _id(assumed.get("assumedRoleId"))
    named = (asked.get("roleArn"), asked.get("name"), event.user)
    role = next((clean(each, limit=200) for each in named if isinstance(each, str)), "")
    if key_id is None and principal is None:
        principal = _arn(asked)
    if key_id is None and principal is None:
        return None
    return Session(
        key_id=key_id,
        principal=principal,
        role=role.rpartition(":role/")[2] or role,
        opened=event.time,
        by=event.access_key_id,
        event_id=event.event_id,
        expires=parse_timestamp(_expiry(credentials.get("expiration"))),
        arn=_role_arn(asked.get("roleArn")),
        how=event.name,
    )


def _arn(asked: Mapping[str, Any]) -> str | None:
    """How ARNs of the session end, from what was asked for alone."""
    role, name = asked.get("roleArn"), asked.get("roleSessionName")
    if not (isinstance(role, str) and isinstance(name, str) and ":role/" in role):
        return None
    return _id(f"assumed-role/{role.rpartition('/')[2]}/{name}")


def _role_arn(value: object) -> str | None:
    """*value* where it can be a role's ARN: calls are made by it."""
    return value if isinstance(value, str) and ROLE_ARN.fullmatch(value) else None


def _expiry(value: object) -> object:
    # "Nov 20, 2026, 10:00:00 AM", as records have it.
    if not isinstance(value, str):
        return value
    for form in ("%b %d, %Y, %I:%M:%S %p", "%b %d, %Y %I:%M:%S %p"):
        try:
            return f"{datetime.strptime(value, form):%Y-%m-%dT%H:%M:%S}Z"  # noqa: DTZ007 (records are in UTC)
        except ValueError:
            continue
    return value


def _id(value: object) -> str | None:
    """*value* where it can be one of AWS's ids: a byte search is made for it."""
    safe = isinstance(value, str) and 8 <= len(value) <= 256 and value.isascii() and value.isprintable()
    return str(value) if safe and '"' not in str(value) and "\\" not in str(value) else None


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _decoded(event: Event) -> Record:
    try:
        return records.decode(event.raw)
    except records.BadRecord:
        return Record()


def marked(event: Event, session: Session | None) -> Event:
    """*event*, naming the session it was made by."""
    return replace(event, session=session.id) if session else event
