"""Whether a trail or a bucket is still the one that this case made: a namesake that somebody made is theirs.

That no deletion is recorded proves nothing: records come minutes late, and are kept for 90 days.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto

from services.aws import s3
from services.aws.call import Call
from services.aws.cloudtrail import Pacer, Trail
from services.aws.errors import AwsError, Denied, Expired
from services.aws.s3 import Bucket
from services.aws.session import AwsSession
from services.cases.state import CaseState
from services.cases.window import LATEST
from services.goals.goal import Ground
from services.goals.hardening.bucket import deletion
from services.goals.hardening.choice import Chosen
from services.goals.hardening.standing import Seen
from services.review.changes import Deleted, deleted_buckets, deleted_trails, reaches
from services.review.coverage import CLOCKS

Deletions = Callable[[AwsSession, str, datetime, datetime, Mapping[str, Pacer]], Awaitable[Sequence[Deleted]]]
"""What in a Region was deleted within a time."""

_DONE_TO_A_TRAIL = ("CreateTrail", "UpdateTrail", "PutEventSelectors", "StartLogging")


class Whose(Enum):
    OURS = auto()
    ANOTHERS = auto()
    UNPROVEN = auto()


@dataclass(frozen=True, slots=True)
class Own:
    """The *trail* and the *bucket* as far as they are the case's own, and *others* that may use the bucket.

    *theirs* are namesakes that it did not make; *unproven* are a trail and a bucket that it may have made.
    """

    trail: Seen | None
    bucket: Bucket | None
    others: tuple[Trail, ...] = ()
    theirs: tuple[str, ...] = ()
    unproven: Mapping[str, Call] = field(default_factory=dict)
    """With what would delete each."""


async def look_whose(
    ground: Ground,
    chosen: Chosen,
    seen: Seen | None,
    others: tuple[Trail, ...],
    bucket: Bucket | None,
    *,
    empty: bool,
) -> Own:
    """What may be taken back; whose a bucket is counts where it is *empty*, and would be deleted."""
    theirs, unproven = foreign(ground.case, chosen, seen, bucket), dict[str, Call]()
    if seen and chosen.made and chosen.trail not in theirs:
        whose = await whose_trail(ground, chosen, seen)
        if whose is Whose.ANOTHERS:
            theirs += (chosen.trail,)
        elif whose is Whose.UNPROVEN:
            unproven[f"trail {chosen.trail}"] = chosen.deletion
    if seen and chosen.made and (unproven or chosen.trail in theirs):
        # It may deliver to the same bucket.
        others, seen = (*others, seen.trail), None
    used = bucket is not None and bucket.name in [each.bucket for each in others]
    if bucket and empty and not used and bucket.name not in theirs:
        whose = await whose_bucket(ground, bucket)
        if whose is Whose.ANOTHERS:
            theirs += (bucket.name,)
        elif whose is Whose.UNPROVEN:
            unproven[f"bucket {bucket.name}"] = deletion(bucket, ground.caller.account)
            bucket = None
    if chosen.bucket_made and chosen.bucket in theirs:
        bucket = None
    return Own(seen, bucket, others, theirs, unproven)


def foreign(case: CaseState, chosen: Chosen, seen: Seen | None, bucket: Bucket | None) -> tuple[str, ...]:
    """What has the names that the case chose for its own, and was not made by it."""
    found = []
    if chosen.made and seen is not None and not case.did("CreateTrail", Name=chosen.trail):
        found.append(chosen.trail)
    if chosen.bucket_made and bucket is not None and not case.did("CreateBucket", Bucket=chosen.bucket):
        found.append(bucket.name)
    return tuple(found)


async def whose_trail(ground: Ground, chosen: Chosen, seen: Seen) -> Whose:
    """Of a trail that this case made, or changed: its logging begins anew with every other of that name."""
    if chosen.made and seen.trail.bucket != chosen.bucket:
        return Whose.ANOTHERS
    sent = {each: _sent(ground, each, chosen.trail) for each in _DONE_TO_A_TRAIL}
    first = min(filter(None, sent.values()), default=None)
    deleted = await _deleted_since(ground, deleted_trails, chosen.trail, chosen.region, first)
    if deleted:
        return Whose.ANOTHERS
    started = seen.state.status.started if seen.state.status else None
    # One that was there before logged before, unless this case started it.
    latest = sent["StartLogging"] or (None if chosen.made else first)
    # Started in another run than made, it may have been made anew between them.
    one_run = first is not None and latest is not None and latest - first <= LATEST
    if started and latest and started <= latest + LATEST and (one_run or deleted is False):
        return Whose.OURS
    if deleted is None:
        return Whose.UNPROVEN
    # What was there before is only put back; and nobody has used a trail that never logged.
    unused = started is None and sent["StartLogging"] is None
    return Whose.OURS if unused or not chosen.made else Whose.UNPROVEN


async def whose_bucket(ground: Ground, bucket: Bucket) -> Whose:
    """Of a bucket that this case made."""
    sent = _sent(ground, "CreateBucket", bucket.name)
    if await _deleted_since(ground, deleted_buckets, bucket.name, bucket.region, sent):
        return Whose.ANOTHERS
    try:
        made = await s3.made_at(ground.aws, bucket.name)
    except Denied:
        return Whose.UNPROVEN
    return Whose.OURS if made and sent and made <= sent + LATEST else Whose.UNPROVEN


def _sent(ground: Ground, operation: str, name: str) -> datetime | None:
    """When this case's last such call went out, by AWS's clock."""
    thing = ground.case.made_things.get((operation, name))
    return thing.sent if thing else None


async def _deleted_since(
    ground: Ground, deleted: Deletions, name: str, region: str, first: datetime | None
) -> bool | None:
    """Whether somebody is recorded to have deleted what had that *name* since the *first* call about it.

    None where the records cannot be read, or do not reach back so far.
    """
    if first is None:
        return None
    aws, pacers = ground.aws, defaultdict[str, Pacer](Pacer)
    known = reaches(aws.now())
    try:
        found = await deleted(aws, region, max(first, known), aws.now() + LATEST, pacers)
    except Expired:
        raise
    except AwsError:
        return None
    # One of that name may have been deleted right before.
    if any(each.name == name and each.time > first + CLOCKS for each in found):
        return True
    return False if first >= known else None
