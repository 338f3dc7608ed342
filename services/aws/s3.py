"""S3: buckets as they are set, the objects under a prefix, and their bytes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import Any

from services.aws.errors import NotFound, Unexpected
from services.aws.session import AwsSession
from services.base.text import clean

CHUNK = 1 << 20

PERMISSIONS: Mapping[str, str] = {
    "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "HeadBucket": "ListBucket",
    "HeadObject": "GetObject",
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
        head = await aws.read("s3", "HeadBucket", Bucket=name, ExpectedBucketOwner=owner)
    except NotFound:
        return None
    region = clean(head["BucketRegion"])

    async def ask(operation: str, key: str) -> Any:
        """What that setting is; None where it was never set."""
        try:
            body = await aws.read("s3", operation, region=region, Bucket=name, ExpectedBucketOwner=owner)
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


def _policy(text: str) -> Mapping[str, Any]:
    try:
        document = json.loads(text)
    except ValueError:
        document = None
    if not isinstance(document, Mapping):
        raise Unexpected("GetBucketPolicy", "the answer is no policy, so it may not be AWS's")
    return document


async def is_empty(aws: AwsSession, bucket: Bucket) -> bool:
    body = await aws.read("s3", "ListObjectsV2", region=bucket.region, Bucket=bucket.name, MaxKeys=1)
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
    body = (await aws.read("s3", "GetObject", Bucket=bucket, Key=key))["Body"]
    async with body as stream:
        while chunk := await aws.translated("GetObject", stream.read(CHUNK)):
            yield chunk


async def _pages(aws: AwsSession, bucket: str, prefix: str, **params: Any) -> AsyncGenerator[Any, None]:
    while True:
        body = await aws.read("s3", "ListObjectsV2", Bucket=bucket, Prefix=prefix, **params)
        yield body
        if not body.get("IsTruncated"):
            return
        params["ContinuationToken"] = body["NextContinuationToken"]
