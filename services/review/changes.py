"""What was changed of a trail, and by whom, as far back as event history reaches."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime

from services.aws import cloudtrail
from services.aws.cloudtrail import HISTORY_KEPT, Pacer, Trail
from services.aws.errors import Unread
from services.aws.session import AwsSession
from services.base.text import clean
from services.review.eventhistory import Answered
from services.review.record import Event


@dataclass(frozen=True, slots=True)
class Change:
    """One call that succeeded; *what* it changed is in words, *of* names the trail or the bucket."""

    time: datetime
    by: str
    what: str
    of: str
    event_id: str = ""
    request_id: str | None = None
    access_key_id: str | None = None

    @property
    def sentence(self) -> str:
        """``The policy of bucket logs was changed by dana``."""
        verb = " was " if " was " in self.what else " were "
        changed, _, done = self.what.removeprefix("its ").partition(verb)
        return f"The {changed} of {self.of}{verb}{done} by {self.by}"


@dataclass(frozen=True, slots=True)
class Switch:
    """A call that made the trail, or let it log (*on*), or stopped it."""

    time: datetime
    by: str
    on: bool
    made: bool = False


@dataclass(frozen=True, slots=True)
class Deleted:
    """A trail that is no more."""

    name: str
    region: str
    time: datetime
    by: str


SETTINGS: Mapping[str, tuple[str, frozenset[str]]] = {
    "PutEventSelectors": ("its selectors were changed", frozenset()),
    "UpdateTrail": (
        "its Regions or bucket were changed",
        frozenset(
            {
                "includeGlobalServiceEvents",
                "isMultiRegionTrail",
                "isOrganizationTrail",
                "s3BucketName",
                "s3KeyPrefix",
            }
        ),
    ),
}
"""By the call: what it changes in words, and the parameters of which one must be there for that."""

EXPIRY_CHANGED = "its lifecycle rules were changed"
BUCKET: Mapping[str, str] = {
    "PutBucketPolicy": "its policy was changed",
    "DeleteBucketPolicy": "its policy was deleted",
    "PutBucketLifecycle": EXPIRY_CHANGED,
    "DeleteBucketLifecycle": EXPIRY_CHANGED,
}
"""By the call: what it changes of a bucket, in words."""

SWITCHES = ("CreateTrail", "StartLogging", "StopLogging")


async def newest_change(
    aws: AwsSession, trail: Trail, since: datetime, until: datetime, pacers: Mapping[str, Pacer]
) -> Change | None:
    """The newest change of what the trail records, or of where to."""
    found: list[Change] = []
    for name, (what, any_of) in SETTINGS.items():
        async with aclosing(_calls(aws, name, trail.home_region, since, until, pacers)) as calls:
            async for event, request in calls:
                if _is_of(trail, request) and (not any_of or any_of & request.keys()):
                    found.append(_change(event, what, f"trail {trail.name}"))
                    break
    return max(found, key=lambda change: change.time, default=None)


async def switches(
    aws: AwsSession, trail: Trail, since: datetime, until: datetime, pacers: Mapping[str, Pacer]
) -> tuple[Switch, ...]:
    """Each time the trail was made, started or stopped, in order of time."""
    found: list[Switch] = []
    for name in SWITCHES:
        async with aclosing(_calls(aws, name, trail.home_region, since, until, pacers)) as calls:
            async for event, request in calls:
                if _is_of(trail, request):
                    made = name == "CreateTrail"
                    found.append(Switch(event.time, event.user, name == "StartLogging", made))
    # Of one second, the trail is made before it is started.
    return tuple(sorted(found, key=lambda switch: (switch.time, not switch.made)))


async def bucket_changes(
    aws: AwsSession, trail: Trail, since: datetime, until: datetime, pacers: Mapping[str, Pacer]
) -> list[Change]:
    """What was changed of the trail's bucket, where its own account's history has that."""
    region = aws.bucket_regions.get(trail.bucket) or trail.home_region
    found: list[Change] = []
    for name, what in BUCKET.items():
        async with aclosing(_calls(aws, name, region, since, until, pacers)) as calls:
            async for event, request in calls:
                if request.get("bucketName") == trail.bucket:
                    found.append(_change(event, what, f"bucket {clean(trail.bucket, limit=80)}"))
    return found


async def deleted_trails(
    aws: AwsSession, region: str, since: datetime, until: datetime, pacers: Mapping[str, Pacer]
) -> Sequence[Deleted]:
    """The trails of *region* that somebody deleted."""
    return await _deleted(aws, "DeleteTrail", "name", region, since, until, pacers)


async def deleted_buckets(
    aws: AwsSession, region: str, since: datetime, until: datetime, pacers: Mapping[str, Pacer]
) -> Sequence[Deleted]:
    """The buckets in *region* that somebody deleted."""
    return await _deleted(aws, "DeleteBucket", "bucketName", region, since, until, pacers)


async def _deleted(
    aws: AwsSession,
    operation: str,
    named: str,
    region: str,
    since: datetime,
    until: datetime,
    pacers: Mapping[str, Pacer],
) -> Sequence[Deleted]:
    found: list[Deleted] = []
    async with aclosing(_calls(aws, operation, region, since, until, pacers)) as calls:
        async for event, request in calls:
            name = clean(request.get(named) or "", limit=128).rpartition("/")[2]
            found.append(Deleted(name, region, event.time, event.user))
    return found


async def renamings(
    aws: AwsSession, home: str, since: datetime, until: datetime, pacers: Mapping[str, Pacer]
) -> list[Event]:
    """Every renaming of a user, whoever it was, that the event history of *home*, IAM's Region, has."""
    found: list[Event] = []
    async with aclosing(_calls(aws, "UpdateUser", home, max(since, reaches(until)), until, pacers)) as calls:
        async for event, request in calls:
            if request.get("newUserName"):
                found.append(event)
    return found


def reaches(now: datetime) -> datetime:
    """Since when changes are known."""
    return now - HISTORY_KEPT


async def _calls(
    aws: AwsSession,
    name: str,
    region: str,
    since: datetime,
    until: datetime,
    pacers: Mapping[str, Pacer],
) -> AsyncGenerator[tuple[Event, Mapping[str, object]], None]:
    """The calls of that name that succeeded, each with what was asked, the newest first.

    Raises Unread at the end, where there were some that cannot be read.
    """
    if since >= until:
        return
    pages = cloudtrail.lookup_events(
        aws, region, pacers[region], attribute=("EventName", name), since=since, until=until
    )
    answered = Answered()
    async with aclosing(pages):
        async for page in pages:
            for event, decoded in answered.events(page):
                if not event.error and event.name == name:
                    yield event, decoded.request or {}
    if answered.words:
        raise Unread("LookupEvents", answered.words)


def _change(event: Event, what: str, of: str) -> Change:
    return Change(event.time, event.user, what, of, event.event_id, event.request_id, event.access_key_id)


def _is_of(trail: Trail, request: Mapping[str, object]) -> bool:
    return (request.get("trailName") or request.get("name")) in (trail.name, trail.arn)
