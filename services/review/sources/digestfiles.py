"""Reads the digest files of one trail, and holds them against what its bucket has."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Collection, Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from services.aws import cloudtrail, s3
from services.aws.cloudtrail import Trail
from services.aws.errors import AwsError, Expired, NotFound
from services.aws.session import AwsSession
from services.base.text import clean
from services.review.batch import Batch, missed
from services.review.deliveries import delivered_at
from services.review.digests import Checked, Digest, read_digest
from services.review.flight import in_flight
from services.review.model import Unreadable, Window
from services.review.scan import Scan
from services.review.trails import TrailState
from services.review.words import moment

IN_FLIGHT = 12
LATE = timedelta(minutes=90)
"""Digest files come every hour."""


@dataclass(slots=True)
class Found:
    """What was listed and read of one trail, by Region; the keys as S3 has them."""

    listed: dict[str, set[str]] = field(default_factory=dict)
    hashes: dict[str, str] = field(default_factory=dict)


async def check_digests(
    aws: AwsSession, state: TrailState, root: str, window: Window, found: Found, days: tuple[str, str]
) -> AsyncGenerator[Batch, None]:
    """What is missing or altered under *root*, the folder of one account's records."""
    trail = state.trail
    folder = f"{root.removesuffix('CloudTrail/')}CloudTrail-Digest/"
    what = f"s3://{trail.bucket}/{trail.prefix or ''}"
    newest: dict[str, datetime | None] = {}
    begun: list[datetime] = []
    try:
        for region in await s3.list_folders(aws, trail.bucket, folder):
            mine = _of_trail(trail, region)
            keys = [
                key async for key in _keys(aws, trail.bucket, f"{folder}{region}/", days) if mine.search(key)
            ]
            digests, strange = await _read(aws, trail.bucket, keys)
            newest[region] = max((end for each in digests if (end := each.ends)), default=None)
            begun += [start for each in digests if (start := each.begins)]
            public = await _public_keys(aws, region, window)
            if isinstance(public, str):
                note = f"Who signed the digest files in {what} could not be checked, only hashes: {public}"
                yield Batch(state.source, what, Scan(notes=[note]))
            there = found.listed.get(region, set())
            if any(named.key not in there for digest in digests for named in digest.document.named):
                # What was delivered while the review ran is named already, and was not listed yet.
                there = there | {key async for key in _keys(aws, trail.bucket, f"{root}{region}/", days)}
            checked = Checked()
            checked.check(
                digests,
                bucket=trail.bucket,
                keys=None if isinstance(public, str) else public,
                there=there,
                hashes=found.hashes,
                first=f"{root}{region}/{days[0]}",
                begun=f"{folder}{region}/{days[0]}",
                strange=strange,
            )
            for trouble in checked.troubles:
                yield _missing(state, f"{what} of {region}", trouble)
    except Expired:
        raise
    except AwsError as error:
        yield missed(state.source, f"the digest files in {what}", error)
        return
    last = state.status.digested if state.status else None
    if last is None or last < window.since:
        return
    ends = [end for end in newest.values() if end]
    if not ends or max(ends) < last - LATE:
        since = f" since {moment(max(ends))}" if ends else ""
        yield _missing(state, what, f"lost the digest files{since} that CloudTrail delivered")
        return
    # They come for each Region every hour, whatever happened there.
    for region in sorted({*newest, *(each for each, listed in found.listed.items() if listed)}):
        end = newest.get(region)
        first = min(begun, default=last)
        # What was delivered before the first of all digest files was not to be in any.
        named = any(first <= when < last - LATE for when in _times(found.listed.get(region, ())))
        if (end is None and named) or (end is not None and end < last - LATE):
            since = f" since {moment(end)}" if end else ""
            yield _missing(state, f"{what} of {region}", f"lost its digest files{since}")


def _times(keys: Collection[str]) -> Iterator[datetime]:
    """When the objects of *keys* were delivered."""
    return (when for key in keys if (when := delivered_at(key)))


def _of_trail(trail: Trail, region: str) -> re.Pattern[str]:
    """The names of its digest files; another trail's name may begin with this one's."""
    named = re.escape(f"_CloudTrail-Digest_{region}_{trail.name}_{trail.home_region}_")
    return re.compile(named + r"\d{8}T\d{6}Z\.json\.gz$")


def _missing(state: TrailState, what: str, trouble: str) -> Batch:
    return Batch(state.source, what, Scan(unreadable=[replace(Unreadable.of(what, trouble), missing=True)]))


async def _keys(
    aws: AwsSession, bucket: str, prefix: str, days: tuple[str, str]
) -> AsyncGenerator[str, None]:
    last = prefix + days[1]
    async with aclosing(s3.object_pages(aws, bucket, prefix, after=prefix + days[0])) as pages:
        async for page in pages:
            for each in page:
                if each.key[: len(last)] > last:
                    return
                yield each.key


async def _read(aws: AwsSession, bucket: str, keys: Collection[str]) -> tuple[list[Digest], int]:
    """The digests, and how many of *keys* are none."""

    async def each() -> AsyncGenerator[str, None]:
        for key in keys:
            yield key

    async def fetch(key: str) -> Digest | None:
        try:
            packed, metadata = await s3.get_with_metadata(aws, bucket, key)
        except NotFound:
            return None
        return read_digest(key, packed, metadata)

    found: list[Digest] = []
    strange = 0
    async with aclosing(in_flight(each(), fetch, limit=IN_FLIGHT)) as digests:
        async for digest in digests:
            if digest is None:
                strange += 1
            else:
                found.append(digest)
    return found, strange


async def _public_keys(aws: AwsSession, region: str, window: Window) -> Mapping[str, bytes] | str:
    """The keys by their fingerprints, or why they could not be read: then hashes alone are compared."""
    day = timedelta(days=1)
    try:
        return await cloudtrail.public_keys(aws, region, window.since - day, window.until + day)
    except Expired:
        raise
    except AwsError as error:
        return clean(error, limit=300)
