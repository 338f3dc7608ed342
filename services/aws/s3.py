"""S3: buckets as they are set, the objects under a prefix, and their bytes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.aws.errors import NotFound, Redirected, TimedOut, Unexpected
from services.aws.paging import lister, pages
from services.aws.session import AwsSession
from services.base import clock, documents
from services.base.text import clean

CHUNK = 1 << 20
PATIENCE_SECONDS = 60.0
SLOWEST = 1024
"""Bytes a second: what comes more slowly, once patience is over, comes from nobody who means it."""

PERMISSIONS: Mapping[str, str] = {
    "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "HeadBucket": "ListBucket",
    "HeadObject": "GetObject",
    "ListBuckets": "ListAllMyBuckets",
    "ListObjectVersions": "ListBucketVersions",
    "ListObjectsV2": "ListBucket",
    "PutBucketEncryption": "PutEncryptionConfiguration",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
}
"""By operation, where the permission is not named for it."""


BLOCKED = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
OWNER_ENFORCED = "BucketOwnerEnforced"


@dataclass(frozen=True, slots=True)
class Bucket:
    """*policy* is as S3 needs it back, so not cleaned; None where there is none."""

    name: str
    region: str
    policy: Mapping[str, Any] | None = None
    blocks_public: bool = False
    encrypted: bool = False
    owner_enforced: bool = False


@dataclass(frozen=True, slots=True)
class S3Object:
    """*key* is as S3 needs it back, so not cleaned; *size* in bytes."""

    key: str
    size: int


async def find_bucket(aws: AwsSession, name: str, owner: str) -> Bucket | None:
    """The bucket as it is set, None where there is none; raises Denied where it is not *owner*'s."""
    try:
        head = await _read(aws, "HeadBucket", Bucket=name, ExpectedBucketOwner=owner)
    except NotFound:
        return None
    region = clean(head["BucketRegion"])

    async def ask(operation: str, key: str) -> Any:
        """What that setting is; None where it was never set."""
        try:
            body = await _read(aws, operation, region=region, Bucket=name, ExpectedBucketOwner=owner)
        except NotFound:
            return None
        if not body[key]:
            # So botocore reads a page of something else.
            raise Unexpected(operation, f"the endpoint's answer has no {key}")
        return body[key]

    policy, block, encryption, ownership = await asyncio.gather(
        ask("GetBucketPolicy", "Policy"),
        ask("GetPublicAccessBlock", "PublicAccessBlockConfiguration"),
        ask("GetBucketEncryption", "ServerSideEncryptionConfiguration"),
        ask("GetBucketOwnershipControls", "OwnershipControls"),
    )
    return Bucket(
        name,
        region,
        policy=None if policy is None else _policy(policy),
        blocks_public=bool(block) and all(block.get(each) for each in BLOCKED),
        encrypted=bool(encryption and encryption.get("Rules")),
        owner_enforced=bool(ownership)
        and any(rule.get("ObjectOwnership") == OWNER_ENFORCED for rule in ownership["Rules"]),
    )


@dataclass(frozen=True, slots=True)
class Expiry:
    """A rule that deletes the objects under *prefix* so many *days* after they were made; 0: at once."""

    prefix: str
    days: int


async def expiries(aws: AwsSession, bucket: str) -> tuple[Expiry, ...]:
    """The bucket's rules that delete objects by their age, those for objects with a tag left out."""
    try:
        body = await _read(aws, "GetBucketLifecycleConfiguration", Bucket=bucket)
    except NotFound:
        return ()
    found: list[Expiry] = []
    for rule in body["Rules"]:
        expiration = rule.get("Expiration") or {}
        days, date = expiration.get("Days"), expiration.get("Date")
        if date is not None and clock.now() >= date:
            days = 0
        narrowed = rule.get("Filter") or {}
        both = narrowed.get("And") or {}
        if rule.get("Status") != "Enabled" or days is None or narrowed.get("Tag") or both.get("Tags"):
            continue
        prefix = rule.get("Prefix") or narrowed.get("Prefix") or both.get("Prefix") or ""
        found.append(Expiry(str(prefix), int(days)))
    return tuple(found)


async def deleted_objects(aws: AwsSession, bucket: str, prefix: str) -> tuple[list[datetime], bool]:
    """When objects under *prefix* were deleted of which S3 keeps older versions, and whether that is all.

    Asked for is one page, of 1,000 versions.
    """
    body = await _read(aws, "ListObjectVersions", Bucket=bucket, Prefix=prefix, MaxKeys=1000)
    gone = [raw["LastModified"] for raw in body.get("DeleteMarkers") or () if raw.get("IsLatest")]
    return gone, not body.get("IsTruncated")


