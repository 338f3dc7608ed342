"""The objects a trail delivered, several at a time."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Sequence
from concurrent.futures import Executor
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from services.aws import s3
from services.aws.cloudtrail import Trail
from services.aws.errors import AwsError, Expired, Unreachable
from services.aws.s3 import S3Object
from services.aws.session import AwsSession
from services.review.batch import Batch, missed, missing
from services.review.deliveries import Deliveries, Ledger
from services.review.flight import ahead, in_flight
from services.review.gunzip import PACKED_LIMIT
from services.review.kept import Kept
from services.review.model import Window
from services.review.scan import Scan, Scanner
from services.review.sources.digestfiles import Found, check_digests
from services.review.trails import TrailState
from services.review.words import moment

OBJECTS_IN_FLIGHT = 12
LISTED_AHEAD = 20_000
_ORGANIZATION = re.compile(r"o-[a-z0-9]{10,32}")
PUBLISHED_LATE = timedelta(days=1)
"""A key's date is that of publishing: a call of the window may stand in the day after it."""


@dataclass(frozen=True, slots=True)
class _Object:
    source: str
    bucket: str
    key: str
    size: int
    found: Found | None = None
    """Where what is in it is to be noted for the digests."""

    @property
    def name(self) -> str:
        return f"s3://{self.bucket}/{self.key}"


