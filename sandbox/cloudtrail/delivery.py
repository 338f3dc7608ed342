"""Delivery of events to the buckets of the trails that asked for them."""

from __future__ import annotations

import random
import threading
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from moto.cloudtrail.models import Trail, cloudtrail_backends

from sandbox.account.world import World
from sandbox.cloudtrail import bucket
from sandbox.cloudtrail.digests import EVERY, Digests, Logged
from sandbox.cloudtrail.organization import trails
from sandbox.cloudtrail.records import Record
from sandbox.cloudtrail.selectors import matches

DUPLICATE_EVERY = 50
"""CloudTrail delivers at least once: each so-manieth event comes again in a later object."""

WAKES = 0.25
"""How often, in seconds, it is asked whether anything is due."""

GLOBAL_SOURCES = frozenset({"iam.amazonaws.com", "sts.amazonaws.com", "organizations.amazonaws.com"})


@dataclass(frozen=True, slots=True)
class Waiting:
    due: datetime
    trail_arn: str
    record: Record


class Delivery:
    """A thread that carries events from the moment they happen to the trails' buckets."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._waiting: list[Waiting] = []
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="cloudtrail-delivery", daemon=True)
        self._delivered = 0
        self.digests = Digests()
        # What is random about an object (its name, its order) is the same in every run.
        self._rng = random.Random(0)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    def offer(self, time: datetime, record: Record) -> None:
        """Queue the record for every trail that is logging now and selects it."""
        due = time + timedelta(seconds=self._world.settings.trail_delay)
        arns = [trail.arn for trail in trails(record["recipientAccountId"]) if takes(trail, record)]
        if arns:
            with self._world.lock:
                self._waiting += [Waiting(due, arn, record) for arn in arns]

    def flush(self) -> None:
        """Deliver all that waits, due or not; what is to come twice comes again with the next flush."""
        with self._world.lock:
            batches: defaultdict[tuple[str, str, str], list[Record]] = defaultdict(list)
            for waiting in self._waiting:
                record = waiting.record
                batches[waiting.trail_arn, record["recipientAccountId"], record["awsRegion"]].append(record)
            self._waiting.clear()
            known = {trail.arn: trail for account in list(cloudtrail_backends) for trail in trails(account)}
            for (arn, account, region), records in batches.items():
                if trail := known.get(arn):
                    self._write(trail, account, region, records)

    def digest(self, *, due: timedelta = timedelta()) -> None:
        """Deliver the digest files that are *due*, of trails that validate what they deliver."""
        with self._world.lock:
            now = self._world.clock.now()
            for account in list(cloudtrail_backends):
                for trail in trails(account):
                    if trail.account_id == account:
                        self.digests.deliver(trail, now, due=due)

    def _run(self) -> None:
        while not self._stopping.wait(WAKES):
            with self._world.lock:
                # Once the oldest is due everything goes with it: an object a trail_delay, as on AWS.
                if self._waiting and min(w.due for w in self._waiting) <= self._world.clock.now():
                    self.flush()
            self.digest(due=EVERY)

    def _write(self, trail: Trail, account: str, region: str, records: list[Record]) -> None:
        error = bucket.delivery_error(trail)
        if error is None:
            published = self._world.clock.now()
            self._rng.shuffle(records)
            key = bucket.object_key(trail, region, published, self._rng, account)
            document = bucket.write(trail, key, records, published)
            self.digests.note(trail, account, region, Logged.of(trail, key, document, records), published)
            self._repeat(trail, records, published)
        trail.status.delivery(error)

    def _repeat(self, trail: Trail, records: list[Record], published: datetime) -> None:
        due = published + timedelta(seconds=self._world.settings.trail_delay)
        for record in records:
            self._delivered += 1
            if self._delivered % DUPLICATE_EVERY == 0:
                self._waiting.append(Waiting(due, trail.arn, record))


def takes(trail: Trail, record: Record) -> bool:
    """Whether the trail, as it is now, logs the record."""
    if not trail.status.is_logging:
        return False
    if not trail.is_multi_region and trail.region_name != record["awsRegion"]:
        return False
    if record["eventSource"] in GLOBAL_SOURCES and not trail.include_global_service_events:
        return False
    return matches(record, trail.event_selectors, trail.advanced_event_selectors)
