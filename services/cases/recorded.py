"""CloudTrail's records of one operation: the one of our own request, and those of others."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.aws import cloudtrail
from services.aws.call import Call
from services.aws.credentials.regions import global_region, partition_of
from services.aws.errors import AwsError
from services.aws.session import AwsSession
from services.base import clock
from services.review.eventhistory import Answered

MOST_PAGES = 4
_GLOBAL = ("iam", "organizations")
_BEFORE = timedelta(seconds=2)
_AFTER = timedelta(minutes=3)


@dataclass(frozen=True, slots=True)
class Recorded:
    """*ours* is the record of the request that carried the call's mark, None where there is none (yet)."""

    ours: Mapping[str, Any] | None = None
    others: tuple[Mapping[str, Any], ...] = ()
    """Of the same operation, by requests without that mark, where AWS did what was asked."""
    unread: str | None = None
    """Why not all records could be read: then nothing is said of what those have."""

    @property
    def refused(self) -> str | None:
        """The code of the error with which AWS answered our request."""
        return str(self.ours["errorCode"]) if self.ours and self.ours.get("errorCode") else None


async def look_up(aws: AwsSession, call: Call, sent: datetime | None) -> Recorded:
    """What CloudTrail has of *call* by now: records come minutes late."""
    if call.mark is None or sent is None:
        return Recorded()
    try:
        return await _look_up(aws, call, call.mark, sent)
    except AwsError as error:
        return Recorded(unread=f"{error.operation}: {error.said.rstrip('.')}")


async def is_recorded(aws: AwsSession, call: Call, request_id: str, sent: datetime) -> bool:
    """Whether the event history has the record of that request; raises AwsError where it may not be read."""
    async for record in _records(aws, call, sent, Answered()):
        if record.get("requestID") == request_id:
            return True
    return False


async def _look_up(aws: AwsSession, call: Call, mark: str, sent: datetime) -> Recorded:
    others: list[Mapping[str, Any]] = []
    refused: Mapping[str, Any] | None = None
    # Records have whole seconds; what was made before the call is another matter.
    earliest = clock.rfc3339(sent.replace(microsecond=0))
    answered = Answered()
    async for record in _records(aws, call, sent, answered):
        if mark in str(record.get("userAgent")):
            if not record.get("errorCode"):
                return Recorded(record, tuple(others))
            refused = record
        elif not record.get("errorCode") and str(record.get("eventTime")) >= earliest:
            others.append(record)
    # Of a call that is sent again an earlier attempt may have done it, and its record be still to come.
    unread = answered.words.rstrip(".") if answered.words else None
    return Recorded(refused if call.once else None, tuple(others), unread)


async def _records(
    aws: AwsSession, call: Call, sent: datetime, answered: Answered
) -> AsyncIterator[Mapping[str, Any]]:
    """Of the call's operation, of about the time at which it was *sent*."""
    pages = cloudtrail.lookup_events(
        aws,
        await _region(aws, call),
        cloudtrail.Pacer(),
        attribute=("EventName", call.operation),
        since=sent - _BEFORE,
        until=sent + _AFTER,
    )
    read = 0
    async for page in pages:
        for record in answered.mappings(page):
            yield record
        read += 1
        if read >= MOST_PAGES:
            break


async def _region(aws: AwsSession, call: Call) -> str:
    """Where the call is recorded: those of a global service in one Region of each partition."""
    home = call.region or await aws.home()
    if call.service not in _GLOBAL:
        return home
    return global_region(partition_of(home))
