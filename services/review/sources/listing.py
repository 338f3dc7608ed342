"""What a trail's bucket has of the window, and what should be there and is not."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.aws import s3
from services.aws.cloudtrail import Pacer, Trail
from services.aws.errors import AwsError, Expired
from services.aws.s3 import S3Object
from services.aws.session import AwsSession
from services.review.batch import Batch, missed, missing
from services.review.deliveries import Deliveries, Ledger
from services.review.model import Window
from services.review.sources.digestfiles import Found, check_digests
from services.review.sources.silence import unheard
from services.review.trails import TrailState
from services.review.words import moment

_ORGANIZATION = re.compile(r"o-[a-z0-9]{10,32}")
PUBLISHED_LATE = timedelta(days=1)
"""A key's date is that of publishing: a call of the window may stand in the day after it."""


@dataclass(frozen=True, slots=True)
class Listed:
    """An object that a trail delivered, in *region* below *root*, the folder of the accounts' folders."""

    source: str
    bucket: str
    key: str
    size: int
    root: str
    region: str
    found: Found | None = None
    """Where what is in it is to be noted for the digests."""

    @property
    def name(self) -> str:
        return f"s3://{self.bucket}/{self.key}"


@dataclass(frozen=True, slots=True)
class Listing:
    """Lists what *account*'s trails delivered in *window*, notes it in *ledger*, and looks for what is gone.

    Where it is not *fresh* the same was listed before, and what is missing was said then.
    """

    aws: AwsSession
    account: str
    window: Window
    ledger: Ledger
    pacers: Mapping[str, Pacer]
    regions: tuple[str, ...] = ()
    fresh: bool = True
    _found: dict[tuple[str, str], Found] = field(default_factory=dict)

    async def objects(self, state: TrailState) -> AsyncGenerator[Listed | Batch, None]:
        """Every object of the window, and a batch for each thing that should be there and is not."""
        trail, count = state.trail, 0
        if state.status and state.status.delivered:
            self.ledger.latest[state.source] = state.status.delivered
        what = f"s3://{trail.bucket}/{trail.prefix or ''}"
        seen: dict[str, Deliveries] = {}
        try:
            for root in await log_roots(self.aws, trail):
                own = f"{root}{self.account}/CloudTrail/"
                checked = Found() if self.fresh and trail.validates else None
                if checked is not None:
                    self._found[trail.arn, own] = checked
                for region in await s3.list_folders(self.aws, trail.bucket, own):
                    deliveries = self.ledger.regions.setdefault((state.source, region), Deliveries())
                    seen[region] = deliveries
                    listed = checked.listed.setdefault(region, set()) if checked else set[str]()
                    pages = objects_of_days(self.aws, trail.bucket, f"{own}{region}/", self.window)
                    async with aclosing(pages) as found:
                        async for each in found:
                            count += 1
                            deliveries.add(each.key)
                            listed.add(each.key)
                            yield Listed(
                                state.source, trail.bucket, each.key, each.size, root, region, checked
                            )
                    for hole in deliveries.holes(*self._expected(state)):
                        there = f"{own}{region}/{hole[0]:%Y/%m/%d}/"
                        deleted = await self._deleted(state, there)
                        yield missing(state.source, f"{what} of {region}", hole, deleted)
        except Expired:
            raise
        except AwsError as error:
            yield missed(state.source, what, error)
            return
        if not count and self._delivered(state):
            deleted = await self._deleted(state, trail.prefix or "AWSLogs/")
            yield missing(state.source, what, (self.window.since, self.window.until), deleted)
        elif self.fresh and self.aws.where.account == self.account:
            expected = self._expected(state)
            for batch in await unheard(self.aws, self.pacers, state, self.regions, seen, expected, what):
                yield batch

    async def validated(self, state: TrailState) -> AsyncGenerator[Batch, None]:
        """What the trail's digest files say of what was listed and read, where it has any."""
        for (arn, root), found in self._found.items():
            if arn == state.trail.arn:
                checking = check_digests(self.aws, state, root, self.window, found, days(self.window))
                async with aclosing(checking) as batches:
                    async for batch in batches:
                        yield batch

    async def _deleted(self, state: TrailState, prefix: str) -> str:
        """What a versioned bucket still tells of objects that are gone."""
        try:
            times = await s3.deleted_objects(self.aws, state.trail.bucket, prefix)
        except Expired:
            raise
        except AwsError:
            # It only says more of what is missing in any case.
            return ""
        if not times:
            return ""
        when = f"{moment(times[0])} to {moment(times[-1])}" if times[0] != times[-1] else moment(times[0])
        return f"; {len(times):,} were deleted {when}, and their older versions are kept"

    def _expected(self, state: TrailState) -> tuple[datetime, datetime]:
        """Between when there should be deliveries: while the trail was logging, and not of just now."""
        status, window = state.status, self.window
        started = status.started if status and status.started else window.since
        delivered = status.delivered if status and status.delivered else window.until
        return max(window.since, started), min(window.until, delivered)

    def _delivered(self, state: TrailState) -> bool:
        delivered = state.status.delivered if state.status else None
        window = self.window
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
