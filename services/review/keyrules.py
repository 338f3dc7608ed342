"""Rules about keys: new ones put to use at once, groups opened to them, other services' keys in use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import chain
from typing import Any

from services.review import record
from services.review.actions import Severity
from services.review.facts import USED, Facts, Finding, at, ids
from services.review.newcomers import grouped
from services.review.record import Event
from services.review.words import NAMED, calls, listed, tally

SOON = timedelta(minutes=15)
"""A key that is used so soon after its making was made to be used."""

LAG = timedelta(seconds=10)
"""For so long after a change calls may still pass: IAM needs seconds to spread it."""

_MAKING = {
    "CreateServiceSpecificCredential": ("serviceSpecificCredential", "serviceSpecificCredentialId"),
    "CreateAccessKey": ("accessKey", "accessKeyId"),
}
_HIJACKED = {"bedrock": "T1496.004", "bedrock-mantle": "T1496.004"}
_TOKEN = "T1550.001"


def fresh_use(facts: Facts) -> Iterator[Finding]:
    """A credential that was used right after it was made, by whomever."""
    used = _let_in_by(facts)
    found = list[tuple[Event, str, list[Event]]]()
    for event in sorted((*facts.other, *facts.on_user), key=lambda event: event.time):
        if event.error is None and event.name in _MAKING and (credential := _made(event)):
            soon = [each for each in used.get(credential, ()) if event.time <= each.time <= event.time + SOON]
            if soon:
                found.append((event, credential, soon))
    for event, credential, soon in found[:NAMED]:
        first = min(soon, key=lambda each: each.time)
        seconds = int((first.time - event.time).total_seconds())
        after = f"{seconds} s" if seconds < 120 else f"{seconds // 60} minutes"
        maker = event.user or "someone"
        title = f"{credential} was used {after} after {maker} created it, from {first.source_ip}."
        yield Finding("fresh-use", "high", title, ids((event, *soon)), "T1098.001")
    if rest := found[NAMED:]:
        title = (
            f"{len(rest):,} more credentials were used within {SOON.seconds // 60} minutes of their creation."
        )
        made = chain.from_iterable((event, *soon) for event, _, soon in rest)
        yield Finding("fresh-use", "high", title, ids(made), "T1098.001")


def _let_in_by(facts: Facts) -> Mapping[str, Sequence[Event]]:
    """The calls that were let in, by the key that made them."""
    used: dict[str, list[Event]] = {}
    for event in (*facts.other, *facts.use):
        if event.let_in:
            for key in filter(None, {event.access_key_id, event.credential_id}):
                used.setdefault(key, []).append(event)
    if facts.subject.key_id:
        # Use of the key may name its user alone.
        used[facts.subject.key_id] = [event for event in facts.use if event.let_in]
    return used


def groups_opened(facts: Facts) -> Iterator[Finding]:
    """Log groups that this user let take bearer tokens, or no longer."""
    switched = [event for event in facts.other if event.name == "PutBearerTokenAuthentication"]
    for (on, error), group in grouped(switched, lambda event: (_switch(event), event.error)).items():
        about = listed(grouped(group, lambda event: event.log_group))
        failed = f", denied or failed ({error})" if error else ""
        if on is False:
            title = f"Bearer tokens switched off by this user for {about}, {at(group[0])}{failed}."
            yield Finding("group-closed", "info", title, ids(group), "T1531")
        else:
            title = f"Bearer tokens switched on by this user for {about}, {at(group[0])}{failed}."
            severity: Severity = "medium" if error else "high"
            yield Finding("persistence", severity, title, ids(group), "T1098.001")


def kin(facts: Facts) -> Iterator[Finding]:
    """Calls with API keys that are not use of this key: other keys, or keys of other services."""
    bearer = [event for event in _with_tokens(facts) if not event.short_term]
    for source, group in grouped(bearer, lambda event: event.source).items():
        service = source.partition(".")[0]
        which = listed(grouped(group, lambda event: event.credential_id))
        key = f" ({which})" if which else ""
        title = f"This user also called {service} with another API key{key}: {tally(group)}."
        severity: Severity = (
            "high" if service in _HIJACKED and any(event.let_in for event in group) else "medium"
        )
        yield Finding("other-key", severity, title, ids(group), _HIJACKED.get(service, _TOKEN))


def short_term(facts: Facts) -> Iterator[Finding]:
    """Calls with short-term API keys: no key of the user's list, and not stopped with one."""
    for source, group in grouped(
        [event for event in _with_tokens(facts) if event.short_term], lambda event: event.source
    ).items():
        service = source.partition(".")[0]
        title = (
            f"{service} was called with a short-term API key of this user's session: {tally(group)}. "
            "Deactivating the long-lived key does not stop it: end the session, or deny bearer calls."
        )
        severity: Severity = "high" if any(event.let_in for event in group) else "medium"
        yield Finding("short-term-key", severity, title, ids(group), _HIJACKED.get(service, _TOKEN))


