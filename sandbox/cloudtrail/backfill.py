"""Puts a past into the history and a trail's bucket, as if CloudTrail and IAM's records had been there."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from moto.cloudtrail.models import Trail

from sandbox.account.world import ApiCall, BearerCall, World
from sandbox.cloudtrail import bucket
from sandbox.cloudtrail.delivery import DUPLICATE_EVERY, takes
from sandbox.cloudtrail.digests import EVERY, Logged
from sandbox.cloudtrail.install import CloudTrail
from sandbox.cloudtrail.records import Record, data_record, management_record
from sandbox.iam.lastaccessed import LastAccess

SLOT = timedelta(minutes=5)
"""How much time one object holds, as CloudTrail's do about."""

LONG = timedelta(hours=1)
"""The same before the last day: fewer are sooner written and read."""

LAST = timedelta(days=1)
PUBLISHED_AFTER = timedelta(minutes=2)
SELDOM = timedelta(hours=6)
"""Digest files come every hour, and before the last hours so seldom, as they too are written and read."""


def backfill(
    world: World, trail: Trail | None, calls: Iterable[ApiCall | BearerCall], rng: random.Random
) -> None:
    """Every signed call goes into the history; what *trail* selects from its start on, into its bucket."""
    history = world.part(CloudTrail).history
    accessed = world.part(LastAccess)
    since = trail.status.started if trail else None
    lately = world.clock.now() - LAST
    slots: defaultdict[tuple[str, datetime], list[Record]] = defaultdict(list)
    count = 0
    taken: dict[tuple[object, ...], bool] = {}
    for call in sorted(calls, key=lambda call: call.time):
        if isinstance(call, ApiCall):
            record = management_record(call)
            accessed.on_api_call(call)
            history.add(call.time, record)
            alike: tuple[object, ...] = (call.request_id,)
        else:
            record = data_record(call, credential_ids=world.settings.credential_ids)
            accessed.on_bearer_call(call)
            # What a selector can tell it by; there are thousands.
            alike = (call.region, call.user, call.log_group, call.status, call.error_code)
        if trail is None or since is None or call.time < since:
            continue
        if alike not in taken:
            taken[alike] = takes(trail, record)
        if not taken[alike]:
            continue
        region, ends = record["awsRegion"], _ends(call.time, lately)
        slots[region, ends].append(record)
        count += 1
        if count % DUPLICATE_EVERY == 0:
            slots[region, _ends(ends, lately)].append(record)
    if trail is not None:
        _write(world, trail, slots, rng)


def _write(
    world: World, trail: Trail, slots: dict[tuple[str, datetime], list[Record]], rng: random.Random
) -> None:
    now, digests = world.clock.now(), world.part(CloudTrail).delivery.digests
    digested: datetime | None = None
    # In order of time, so that digest files are chained.
    for (region, ends), records in sorted(slots.items(), key=lambda each: each[0][1]):
        published = min(ends + PUBLISHED_AFTER, now)
        rng.shuffle(records)
        if digested is None or published - digested >= (EVERY if now - published < SELDOM else SELDOM):
            digests.deliver(trail, published)
            digested = published
        key = bucket.object_key(trail, region, published, rng)
        document = bucket.write(trail, key, records, published)
        digests.note(trail, trail.account_id, region, Logged.of(trail, key, document, records), published)
        latest = trail.status.delivered
        trail.status.delivered = trail.status.attempted = max(latest or published, published)


def _ends(time: datetime, lately: datetime) -> datetime:
    """When the slot that *time* is in is over."""
    slot = SLOT if time >= lately else LONG
    return time + slot - (time - datetime.min.replace(tzinfo=time.tzinfo)) % slot
