"""Which credentials are the intruder's by record: the leaked key, and what was opened or made with it."""

from __future__ import annotations

from services.base.keyservices import SIGNS
from services.review.credentials import Credential, credential
from services.review.facts import Facts
from services.review.follow import GIVING, given_by, led_to
from services.review.record import Event


def calls(facts: Facts) -> list[tuple[Event, Credential]]:
    """Those that worked, in order of time; not what was before the suspected moment or what this case did."""
    since = facts.marks.suspected
    return [
        (event, credential(event, facts.sessions))
        for event in facts.every
        if event.error is None
        and event.request_id not in facts.marks.ours
        and (since is None or event.time >= since.replace(microsecond=0))
    ]


def proven(facts: Facts, made: list[tuple[Event, Credential]]) -> set[str]:
    """The leaked key, and whatever it, or one of those, opened or gave by *made*."""
    since = facts.marks.suspected
    leaked = facts.subject.key_id if facts.subject.service in SIGNS else None
    sessions = [each for each in facts.sessions.values() if since is None or each.opened >= since]
    gave = [
        (by.id, given) for event, by in made if event.name in GIVING and by.id and (given := given_by(event))
    ]
    return led_to([leaked], sessions, gave, {event.event_id: by.id for event, by in made})
