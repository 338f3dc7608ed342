"""The objects a trail delivered, several at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from concurrent.futures import Executor
from contextlib import aclosing
from functools import partial

from services.aws import s3
from services.aws.errors import AwsError, Expired, Unreachable
from services.aws.session import AwsSession
from services.review.batch import Batch, missed
from services.review.flight import ahead, in_flight
from services.review.gunzip import PACKED_LIMIT
from services.review.kept import Kept
from services.review.scan import Scan, Scanner
from services.review.sources.listing import Listed, Listing

OBJECTS_IN_FLIGHT = 12
LISTED_AHEAD = 20_000


class TrailObjects:
    """Reads what *trails* delivered, of every Region found in their buckets."""

    def __init__(
        self,
        aws: AwsSession,
        scanner: Scanner,
        listing: Listing,
        pool: Executor,
        kept: Kept | None = None,
    ) -> None:
        self._aws = aws
        self._scanner = scanner
        self._listing = listing
        self._window = listing.window
        self._pool = pool
        self._kept = kept
        self._listed = 0
        self._all_listed = False

    async def read(self) -> AsyncGenerator[Batch, None]:
        objects = ahead(self._list(), limit=LISTED_AHEAD)
        async with aclosing(in_flight(objects, self._scan, limit=OBJECTS_IN_FLIGHT)) as batches:
            async for batch in batches:
                yield batch
        for state in self._listing.places():
            async with aclosing(self._listing.validated(state)) as batches:
                async for batch in batches:
                    yield batch

    async def _scan(self, item: Listed | Batch) -> Batch:
        if isinstance(item, Batch):
            return item
        if self._kept is not None and (done := self._kept.find(item.name, item.size)):
            return self._batch(item, done)
        if self._scanner.needless(item.name):
            return self._of(item, Scan(objects=1))
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

    def _batch(self, item: Listed, scan: Scan) -> Batch:
        self._listing.ledger.object(item.source, item.key, scan.oldest)
        if item.found is not None and scan.sha256:
            item.found.hashes[item.key] = scan.sha256
        # What is kept is kept for any window, so the scanner leaves none out then.
        inside = [each for each in scan.events if self._window.holds(each[1].time)]
        scan.outside += sum(role == "by" for role, _ in scan.events) - sum(role == "by" for role, _ in inside)
        scan.events = inside
        return self._of(item, scan)

    def _of(self, item: Listed, scan: Scan) -> Batch:
        return Batch(item.source, item.name, scan, self._listed if self._all_listed else None)

    async def _fetch(self, item: Listed) -> bytes:
        try:
            return await self._body(item)
        except Unreachable:
            # A body that broke off is not among what botocore tries again.
            return await self._body(item)

    async def _body(self, item: Listed) -> bytes:
        async with aclosing(s3.get_object(self._aws, item.bucket, item.key)) as chunks:
            return b"".join([chunk async for chunk in chunks])

    async def _list(self) -> AsyncGenerator[Listed | Batch, None]:
        for state in self._listing.places():
            async with aclosing(self._listing.objects(state)) as found:
                async for item in found:
                    self._listed += isinstance(item, Listed)
                    yield item
        self._all_listed = True
