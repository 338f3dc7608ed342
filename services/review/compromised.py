"""The credentials beside the key that are compromised as well: an intruder's address used or made them.

A key that the leaked one, or what was opened or made with it, made for another user is, whatever the address.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Literal, TypeAlias

from services.base import clock
from services.review import record as records
from services.review.credentials import credential
from services.review.facts import USED, Facts, Finding, ids, once
from services.review.newcomers import address
from services.review.proven import proven
from services.review.record import Event
from services.review.words import NAMED, listed, moment, short, tally

Kind: TypeAlias = Literal["access key", "API key", "console password", "session"]

_MAKING: Mapping[str, tuple[Kind, str, str]] = {
    # The kind it makes, and where the answer has its id.
    "CreateAccessKey": ("access key", "accessKey", "accessKeyId"),
    "CreateServiceSpecificCredential": (
        "API key",
        "serviceSpecificCredential",
        "serviceSpecificCredentialId",
    ),
    "ResetServiceSpecificCredential": ("API key", "serviceSpecificCredential", "serviceSpecificCredentialId"),
    "CreateLoginProfile": ("console password", "loginProfile", "userName"),
    "UpdateLoginProfile": ("console password", "", ""),
    "ChangePassword": ("console password", "", ""),
}
_KINDS: Mapping[str, Kind] = {
    "access key": "access key",
    "API key": "API key",
    "short-term API key": "session",
    "session": "session",
    "sign-in": "console password",
}


@dataclass(frozen=True, slots=True)
class Compromised:
    """One credential; *id* is None where no record names it, and a console password has its user alone.

    *used* and *made* are the addresses that did so. *sure* is False where no suspected moment is set, or
    nothing was seen before it: then an address is merely new, unless records prove that the key was planted.
    *expires* and *opened* are those of a session, where its answer is among the records.
    """

    kind: Kind
    id: str | None
    user: str
    used: tuple[str, ...] = ()
    made: tuple[str, ...] = ()
    since: datetime | None = None
    """The first call with it, or its making, by one of those addresses."""
    sure: bool = False
    expires: datetime | None = None
    opened: datetime | None = None
    role_arn: str | None = None
    """Of a role's session."""
    account: str | None = None
    """Where it is another than the subject's."""

    @property
    def name(self) -> str:
        """``access key AKIA… of web``"""
        which = f" {self.id}" if self.id and self.kind != "console password" else ""
        return f"{self.kind}{which} of {short(self.user)}" if self.user else f"{self.kind}{which}"

    @property
    def why(self) -> str:
        made = f"made from {listed(self.made)}" if self.made else ""
        used = f"used from {listed(self.used)}" if self.used else ""
        return ", ".join(part for part in (made, used) if part)

    def as_json(self) -> dict[str, object]:
        return {
            "kind": self.kind,
            "id": self.id,
            "user": self.user or None,
            "used_from": list(self.used),
            "made_from": list(self.made),
            "since": clock.rfc3339(self.since) if self.since else None,
            "sure": self.sure,
            "expires": clock.rfc3339(self.expires) if self.expires else None,
            "opened": clock.rfc3339(self.opened) if self.opened else None,
            "role_arn": self.role_arn,
            "account": self.account,
        }


Key: TypeAlias = tuple[Kind, str | None, str, str | None]
How: TypeAlias = Literal["used", "made"]


@once
def compromised(facts: Facts) -> tuple[Compromised, ...]:
    """In order of first use; none where no record proves one and nothing tells the owner's addresses."""
    planted = _planted(facts)
    return tuple(_told(key, did, facts, planted) for key, did in _found(facts).items())


@once
def intruders(facts: Facts) -> Sequence[Event]:
    """The user's calls from addresses that none of its calls came from before."""
    usual = facts.baseline
    if usual.since is None or usual.rotating or not (usual.there or usual.suspected):
        return ()
    calls = (event for event in facts.every if event.let_in or event.refused)
    return [event for event in calls if (where := address(event)) and where not in usual.addresses]


def findings(facts: Facts) -> Iterator[Finding]:
    """Credentials beside the key that such an address used; beyond the first few they are told together."""
    used: list[tuple[Compromised, list[Event]]] = []
    planted = _planted(facts)
    for key, did in _found(facts).items():
        if mine := [event for how, event in did if how == "used"]:
            used.append((_told(key, did, facts, planted), mine))
    since = moment(facts.baseline.since) if facts.baseline.since else ""
    for each, mine in used[:NAMED]:
        whence = f"used from {listed(each.used)}, not seen before {since}"
        if each.id in planted:
            whence = f"the leaked key, or what it opened, made it; {each.why}"
        yield _finding(f"{_capital(each.name)} {_may(each)}: {whence}: {tally(mine)}.", each.sure, mine)
    if rest := used[NAMED:]:
        every = sorted(chain(*(mine for _, mine in rest)), key=lambda event: event.time)
        each = rest[0][0]
        told = f"{len(rest):,} more credentials {_may(each, many=True)}"
        if not any(other.id in planted for other, _ in rest):
            told += f", not seen from these addresses before {since}"
        yield _finding(f"{told}: {tally(every)}.", each.sure, every)


