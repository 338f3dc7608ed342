"""What it takes to let a trail record the use of keys, and to put back what was there before."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from services.aws.call import Call
from services.aws.cloudtrail import RawSelectors
from services.aws.s3 import Bucket
from services.base import clock
from services.goals.hardening import bucket as buckets
from services.goals.hardening.choice import Chosen, Wish
from services.goals.hardening.selectors import (
    DEFAULT,
    NONE,
    Unmergeable,
    advanced,
    is_default,
    merged,
    told_types,
)
from services.goals.hardening.standing import Seen
from services.goals.hardening.whose import Own
from services.goals.hardening.words import PRICE, anybody, keys_of, told, told_back
from services.goals.proposal import Proposal, diff


def bring_about(
    chosen: Chosen, wish: Wish, seen: Seen | None, bucket: Bucket | None, *, arn: str
) -> Proposal:
    """*seen* is the chosen trail as it is now, *bucket* that of a new one, and *arn* the trail's own."""
    if seen is None and not chosen.made:
        return Proposal(
            blocked=f"Trail {chosen.trail}, which recorded it, is gone: undo this case first "
            "(--undo), then harden again."
        )
    raw = _now(chosen, seen)
    try:
        whole = merged(raw, wish.services, management=chosen.management)
    except Unmergeable as why:
        return Proposal(
            blocked=f"Trail {chosen.trail} is left as it is, because {why}: choose another with "
            "--trail; it is created if it does not exist."
        )
    calls, lines = _bucket_calls(chosen, wish, bucket, arn)
    calls += _trail_calls(chosen, wish, seen)
    if whole is not None:
        calls.append(_put(chosen, {"AdvancedEventSelectors": whole}))
        lines += _selectors_told(raw if seen else None, {"AdvancedEventSelectors": whole})
    if seen is None or not seen.logging:
        calls.append(Call("cloudtrail", "StartLogging", {"Name": chosen.trail}, chosen.region))
    more = fields(wish, chosen, chosen.bucket or (seen.trail.bucket if seen else None))
    said = told(chosen, wish)
    if not calls and seen:
        if seen.failing:
            return Proposal(blocked=_cannot_deliver(seen), more=more)
        return Proposal(already=already(seen, wish), more=more, told=said)
    return Proposal(
        calls=tuple(calls),
        diff=tuple(lines),
        warnings=_warnings(chosen, wish, seen, bucket),
        before=chosen.as_facts(),
        more=more,
        told=said,
    )


def take_back(
    chosen: Chosen,
    wish: Wish,
    own: Own,
    *,
    arn: str,
    empty: bool,
    did: Collection[str],
) -> Proposal:
    """*empty* is what the bucket is.

    *did* are the operations of this case: what other calls brought about is left.
    """
    seen, bucket = own.trail, own.bucket
    restored, changed = _restored(chosen, wish, seen) if "PutEventSelectors" in did else (None, False)
    calls = _trail_calls_back(chosen, seen, did, restored)
    lines: list[str] = []
    warnings: list[str] = []
    if seen and restored is not None:
        lines += _selectors_told(seen.raw or NONE, restored)
        if changed:
            warnings.append(
                "Someone else has changed its selectors since: only what this case added is taken out."
            )
    used_by = next((each.name for each in own.others if chosen.bucket and each.bucket == chosen.bucket), None)
    left = None
    if chosen.bucket and bucket and not used_by:
        if chosen.bucket_made and empty:
            calls.append(buckets.deletion(bucket, wish.account))
        elif chosen.bucket_made:
            left = f"bucket {bucket.name} holds objects and is left in place"
        elif "PutBucketPolicy" in did:
            needed = buckets.statements(chosen.bucket, arn, chosen.organization)
            policy = buckets.shut_out(bucket.policy, needed, chosen.bucket_policy)
            if policy != bucket.policy:
                calls.append(buckets.put_policy(bucket.name, bucket.region, wish.account, policy))
                lines += diff(bucket.policy, policy)
    elif used_by and chosen.bucket_made:
        left = f"bucket {chosen.bucket} is used by trail {used_by} and is left in place"
    if left:
        warnings.append(f"{left[:1].upper()}{left[1:]}: it may hold the only record of a key's use.")
    more = fields(wish, chosen, chosen.bucket or (seen.trail.bucket if seen else None))
    kept = "its selectors keep what someone else changed since" if changed else None
    words = "; ".join(filter(None, (kept, left)))
    said = told_back(chosen, wish, words, unproven=f"trail {chosen.trail}" in own.unproven)
    warnings += (f"{name} is left: this case did not make it." for name in own.theirs)
    return Proposal(
        tuple(calls),
        tuple(lines),
        tuple(warnings),
        already=None if calls else f"{said.done}.",
        left=tuple(f"{what}, which cannot be shown to be this case's" for what in own.unproven),
        more=more,
        told=said,
    )


def already(seen: Seen, wish: Wish) -> str:
    status = seen.state.status
    since = f", logging since {clock.stamp(status.started)}" if status and status.started else ""
    return f"use of {keys_of(wish)} is recorded in every Region by trail {seen.trail.name}{since}."


def fields(wish: Wish, chosen: Chosen, bucket: str | None) -> Mapping[str, object]:
    """For JSON."""
    return {
        "trail": chosen.trail,
        "made": chosen.made,
        "bucket": bucket,
        "home_region": chosen.region,
        "services": list(wish.services),
    }


