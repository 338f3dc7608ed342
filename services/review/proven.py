"""Which credentials are the intruder's by record: the leaked key, and what was opened or made with it."""

from __future__ import annotations

from services.base.keyservices import SIGNS
from services.review.facts import Facts, once
from services.review.follow import GIVING, given_by, led_to


@once
def proven(facts: Facts) -> set[str]:
    """The leaked key, and whatever it, or one of those, opened or gave by calls that worked."""
    since = facts.marks.suspected
    leaked = facts.subject.key_id if facts.subject.service in SIGNS else None
    sessions = [each for each in facts.sessions.values() if since is None or each.opened >= since]
    gave = [
        (by.id, given)
        for event, by in facts.worked
        if event.name in GIVING and by.id and (given := given_by(event))
    ]
    return led_to([leaked], sessions, gave, {event.event_id: by.id for event, by in facts.worked})
