"""The review of a trail's objects in a bucket, against getting and unpacking them and looking at none.

The trail's own changes are looked up meanwhile, which takes as long as AWS's limit of requests makes it: here
there is none, so that what is measured is the reading.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from isal import isal_zlib

from bench import trailfiles
from bench.account import account, leaked
from bench.measure import Row, ratio
from bench.trailfiles import ACCOUNT, SINCE, UNTIL, WANTED
from sandbox.account.world import World

OBJECTS = 400
IN_FLIGHT = 12


def rows() -> Iterator[Row]:
    with tempfile.TemporaryDirectory(prefix="stanch-bench-") as name, account(unhurried):
        folder = Path(name)
        size = trailfiles.write(folder, OBJECTS, hits=5, every=20)
        bucket, keys = asyncio.run(
            _upload({path.name: path.read_bytes() for path in sorted(folder.iterdir())})
        )
        ours, bare = (lambda: asyncio.run(_ours())), (lambda: asyncio.run(_bare(bucket, keys)))
        value, note = ratio(ours, bare, runs=5)
        yield Row(
            "review of objects in a bucket, against getting and unpacking",
            value,
            2,
            note=f"{note}, {OBJECTS} objects, {size / 1e6:.0f} MB of JSON, {IN_FLIGHT} in flight",
        )


def unhurried(world: World) -> dict[str, str]:
    world.settings.lookup_per_second = None
    return leaked(world)


async def _at_once(seconds: float) -> None:
    pass


async def _upload(contents: dict[str, bytes]) -> tuple[str, list[str]]:
    """Into the bucket of the account's trail, where its layout puts them."""
    async with AsyncExitStack() as stack:
        trails = await stack.enter_async_context(_client("cloudtrail"))
        store = await stack.enter_async_context(_client("s3"))
        trail = (await trails.describe_trails())["trailList"][0]
        root = f"{trail['S3KeyPrefix']}/AWSLogs" if trail.get("S3KeyPrefix") else "AWSLogs"
        keys = []
        for name, content in contents.items():
            keys.append(f"{root}/{ACCOUNT}/CloudTrail/us-east-1/{SINCE:%Y/%m/%d}/{name}")
            await store.put_object(Bucket=trail["S3BucketName"], Key=keys[-1], Body=content)
        return trail["S3BucketName"], keys


async def _ours() -> float:
    from services.aws.session import AwsSession
    from services.review.review import Subject, Window, run_review

    async with AwsSession(regions=("us-east-1",)) as aws:
        for service in ("s3", "sts", "cloudtrail"):
            await aws.client(service)
        begun = time.perf_counter()
        review = await run_review(aws, Subject(WANTED), Window(SINCE, UNTIL), source="s3", sleep=_at_once)
        taken = time.perf_counter() - begun
    assert len(review.events) == 5 * OBJECTS / 20
    return taken


async def _bare(bucket: str, keys: list[str]) -> float:
    async with _client("s3") as store:
        begun = time.perf_counter()
        slots = asyncio.Semaphore(IN_FLIGHT)

        async def get(key: str) -> None:
            async with slots, (await store.get_object(Bucket=bucket, Key=key))["Body"] as body:
                await asyncio.to_thread(isal_zlib.decompress, await body.read(), 31)

        await asyncio.gather(*map(get, keys))
        return time.perf_counter() - begun


def _client(service: str) -> Any:
    from aiobotocore.config import AioConfig
    from aiobotocore.session import get_session

    config = AioConfig(max_pool_connections=IN_FLIGHT)
    return get_session().create_client(service, region_name="us-east-1", config=config)