def _now(chosen: Chosen, seen: Seen | None) -> RawSelectors:
    """What the trail selects; a new one begins with every management event, or with nothing."""
    raw = seen.raw if seen and seen.raw is not None else DEFAULT
    return NONE if chosen.made and not chosen.management and is_default(raw) else raw


def _selectors_told(before: RawSelectors | None, after: RawSelectors) -> tuple[str, ...]:
    """Line by line where both are of one kind; else the one goes and the other comes, whole."""
    if before is not None and before.keys() != after.keys():
        return (*diff(before, None), *diff(None, after))
    return diff(before, after)


def _restored(chosen: Chosen, wish: Wish, seen: Seen | None) -> tuple[RawSelectors | None, bool]:
    """What the trail is to select again, None where it does or nothing would be left.

    And whether someone else changed its selectors since: then only what was made of them here is undone.
    """
    if seen is None or chosen.made or chosen.selectors is None or seen.raw == chosen.selectors:
        return None, False
    try:
        before, now = advanced(chosen.selectors), advanced(seen.raw or NONE)
        put = merged(chosen.selectors, wish.services, management=chosen.management) or before
    except Unmergeable:
        return None, True
    theirs = [each for each in now if each not in put or each in before]
    kept = [each for each in put if each in before]
    if all(each in before for each in theirs) and all(each in now for each in kept):
        return chosen.selectors, False
    # A narrower one had made room for one that takes all.
    narrower = [each for each in before if each not in put and each not in theirs]
    back = [*theirs, *narrower] if any(each in put and each not in before for each in now) else theirs
    return ({"AdvancedEventSelectors": back} if back and back != now else None), True


def _bucket_calls(
    chosen: Chosen, wish: Wish, bucket: Bucket | None, arn: str
) -> tuple[list[Call], list[str]]:
    if not chosen.made or chosen.bucket is None:
        return [], []
    needed = buckets.statements(chosen.bucket, arn, chosen.organization)
    region = bucket.region if bucket else chosen.region
    how = buckets.made if chosen.bucket_made else buckets.opened
    calls = how(chosen.bucket, region, wish.account, bucket, needed)
    policy = bucket.policy if bucket else None
    return calls, list(diff(policy, buckets.let_in(policy, needed)))


def _trail_calls(chosen: Chosen, wish: Wish, seen: Seen | None) -> list[Call]:
    if seen is None:
        params: dict[str, object] = {
            "Name": chosen.trail,
            "S3BucketName": chosen.bucket,
            "IsMultiRegionTrail": True,
            "IncludeGlobalServiceEvents": True,
            "EnableLogFileValidation": True,
        }
        if chosen.organization:
            params["IsOrganizationTrail"] = True
        return [Call("cloudtrail", "CreateTrail", params, chosen.region)]
    if seen.trail.multi_region and seen.trail.global_events:
        return []
    wide = {"Name": chosen.trail, "IsMultiRegionTrail": True, "IncludeGlobalServiceEvents": True}
    return [Call("cloudtrail", "UpdateTrail", wide, chosen.region)]


def _trail_calls_back(
    chosen: Chosen, seen: Seen | None, did: Collection[str], restored: RawSelectors | None
) -> list[Call]:
    if seen is None:
        return []
    if chosen.made:
        return [chosen.deletion]
    calls: list[Call] = []
    if seen.logging and not chosen.logging and "StartLogging" in did:
        calls.append(Call("cloudtrail", "StopLogging", {"Name": chosen.trail}, chosen.region))
    if restored is not None:
        calls.append(_put(chosen, restored))
    was = (chosen.multi_region, chosen.global_events)
    if (seen.trail.multi_region, seen.trail.global_events) != was and "UpdateTrail" in did:
        narrow = {
            "Name": chosen.trail,
            "IsMultiRegionTrail": chosen.multi_region,
            "IncludeGlobalServiceEvents": chosen.global_events,
        }
        calls.append(Call("cloudtrail", "UpdateTrail", narrow, chosen.region))
    return calls


def _put(chosen: Chosen, selectors: RawSelectors) -> Call:
    return Call("cloudtrail", "PutEventSelectors", {"TrailName": chosen.trail, **selectors}, chosen.region)


def _cannot_deliver(seen: Seen) -> str:
    return (
        f"Trail {seen.trail.name} is set to record it, and cannot deliver to {seen.trail.bucket} "
        f"({seen.failing}): check the bucket and its policy, then harden again."
    )


def _warnings(chosen: Chosen, wish: Wish, seen: Seen | None, bucket: Bucket | None) -> tuple[str, ...]:
    found = [PRICE]
    if types := told_types(wish.services):
        found.append(anybody(types))
    if seen and not chosen.made and seen.raw and "EventSelectors" in seen.raw:
        found.append("Its basic selectors are rewritten as advanced ones that cover the same events.")
    if chosen.made and not chosen.management:
        found.append(
            "Management events are left out: another trail records them, and a second copy costs money."
        )
    if seen and not chosen.made and seen.trail.organization:
        found.append("This is the organization's trail: it will record, and cost, in every account.")
    if seen and not seen.trail.multi_region:
        found.append(f"Trail {chosen.trail} records {chosen.region} alone: it is extended to every Region.")
    if bucket and not chosen.bucket_made:
        found += [f"Bucket {bucket.name} {words}: that is left as it is." for words in buckets.lacks(bucket)]
        if bucket.region != chosen.region:
            found.append(
                f"Bucket {bucket.name} is in {bucket.region}: CloudTrail writes there from every Region."
            )
    return tuple(found)
