"""S3: the objects under a prefix, and their bytes."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

from services.aws.session import AwsSession

CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class S3Object:
    """*key* is as S3 needs it back, so not cleaned; *size* in bytes."""

    key: str
    size: int


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
