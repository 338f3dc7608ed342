"""Reads the digest files of one trail, and holds them against what its bucket has."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Collection, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import timedelta

from services.aws import cloudtrail, s3
from services.aws.errors import AwsError, Expired, NotFound
from services.aws.session import AwsSession
from services.review.batch import Batch, missed
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
    newest = None
    try:
        for region in await s3.list_folders(aws, trail.bucket, folder):
            mine = f"_CloudTrail-Digest_{region}_{trail.name}_{trail.home_region}_"
            keys = [key async for key in _keys(aws, trail.bucket, f"{folder}{region}/", days) if mine in key]
            digests, strange = await _read(aws, trail.bucket, keys)
            newest = max((end for each in digests if (end := each.ends)), default=newest)
            checked = Checked()
            checked.check(
                digests,
                bucket=trail.bucket,
                keys=await _public_keys(aws, region, window),
                there=found.listed.get(region, ()),
                hashes=found.hashes,
                first=f"{root}{region}/{days[0]}",
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
    if last is not None and last >= window.since and (newest is None or newest < last - LATE):
        since = f" since {moment(newest)}" if newest else ""
        yield _missing(state, what, f"lost the digest files{since} that CloudTrail delivered")


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


async def _public_keys(aws: AwsSession, region: str, window: Window) -> Mapping[str, bytes] | None:
    """None where they may not be read: then hashes alone are compared."""
    day = timedelta(days=1)
    try:
        return await cloudtrail.public_keys(aws, region, window.since - day, window.until + day)
    except Expired:
        raise
    except AwsError:
        return None