def _may(each: Compromised, *, many: bool = False) -> str:
    if each.sure:
        return f"{'are' if many else 'is'} compromised as well"
    return "may be compromised as well"


def _finding(title: str, sure: bool, calls: Sequence[Event]) -> Finding:
    return Finding(
        "compromised",
        "high" if sure else "medium",
        title,
        ids(calls),
        USED,
        "Whoever has this credential can go on when the key is Inactive.",
        "Deactivate or end it too, and replace it where its owner needs it.",
    )


@once
def _found(facts: Facts) -> Mapping[Key, Sequence[tuple[How, Event]]]:
    found: dict[Key, list[tuple[How, Event]]] = {}
    planted = _planted(facts)
    suspicious = {id(event) for event in intruders(facts)}
    for event in facts.every:
        if not planted and id(event) not in suspicious:
            continue
        for how, key in _touched(event, facts):
            if id(event) in suspicious or (key[1] or key) in planted:
                found.setdefault(key, []).append((how, event))
    return found


@once
def _planted(facts: Facts) -> set[str | Key]:
    """Other users' credentials that one which is proven the intruder's made: ids, a password as a whole."""
    known = proven(facts)
    return {
        key[1] or key
        for event, by in facts.worked
        if event.name in _MAKING and by.id in known
        for how, key in _touched(event, facts)
        if how == "made" and key[2] != facts.subject.user
    }


def _touched(event: Event, facts: Facts) -> list[tuple[How, Key]]:
    """What *event* used and made."""
    found: list[tuple[How, Key]] = []
    own = credential(event, facts.sessions)
    kind = _KINDS.get(own.kind)
    if kind == "console password" and (event.name != "ConsoleLogin" or event.error):
        kind = None
    # A call with an API key that no record names is counted as the key's own, where that is one.
    nameless = kind == "console password" or (kind == "API key" and _signs(facts.subject.key_id))
    if kind and own.id != facts.subject.key_id and (own.id or nameless):
        # Who calls into another account is of this one still; signed ids tell their account themselves.
        there = None if kind in ("access key", "session") else _elsewhere(event, facts)
        found.append(("used", (kind, own.id, event.user, there)))
    if event.name in _MAKING and event.error is None:
        made, outer, inner = _MAKING[event.name]
        answer = _decoded(event).response or {}
        part = answer.get(outer)
        part = part if isinstance(part, Mapping) else {}
        whose = part.get("userName") or event.target or event.user
        which = part.get(inner) if made != "console password" else None
        user = str(whose) if isinstance(whose, str) else event.user
        if made == "console password" or (isinstance(which, str) and which != facts.subject.key_id):
            found.append(("made", (made, _id(which), short(user), _elsewhere(event, facts))))
    return found


def _elsewhere(event: Event, facts: Facts) -> str | None:
    """The account of a call that is none of the subject's own."""
    return event.account if event.account != facts.subject.account else None


def _told(key: Key, did: Sequence[tuple[How, Event]], facts: Facts, planted: set[str | Key]) -> Compromised:
    kind, which, user, account = key
    usual = facts.baseline
    session = facts.sessions.get(which) if which else None
    return Compromised(
        kind,
        which,
        user,
        used=tuple(dict.fromkeys(filter(None, (address(event) for how, event in did if how == "used")))),
        made=tuple(dict.fromkeys(filter(None, (address(event) for how, event in did if how == "made")))),
        since=did[0][1].time,
        sure=usual.suspected and (usual.there or (which or key) in planted),
        expires=session.expires if session else None,
        opened=session.opened if session else None,
        role_arn=session.arn if session else None,
        account=account,
    )


def _signs(key_id: str | None) -> bool:
    """Whether it is an access key."""
    return (key_id or "").startswith("AKIA")


def _id(value: object) -> str | None:
    return value if isinstance(value, str) and value.isalnum() and len(value) <= 128 else None


def _decoded(event: Event) -> records.Record:
    try:
        return records.decode(event.raw)
    except records.BadRecord:
        return records.Record()


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
