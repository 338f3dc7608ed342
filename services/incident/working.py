"""Whether the replacement was seen working, so that the old key may go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.aws import iam
from services.aws.errors import AwsError
from services.base import clock
from services.base.keyservices import ACCESS_KEY
from services.cases.state import Replacement
from services.incident.situation import Situation
from services.review.model import Subject, Window
from services.review.review import run_review
from services.traffic.traffic import Traffic, find_groups

# A call may be let through for a few seconds after a deactivation; nothing that early proves a new key.
_LAG = timedelta(seconds=10)

_OVERRIDE = "or give a reason to delete it anyway (--override REASON)"


@dataclass(frozen=True, slots=True)
class Seen:
    yes: bool
    words: str


async def replacement_seen(at: Situation) -> Seen:
    """Look for calls let through since the replacement, made while the old key could not have made them."""
    made = at.case.replacement
    if made is None:
        return Seen(False, f"There is no replacement yet: create one first, {_OVERRIDE}.")
    if made.delivered is None:
        return Seen(False, f"The secret of {made.key_id} was never delivered: replace first, {_OVERRIDE}.")
    old, replaced = await at.credential(), made.at_by_aws or made.at
    if old is not None and old.status == "Active":
        return Seen(False, f"{at.key.id} is still Active: deactivate it first, {_OVERRIDE}.")
    if at.key.service == ACCESS_KEY:
        return await _signed_with(at, made)
    subject = Subject(user=made.user, key_id=made.key_id, service=at.key.service)
    review = await run_review(at.aws, subject, Window(replaced, at.aws.now()), source="s3")
    let_in = [event for event in review.use if event.let_in and event.time >= replaced]
    off = off_since(at, old.expires if old else None)
    if theirs := [event for event in let_in if event.credential_id or (off and event.time >= off + _LAG)]:
        last = theirs[-1]
        when, where = clock.spoken(last.time, at.now()), last.source_ip
        return Seen(True, f"{made.key_id} was seen working: allowed at {when} from {where}.")
    if flow := await _flow_again(at, off, replaced):
        return Seen(True, flow)
    if let_in and off is None:
        return Seen(
            False,
            f"{made.key_id} has not been seen working (calls were allowed, but the records do not say with "
            f"which key, and it is not known since when {at.key.id} has been Inactive): take the step "
            f"deactivate, which notes that, and wait for use from then on, {_OVERRIDE}.",
        )
    if let_in:
        why = f"the records do not say which key made the calls until {at.key.id} was off"
    else:
        why = "no call with it was recorded yet" if review.complete else "whether it is used is not recorded"
    return Seen(
        False, f"{made.key_id} has not been seen working ({why}): wait for its first use, {_OVERRIDE}."
    )


def off_since(at: Situation, expires: datetime | None) -> datetime | None:
    """Since when, by AWS's clock, the old key works no more, as far as the case knows."""
    off = at.case.off_since
    if expires is not None and expires <= at.aws.now():
        return min(off, expires) if off else expires
    return off


async def _signed_with(at: Situation, made: Replacement) -> Seen:
    """IAM knows when an access key was used last, with whatever outcome: its secret was right then."""
    try:
        used = await iam.get_last_use(at.aws, made.key_id)
    except AwsError as error:
        return Seen(False, f"Whether {made.key_id} was used could not be read. {error} Wait, {_OVERRIDE}.")
    # IAM has whole seconds.
    if used.at is None or used.at < (made.at_by_aws or made.at).replace(microsecond=0):
        why = "IAM knows of no use yet, which takes a few minutes"
        return Seen(
            False, f"{made.key_id} has not been seen working ({why}): wait for its first use, {_OVERRIDE}."
        )
    where = f" for {used.service}" if used.service else ""
    return Seen(True, f"{made.key_id} was seen working: used at {clock.spoken(used.at, at.now())}{where}.")


async def _flow_again(at: Situation, off: datetime | None, replaced: datetime) -> str | None:
    """Where bytes stopped with the deactivation and came back after the replacement, in words."""
    used = tuple(str(group) for review in at.case.reviews for group in review.get("log_groups", ()))
    if off is None or not used:
        return None
    groups, _ = await find_groups(at.aws, await at.aws.regions(), tuple(dict.fromkeys(used)))
    begun, now = off - timedelta(minutes=5), at.aws.now()
    reading = await Traffic(at.aws, now=at.aws.now).read(groups, begun, now)
    period = timedelta(seconds=reading.period_seconds)
    for flow in reading.groups:
        points = [(when, value) for when, value in flow.points if value]
        silent = not any(off + period <= when < replaced - period for when, _ in points)
        again = [when for when, _ in points if when >= replaced]
        if silent and replaced - off > 3 * period and again:
            when = clock.spoken(again[0], at.now())
            return f"IncomingBytes of {flow.log_group} stopped with the deactivation and came back at {when}."
    return None
