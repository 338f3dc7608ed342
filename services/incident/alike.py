"""Whether somebody else did the same too: then it is not the intruder's alone, and is left to a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.aws.cloudtrail import HISTORY_KEPT, Pacer, lookup_events
from services.aws.errors import AwsError
from services.incident.situation import Situation
from services.review.eventhistory import Answered
from services.review.made import Made, made_by
from services.review.sources.history import iam_region
from services.review.words import moment, short

MOST_PAGES = 10
"""Of the event history; beyond them it is said that there are more."""
_BY_ID = ("user", "role")
"""AWS's own id tells these from a namesake."""
_BEFORE = ("attached policy", "group member")
"""What was so before was not brought about by the intruder's call, which AWS takes all the same."""


@dataclass(frozen=True, slots=True)
class Alike:
    """*others* did the same, a sentence each; *unread* is why that is not surely all."""

    others: tuple[str, ...] = ()
    unread: str | None = None


async def alike(at: Situation, made: Made) -> Alike:
    """By the event history of 90 days; raises nothing of AWS's."""
    unique = made.kind in _BY_ID or made.event_name in ("CreateAccessKey", "CreateServiceSpecificCredential")
    if unique:
        return Alike()
    now = at.aws.now()
    since = now - HISTORY_KEPT if made.kind in _BEFORE else made.at
    try:
        return await _alike(at, made, since, now)
    except AwsError as error:
        return Alike(unread=f"Whether another caller did the same could not be read. {error}")


async def _alike(at: Situation, made: Made, since: datetime, now: datetime) -> Alike:
    theirs = {each for one in at.case.made for each in (one.get("event_id"), *one.get("also", ()))}
    ours = {call.request_id for step in at.case.steps.values() for call in step.calls}
    region = made.region or iam_region(await at.aws.home())
    pages = lookup_events(
        at.aws, region, Pacer(), attribute=("EventName", made.event_name), since=since, until=now
    )
    found, answered = list[str](), Answered()
    read = 0
    async for page in pages:
        for event, _ in answered.events(page):
            if event.event_id in theirs or event.request_id in ours:
                continue
            other = made_by(event, event.user)
            if other is not None and other.same == made.same:
                found.append(
                    f"{short(event.user or 'Somebody')} did the same at {moment(event.time)} "
                    f"({event.event_id})"
                )
        read += 1
        if read >= MOST_PAGES:
            return Alike(tuple(found), "The event history has more such calls than were read.")
    return Alike(tuple(found), answered.words)
