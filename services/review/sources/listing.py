"""What a trail's bucket has of the window, and what should be there and is not."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeAlias

from services.aws import s3
from services.aws.cloudtrail import Pacer, Trail
from services.aws.errors import AwsError, Expired
from services.aws.s3 import S3Object
from services.aws.session import AwsSession
from services.review.batch import Batch, missed, missing
from services.review.deliveries import Deliveries, Ledger, delivered_at
from services.review.model import Window
from services.review.sources.digestfiles import Found, check_digests
from services.review.sources.silence import unheard
from services.review.trails import TrailState
from services.review.words import moment

_ORGANIZATION = re.compile(r"o-[a-z0-9]{10,32}")
PUBLISHED_LATE = timedelta(days=1)
DAYS_LOOKED_AT = 7
"""So many days of a hole are asked about what was deleted in them."""

Span: TypeAlias = tuple[datetime, datetime]
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

    Trails that share a place are listed once. Where it is not *fresh* the same was listed before, and what
    is missing was said then.
    """

    aws: AwsSession
    account: str
    window: Window
    trails: Sequence[TrailState]
    ledger: Ledger
    pacers: Mapping[str, Pacer]
    regions: tuple[str, ...] = ()
    fresh: bool = True
    _found: dict[tuple[tuple[str, str | None], str], Found] = field(default_factory=dict)

    def places(self) -> list[TrailState]:
        """A trail for each place, one of an organization where there is: its folders hold the others' too."""
        order = sorted(self.trails, key=lambda state: not state.trail.organization)
        return list({state.place: state for state in reversed(order)}.values())

    def _sharing(self, state: TrailState) -> list[TrailState]:
        return [each for each in self.trails if each.place == state.place]

    async def objects(self, state: TrailState) -> AsyncGenerator[Listed | Batch, None]:
        """Every object of the window in the place of *state*, and a batch for each thing that should be there
        and is not.
        """
        trail, sharing, count = state.trail, self._sharing(state), 0
        validates = any(each.trail.validates for each in sharing)
        what = f"s3://{trail.bucket}/{trail.prefix or ''}"
        seen: dict[str, Deliveries] = {}
        try:
            for root in await log_roots(self.aws, trail):
                own = f"{root}{self.account}/CloudTrail/"
                checked = Found() if self.fresh and validates else None
                if checked is not None:
                    self._found[state.place, own] = checked
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
                    for hole in deliveries.holes(*self._expected(sharing, region)):
                        deleted = await self._deleted(state, f"{own}{region}/", hole)
                        yield missing(state.source, f"{what} of {region}", hole, deleted)
        except Expired:
            raise
        except AwsError as error:
            yield missed(state.source, what, error)
            return
        if not count and any(map(self._delivered, sharing)):
            deleted = await self._deleted(state, trail.prefix or "AWSLogs/")
            yield missing(state.source, what, (self.window.since, self.window.until), deleted)
        elif self.fresh and self.aws.where.account == self.account:
            for one in sharing:
                logged = self._logged(one)
                for batch in await unheard(self.aws, self.pacers, one, self.regions, seen, logged, what):
                    yield batch

    async def validated(self, state: TrailState) -> AsyncGenerator[Batch, None]:
        """What digest files of the trails there say of what was listed and read, where they have any."""
        validating = [each for each in self._sharing(state) if each.trail.validates]
        for (place, root), found in self._found.items():
            for each in validating if place == state.place else ():
                checking = check_digests(self.aws, each, root, self.window, found, days(self.window))
                async with aclosing(checking) as batches:
                    async for batch in batches:
                        yield batch

    async def _deleted(self, state: TrailState, prefix: str, hole: Span | None = None) -> str:
        """What a versioned bucket still tells of objects that are gone: in *hole*, of one Region, if told."""
        times: list[datetime] = []
        folders, all_told = _folders(prefix, hole)
        for folder in folders:
            try:
                gone, whole = await s3.deleted_objects(self.aws, state.trail.bucket, folder)
            except Expired:
                raise
            except AwsError:
                # It only says more of what is missing in any case.
                all_told = False
                continue
            times += gone
            all_told = all_told and whole
        if not times:
            return ""
        times.sort()
        when = f"{moment(times[0])} to {moment(times[-1])}" if times[0] != times[-1] else moment(times[0])
        least = "" if all_told else "at least "
        return f"; {least}{len(times):,} were deleted {when}, and their older versions are kept"

    def _expected(self, sharing: Sequence[TrailState], region: str = "") -> tuple[datetime, datetime]:
        """Between when there should be deliveries: while a trail was logging, and not of just now."""
        window = self.window
        status = [each.status for each in sharing if each.records(region)] or [
            each.status for each in sharing
        ]
        started = min(each.started if each and each.started else window.since for each in status)
        delivered = max(each.delivered if each and each.delivered else window.until for each in status)
        return max(window.since, started), min(window.until, delivered)

    def _logged(self, state: TrailState) -> tuple[datetime, datetime]:
        """When the trail was logging last, as far as that is in the window: whether it delivered or not."""
        status, until = state.status, self.window.until
        if status is None or status.started is None:
            return until, until
        if not status.logging:
            until = min(until, status.stopped or status.started)
        return max(self.window.since, status.started), until

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


async def oldest_delivered(aws: AwsSession, trail: Trail, account: str) -> dict[str, datetime]:
    """By Region, when the oldest of the account's objects that are there was delivered."""
    found: dict[str, datetime] = {}
    for root in await log_roots(aws, trail):
        own = f"{root}{account}/CloudTrail/"
        for region in await s3.list_folders(aws, trail.bucket, own):
            # In order of their keys, which is that of their days.
            async with aclosing(s3.object_pages(aws, trail.bucket, f"{own}{region}/")) as pages:
                first = await anext(aiter(pages), ())
            when = next((when for each in first if (when := delivered_at(each.key))), None)
            if when is not None:
                found[region] = min(when, found.get(region, when))
    return found


def days(window: Window) -> tuple[str, str]:
    """The first and the last day, as keys spell them, on which a call of *window* may have been published."""
    return f"{window.since:%Y/%m/%d}", f"{window.until + PUBLISHED_LATE:%Y/%m/%d}"


def _folders(prefix: str, hole: Span | None) -> tuple[list[str], bool]:
    """The folders of the first days of *hole*, and whether it has no more."""
    if hole is None:
        return [prefix], True
    length = (hole[1].date() - hole[0].date()).days + 1
    looked_at = range(min(length, DAYS_LOOKED_AT))
    folders = [f"{prefix}{hole[0] + timedelta(days=day):%Y/%m/%d}/" for day in looked_at]
    return folders, length <= DAYS_LOOKED_AT


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