def _with_tokens(facts: Facts) -> list[Event]:
    return [event for event in facts.other if event.bearer and (event.let_in or event.refused)]


def outlived(facts: Facts) -> Iterator[Finding]:
    """Use that was let in although the key was deleted before."""
    gone = [
        event
        for event in (*facts.on_user, *facts.other)
        if event.name == "DeleteServiceSpecificCredential"
        and event.error is None
        and facts.subject.key_id
        and _request(event).get("serviceSpecificCredentialId") == facts.subject.key_id
    ]
    if not gone:
        return
    since = min(event.time for event in gone)
    late = [event for event in facts.use if event.let_in and event.time > since + LAG]
    # Where records name no key, another of the same user cannot be told from it.
    late = [event for event in late if event.credential_id == facts.subject.key_id]
    if late:
        title = f"{calls(len(late))} allowed after the key was deleted, last {at(late[-1])}."
        yield Finding("not-in-force", "high", title, ids((*gone, *late)), USED)


def while_inactive(facts: Facts) -> Iterator[Finding]:
    """Use that was let in while, by CloudTrail's own account, the key was Inactive.

    Where a moment of deactivation is marked, that is judged by itself.
    """
    if facts.marks.deactivated is not None:
        return
    for off, on in _inactive(facts):
        late = [
            event
            for event in facts.use
            if event.let_in and off.time + LAG < event.time and (on is None or event.time < on.time)
        ]
        if not late:
            continue
        named = all(event.credential_id == facts.subject.key_id for event in late)
        doubt = "" if named else ", with this key or another of this user: the records do not say"
        title = (
            f"{calls(len(late))} allowed after {off.user or 'someone'} deactivated the key {at(off)}{doubt}."
        )
        yield Finding("not-in-force", "high" if named else "medium", title, ids((off, *late)), USED)


def _inactive(facts: Facts) -> Iterator[tuple[Event, Event | None]]:
    """From each deactivation of the key to its next activation."""
    off: Event | None = None
    for event in sorted((*facts.other, *facts.on_user), key=lambda event: event.time):
        asked = _request(event) if event.name == "UpdateServiceSpecificCredential" and not event.error else {}
        if not facts.subject.key_id or asked.get("serviceSpecificCredentialId") != facts.subject.key_id:
            continue
        if asked.get("status") == "Inactive":
            off = off or event
        elif asked.get("status") == "Active" and off is not None:
            yield off, event
            off = None
    if off is not None:
        yield off, None


def _made(event: Event) -> str | None:
    outer, inner = _MAKING[event.name]
    made = (_decoded(event).response or {}).get(outer)
    found = made.get(inner) if isinstance(made, Mapping) else None
    return found if isinstance(found, str) and found.isalnum() and len(found) <= 128 else None


def _switch(event: Event) -> bool | None:
    found = _request(event).get("bearerTokenAuthenticationEnabled")
    return found if isinstance(found, bool) else None


def _request(event: Event) -> dict[str, Any]:
    return _decoded(event).request or {}


def _decoded(event: Event) -> record.Record:
    try:
        return record.decode(event.raw)
    except record.BadRecord:
        return record.Record()
