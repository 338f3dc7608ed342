"""The calls that the leaked key, or what was opened or made with it, is on record for."""

from __future__ import annotations

from services.review.compromised import compromised
from services.review.credentials import Credential
from services.review.facts import Facts, once
from services.review.newcomers import address
from services.review.proven import proven
from services.review.record import Event


@once
def theirs(facts: Facts) -> list[tuple[Event, Credential]]:
    """Calls that worked, in order of time, each with the followed credential that made it.

    Followed are the leaked key, the sessions that it opened, the credentials that were made with those, and
    what an intruder's address surely used: of that one only the calls from such addresses. What was before
    the suspected moment, and what this case did, is left out.
    """
    usual, known = facts.baseline, proven(facts)
    shared = {each.id for each in compromised(facts) if each.sure}
    return [
        (event, by)
        for event, by in facts.worked
        if by.id in known or (by.id is not None and by.id in shared and address(event) not in usual.addresses)
    ]
