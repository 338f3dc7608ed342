"""The calls that the leaked key, or what was opened or made with it, is on record for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from services.base.keyservices import SIGNS
from services.review import record as records
from services.review.compromised import compromised
from services.review.credentials import Credential, credential
from services.review.facts import Facts
from services.review.follow import Session
from services.review.newcomers import address
from services.review.record import Event

_GIVEN = {
    "CreateAccessKey": ("accessKey", "accessKeyId"),
    "CreateServiceSpecificCredential": ("serviceSpecificCredential", "serviceSpecificCredentialId"),
    "ResetServiceSpecificCredential": ("serviceSpecificCredential", "serviceSpecificCredentialId"),
}
"""Where the answers to calls that give a credential have its id."""


def theirs(facts: Facts) -> list[tuple[Event, Credential]]:
    """Calls that worked, in order of time, each with the followed credential that made it.

    Followed are the leaked key, the sessions that it opened, the credentials that were made with those, and
    what an intruder's address surely used: of that one only the calls from such addresses. What was before
    the suspected moment, and what this case did, is left out.
    """
    since, usual = facts.marks.suspected, facts.baseline
    made = [
        (event, credential(event, facts.sessions))
        for event in facts.every
        if event.error is None
        and event.request_id not in facts.marks.ours
        and (since is None or event.time >= since.replace(microsecond=0))
    ]
    own = {facts.subject.key_id} if facts.subject.service in SIGNS else set()
    shared = {each.id for each in compromised(facts) if each.sure} - own
    opened = [each for each in facts.sessions.values() if since is None or each.opened >= since]
    known = _followed({each for each in own if each}, made, opened)
    return [
        (event, by)
        for event, by in made
        if by.id in known or (by.id is not None and by.id in shared and address(event) not in usual.addresses)
    ]


def _followed(
    known: set[str], made: Iterable[tuple[Event, Credential]], sessions: Iterable[Session]
) -> set[str]:
    """*known*, and whatever was opened or given by one of them, and by one of those."""
    made = list(made)
    gave = [(event, by) for event, by in made if event.name in _GIVEN]
    openers = {event.event_id: by.id for event, by in made}
    while True:
        more = {each.id for each in sessions if each.by in known or openers.get(each.event_id) in known}
        more |= {given for event, by in gave if by.id in known and (given := _given(event))}
        if more <= known:
            return known
        known = known | more


def _given(event: Event) -> str | None:
    outer, inner = _GIVEN[event.name]
    try:
        part = (records.decode(event.raw).response or {}).get(outer)
    except records.BadRecord:
        return None
    found = part.get(inner) if isinstance(part, Mapping) else None
    return found if isinstance(found, str) else None
