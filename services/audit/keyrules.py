"""Rules about keys: their expiry and age, two where one would do, keys that nobody uses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from services.audit import mending
from services.audit.facts import Facts, UserFacts
from services.audit.model import Finding, Unknown
from services.base.spans import spoken
from services.keys.inventory import Key
from services.keys.risks import PRACTICALLY_NEVER
from services.rights import policies

CAVEAT = "AWS does not say whether calls with API keys count there; --data-events asks CloudTrail too."


def expiry(facts: Facts) -> Iterator[Finding]:
    """Never, soon, or past already."""
    for key in facts.keys:
        expires, now = key.credential.expires, facts.now
        made = f"made {_day(key.credential.created)}"
        if key.status == "Expired" or (expires and expires <= now):
            title = f"{key.id} of {key.user} has expired and has not been deleted."
            evidence = (f"expired {_day(expires)}" if expires else "AWS says it has expired", _QUOTA)
            yield Finding(
                "expired-present",
                "info",
                key.id,
                title,
                evidence,
                mending.delete_expired(facts.where, key),
                key.user,
                key.id,
            )
        elif key.status != "Active":
            continue
        elif expires is None or expires - now > PRACTICALLY_NEVER:
            title = f"{key.id} of {key.user} never expires."
            evidence = (made, f"expires {_day(expires)}" if expires else "it has no expiry")
            yield Finding(
                "never-expires",
                "high",
                key.id,
                title,
                evidence,
                mending.replace_key(facts.where, key),
                key.user,
            )
        elif expires - now <= facts.limits.expiring:
            title = f"{key.id} of {key.user} expires in {spoken(expires - now)}."
            evidence = (made, f"expires {_day(expires)}; calls with it are denied from then on")
            yield Finding(
                "expires-soon",
                "medium",
                key.id,
                title,
                evidence,
                mending.replace_key(facts.where, key),
                key.user,
            )


def age(facts: Facts) -> Iterator[Finding]:
    for key in _working(facts):
        if facts.now - key.credential.created > facts.limits.old:
            title = f"{key.id} of {key.user} is {key.age_days(facts.now)} days old."
            evidence = (f"made {_day(key.credential.created)}", f"{facts.limits.old.days} days are the limit")
            yield Finding(
                "old",
                "medium",
                key.id,
                title,
                evidence,
                mending.replace_key(facts.where, key),
                key.user,
                key.id,
            )


def two_active(facts: Facts) -> Iterator[Finding]:
    held: defaultdict[tuple[str, str], list[Key]] = defaultdict(list)
    for key in _working(facts):
        held[key.user, key.short_service].append(key)
    for (user, service), keys in held.items():
        if len(keys) > 1:
            older, *_ = sorted(keys, key=lambda key: key.credential.created)
            evidence = tuple(f"{key.id}, made {_day(key.credential.created)}" for key in keys)
            title = f"{user} has {len(keys)} active {service} keys."
            mend = mending.deactivate_key(facts.where, older)
            yield Finding("two-active", "medium", f"{user}/{service}", title, evidence, mend, user, older.id)


def unused(facts: Facts) -> Iterator[Finding | Unknown]:
    """By data events where they were asked, else by IAM's last-accessed data; unknown where neither tells."""
    for key in _working(facts):
        if facts.now - key.credential.created <= facts.limits.unused:
            continue
        events = facts.used.get(key.id)
        if events and events.verdict == "used":
            continue
        told = events.words if events else None
        if events and events.verdict == "not seen used":
            yield _unused(facts, key, (events.words,))
        else:
            yield from _by_last_accessed(facts, key, told)


def _by_last_accessed(facts: Facts, key: Key, told: str | None) -> Iterator[Finding | Unknown]:
    user = facts.users.get(key.user, UserFacts(key.user))
    namespace, since = key.short_service, facts.now - facts.limits.unused

    def unknown(why: str) -> Unknown:
        return Unknown("unused", key.id, "; ".join(part for part in (why, told) if part), key.user)

    if user.accessed is None:
        yield unknown("IAM's last-accessed data could not be read")
        return
    reached = [user.accessed[name] for name in _namespaces(key) if name in user.accessed]
    last = max((at for at in reached if at), default=None)
    if not reached and key.service in policies.BEARER_ACTIONS:
        none = f"no policy of {key.user} grants anything of {namespace}"
        yield _unused(facts, key, (none, *([told] if told else [])))
    elif last is None or last < since:
        seen = f"last reached {namespace} on {_day(last)}" if last else f"never reached {namespace}"
        yield _unused(facts, key, (f"by IAM's last-accessed data {key.user} {seen}", told or CAVEAT))
    elif user.signs_otherwise is not False or _siblings(facts, key):
        yield unknown(
            f"{key.user} reached {namespace} on {_day(last)}; by which of its credentials IAM does not say"
        )


def _namespaces(key: Key) -> tuple[str, ...]:
    """The names under which IAM keeps what the key reaches: a service may have several."""
    actions = policies.BEARER_ACTIONS.get(key.service, ())
    return tuple(dict.fromkeys((key.short_service, *(action.partition(":")[0] for action in actions))))


def _unused(facts: Facts, key: Key, evidence: tuple[str, ...]) -> Finding:
    title = f"{key.id} of {key.user} was not seen used for {facts.limits.unused.days} days."
    return Finding(
        "unused",
        "medium",
        key.id,
        title,
        evidence,
        mending.deactivate_key(facts.where, key),
        key.user,
        key.id,
    )


def _siblings(facts: Facts, key: Key) -> bool:
    return any(
        other.id != key.id and (other.user, other.service) == (key.user, key.service)
        for other in _working(facts)
    )


def _working(facts: Facts) -> Iterator[Key]:
    for key in facts.keys:
        expires = key.credential.expires
        if key.status == "Active" and not (expires and expires <= facts.now):
            yield key


def _day(when: datetime | None) -> str:
    return f"{when:%Y-%m-%d}" if when else "?"


_QUOTA = "it counts toward the quota of two keys per user and service"