class TrailObjects:
    """Reads what *trails* delivered of *account* in *window*, every Region found in their buckets."""

    def __init__(
        self,
        aws: AwsSession,
        scanner: Scanner,
        trails: Sequence[TrailState],
        account: str,
        window: Window,
        pool: Executor,
        ledger: Ledger,
        kept: Kept | None = None,
        *,
        validate: bool = True,
    ) -> None:
        self._aws = aws
        self._scanner = scanner
        self._account = account
        self._window = window
        self._pool = pool
        self._kept = kept
        self._ledger = ledger
        self._validate = validate
        self._found: dict[tuple[str, str], Found] = {}
        # Trails may share a bucket and a prefix.
        self._places = {(each.trail.bucket, each.trail.prefix): each for each in reversed(trails)}
        self._listed = 0
        self._all_listed = False

    async def read(self) -> AsyncGenerator[Batch, None]:
        objects = ahead(self._list(), limit=LISTED_AHEAD)
        async with aclosing(in_flight(objects, self._scan, limit=OBJECTS_IN_FLIGHT)) as batches:
            async for batch in batches:
                yield batch
        for state in self._places.values():
            async with aclosing(self._validated(state)) as batches:
                async for batch in batches:
                    yield batch

    async def _validated(self, state: TrailState) -> AsyncGenerator[Batch, None]:
        """What the trail's digest files say of what was listed and read, where it has any."""
        for (arn, root), found in self._found.items():
            if arn == state.trail.arn:
                checking = check_digests(self._aws, state, root, self._window, found, days(self._window))
                async with aclosing(checking) as batches:
                    async for batch in batches:
                        yield batch

    async def _scan(self, item: _Object | Batch) -> Batch:
        if isinstance(item, Batch):
            return item
        if self._kept is not None and (done := self._kept.find(item.name, item.size)):
            return self._batch(item, done)
        if item.size > PACKED_LIMIT:
            return missed(item.source, item.name, f"{item.size} bytes, too many for a trail's object")
        try:
            packed = await self._fetch(item)
        except Expired:
            raise
        except AwsError as error:
            batch = missed(item.source, item.name, error)
            batch.scan.objects += 1
            return batch
        loop = asyncio.get_running_loop()
        hashed = item.found is not None
        work = partial(self._scanner.object, item.name, packed, hashed=hashed)
        scan = await loop.run_in_executor(self._pool, work)
        if self._kept is not None:
            self._kept.add(item.name, item.size, scan)
        return self._batch(item, scan)

    def _batch(self, item: _Object, scan: Scan) -> Batch:
        self._ledger.object(item.source, item.key, scan.oldest)
        if item.found is not None and scan.sha256:
            item.found.hashes[item.key] = scan.sha256
        # What is kept is kept for any window, so the scanner leaves none out then.
        inside = [each for each in scan.events if self._window.holds(each[1].time)]
        scan.outside += sum(role == "by" for role, _ in scan.events) - sum(role == "by" for role, _ in inside)
        scan.events = inside
        return Batch(item.source, item.name, scan, self._listed if self._all_listed else None)

    async def _fetch(self, item: _Object) -> bytes:
        try:
            return await self._body(item)
        except Unreachable:
            # A body that broke off is not among what botocore tries again.
            return await self._body(item)

    async def _body(self, item: _Object) -> bytes:
        async with aclosing(s3.get_object(self._aws, item.bucket, item.key)) as chunks:
            return b"".join([chunk async for chunk in chunks])

    async def _list(self) -> AsyncGenerator[_Object | Batch, None]:
        for state in self._places.values():
            async with aclosing(self._list_trail(state)) as found:
                async for item in found:
                    yield item
        self._all_listed = True

    async def _list_trail(self, state: TrailState) -> AsyncGenerator[_Object | Batch, None]:
        trail, found = state.trail, 0
        if state.status and state.status.delivered:
            self._ledger.latest[state.source] = state.status.delivered
        what = f"s3://{trail.bucket}/{trail.prefix or ''}"
        try:
            for root in await self._roots(state):
                checked = Found() if self._validate and trail.validates else None
                if checked is not None:
                    self._found[trail.arn, root] = checked
                for region in await s3.list_folders(self._aws, trail.bucket, root):
                    deliveries = self._ledger.regions.setdefault((state.source, region), Deliveries())
                    async with aclosing(self._list_region(state, root, region, checked)) as objects:
                        async for item in objects:
                            found += 1
                            deliveries.add(item.key)
                            yield item
                    for hole in deliveries.holes(*self._expected(state)):
                        there = f"{root}{region}/{hole[0]:%Y/%m/%d}/"
                        deleted = await self._deleted(state, there)
                        yield missing(state.source, f"{what} of {region}", hole, deleted)
        except Expired:
            raise
        except AwsError as error:
            yield missed(state.source, what, error)
        else:
            if not found and self._delivered(state):
                deleted = await self._deleted(state, trail.prefix or "AWSLogs/")
                yield missing(state.source, what, (self._window.since, self._window.until), deleted)

    async def _deleted(self, state: TrailState, prefix: str) -> str:
        """What a versioned bucket still tells of objects that are gone."""
        try:
            times = await s3.deleted_objects(self._aws, state.trail.bucket, prefix)
        except Expired:
            raise
        except AwsError:
            # It only says more of what is missing in any case.
            return ""
        if not times:
            return ""
        when = f"{moment(times[0])} to {moment(times[-1])}" if times[0] != times[-1] else moment(times[0])
        return f"; {len(times):,} were deleted {when}, and their older versions are kept"

    async def _roots(self, state: TrailState) -> list[str]:
        """Where the account's objects are; an organisation's have its id before the account."""
        return [f"{root}{self._account}/CloudTrail/" for root in await log_roots(self._aws, state.trail)]

    async def _list_region(
        self, state: TrailState, root: str, region: str, checked: Found | None
    ) -> AsyncGenerator[_Object, None]:
        found = objects_of_days(self._aws, state.trail.bucket, f"{root}{region}/", self._window)
        listed = checked.listed.setdefault(region, set()) if checked else set()
        async with aclosing(found):
            async for each in found:
                self._listed += 1
                if checked is not None:
                    listed.add(each.key)
                yield _Object(state.source, state.trail.bucket, each.key, each.size, checked)

    def _expected(self, state: TrailState) -> tuple[datetime, datetime]:
        """Between when there should be deliveries: while the trail was logging, and not of just now."""
        status, window = state.status, self._window
        started = status.started if status and status.started else window.since
        delivered = status.delivered if status and status.delivered else window.until
        return max(window.since, started), min(window.until, delivered)

    def _delivered(self, state: TrailState) -> bool:
        delivered = state.status.delivered if state.status else None
        window = self._window
        return delivered is not None and window.since <= delivered <= window.until + PUBLISHED_LATE


async def log_roots(aws: AwsSession, trail: Trail) -> list[str]:
    """The folders in the trail's bucket that accounts have theirs in; an organisation has one more."""
    logs = f"{trail.prefix}/AWSLogs/" if trail.prefix else "AWSLogs/"
    if not trail.organization:
        return [logs]
    folders = await s3.list_folders(aws, trail.bucket, logs)
    return [logs, *(f"{logs}{name}/" for name in folders if _ORGANIZATION.fullmatch(name))]


def days(window: Window) -> tuple[str, str]:
    """The first and the last day, as keys spell them, on which a call of *window* may have been published."""
    return f"{window.since:%Y/%m/%d}", f"{window.until + PUBLISHED_LATE:%Y/%m/%d}"


async def objects_of_days(
    aws: AwsSession, bucket: str, prefix: str, window: Window
) -> AsyncGenerator[S3Object, None]:
    """What was published of *window* under *prefix*, the folder of one Region."""
    first, last = (prefix + day for day in days(window))
    async with aclosing(s3.object_pages(aws, bucket, prefix, after=first)) as pages:
        async for page in pages:
            for each in page:
                if each.key[: len(last)] > last:
                    return
                if not (each.size == 0 and each.key.endswith("/")):
                    yield each
