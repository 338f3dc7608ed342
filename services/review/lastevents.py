"""The newest management events of a user, at a glance: one page of each Region's event history."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.aws.cloudtrail import LOOKUPS_PER_SECOND, Pacer, lookup_events
from services.aws.errors import AwsError
from services.aws.session import AwsSession
from services.keys.holdings import Unreadable
from services.review.eventhistory import Answered
from services.review.record import Event
from services.review.sources.history import iam_region

MOST_EVENTS = 8
LOOKED_BACK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class LastEvents:
    """The newest management events of the user, from the event history alone."""

    events: tuple[Event, ...]
    unreadable: tuple[Unreadable, ...] = ()


async def last_events(aws: AwsSession, user: str, now: datetime) -> LastEvents:
    """What the event history of each Region says first; the use of a key is not in there."""
    regions = await aws.regions()
    regions = tuple(dict.fromkeys((iam_region(regions[0]), *regions)))
    pages = await asyncio.gather(*(_first_page(aws, region, user, now) for region in regions))
    unreadable = [part for _, part in pages if part]
    events = {event.event_id: event for page, _ in pages for event in page}
    newest = sorted(events.values(), key=lambda event: event.time, reverse=True)
    return LastEvents(tuple(newest[:MOST_EVENTS]), tuple(unreadable))


async def _first_page(
    aws: AwsSession, region: str, user: str, now: datetime
) -> tuple[Sequence[Event], Unreadable | None]:
    what, answered = f"the event history of {region}", Answered()
    pages = lookup_events(
        aws,
        region,
        Pacer(per_second=LOOKUPS_PER_SECOND),
        attribute=("Username", user),
        since=now - LOOKED_BACK,
        until=now,
    )
    try:
        async for page in pages:
            events = [event for event, _ in answered.events(page)]
            return events, Unreadable(f"all of {what}", answered.words) if answered.words else None
    except AwsError as error:
        return (), Unreadable(what, str(error), error)
    finally:
        await pages.aclose()
    return (), None