def _policy(text: str) -> Mapping[str, Any]:
    if (document := documents.mapping(text)) is None:
        raise Unexpected("GetBucketPolicy", "the answer is not a policy, so it may not come from AWS")
    return document


async def made_at(aws: AwsSession, bucket: str) -> datetime | None:
    """When the account's bucket was made, or had its settings changed, as S3 may tell that in place of it."""
    ask = lister(aws, "s3", "ListBuckets", Prefix=bucket)
    async for body in pages(ask, "ListBuckets", "ContinuationToken"):
        for raw in body["Buckets"]:
            if raw["Name"] == bucket:
                made: datetime | None = raw.get("CreationDate")
                return made
    return None


async def is_empty(aws: AwsSession, bucket: Bucket) -> bool:
    body = await _read(aws, "ListObjectsV2", region=bucket.region, Bucket=bucket.name, MaxKeys=1)
    return int(body["KeyCount"]) == 0


async def object_pages(
    aws: AwsSession, bucket: str, prefix: str, *, after: str | None = None
) -> AsyncGenerator[tuple[S3Object, ...], None]:
    """Objects under *prefix* in order of their keys, those up to and with *after* left out."""
    async for body in _pages(aws, bucket, prefix, **({"StartAfter": after} if after else {})):
        yield tuple(S3Object(raw["Key"], int(raw.get("Size") or 0)) for raw in body.get("Contents") or ())


async def list_folders(aws: AwsSession, bucket: str, prefix: str) -> tuple[str, ...]:
    """The names of the folders right under *prefix*, which ends with a slash or is empty."""
    return tuple(
        [
            raw["Prefix"].removeprefix(prefix).rstrip("/")
            async for body in _pages(aws, bucket, prefix, Delimiter="/")
            for raw in body.get("CommonPrefixes") or ()
        ]
    )


async def get_object(aws: AwsSession, bucket: str, key: str) -> AsyncGenerator[bytes, None]:
    """The object's bytes in chunks; the connection is given back when the iterator is closed."""
    answer = await _read(aws, "GetObject", Bucket=bucket, Key=key)
    async with aclosing(_chunks(aws, answer["Body"])) as chunks:
        async for chunk in chunks:
            yield chunk


async def get_with_metadata(aws: AwsSession, bucket: str, key: str) -> tuple[bytes, Mapping[str, str]]:
    """A small object whole, and what its writer noted with it."""
    answer = await _read(aws, "GetObject", Bucket=bucket, Key=key)
    async with aclosing(_chunks(aws, answer["Body"])) as chunks:
        return b"".join([chunk async for chunk in chunks]), dict(answer.get("Metadata") or {})


async def _chunks(aws: AwsSession, body: Any) -> AsyncGenerator[bytes, None]:
    waited, got = 0.0, 0
    async with body as stream:
        while True:
            began = time.monotonic()
            try:
                async with asyncio.timeout(PATIENCE_SECONDS + got / SLOWEST - waited):
                    chunk = await aws.translated("GetObject", stream.read(CHUNK))
            except TimeoutError:
                raise TimedOut("GetObject", f"{got:,} bytes came in {waited:.0f} s, and no end") from None
            if not chunk:
                return
            waited, got = waited + time.monotonic() - began, got + len(chunk)
            yield chunk


async def _pages(aws: AwsSession, bucket: str, prefix: str, **params: Any) -> AsyncGenerator[Any, None]:
    operation = "ListObjectsV2"

    async def ask(**more: Any) -> Any:
        return await _read(aws, operation, Bucket=bucket, Prefix=prefix, **params, **more)

    listed = pages(
        ask, operation, "ContinuationToken", answered="NextContinuationToken", truncated="IsTruncated"
    )
    async for body in listed:
        # A page of something else would seem to be a folder in which there is nothing.
        _ = body["IsTruncated"]
        yield body


async def _read(
    aws: AwsSession, operation: str, *, Bucket: str, region: str | None = None, **params: Any
) -> Any:
    """Asked in the Region where the bucket is, wherever that turns out to be."""
    region = region or aws.bucket_regions.get(Bucket)
    try:
        return await aws.read("s3", operation, region=region, Bucket=Bucket, **params)
    except Redirected as error:
        if error.region is None or error.region == region:
            raise
        aws.bucket_regions[Bucket] = error.region
        return await aws.read("s3", operation, region=error.region, Bucket=Bucket, **params)
