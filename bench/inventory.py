"""The inventory of 20,000 keys, against a bare loop over the same pages."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

from bench.account import account, many
from bench.measure import Row, ratio
from services.aws.session import AwsSession

KEYS = 20_000


def rows() -> Iterator[Row]:
    with account(many) as served:
        served.calls()
        asyncio.run(_sweep())
        lists = served.calls().count("ListServiceSpecificCredentials")
        yield Row("list calls for 20,000 keys of 10,000 users", lists, 20, unit="")
        value, note = ratio(lambda: asyncio.run(_sweep()), lambda: asyncio.run(_bare_loop()), runs=5)
        yield Row("reading them, against a bare loop over the pages", value, 1.3, note=note)


async def _sweep() -> float:
    from services.keys import inventory

    async with AwsSession() as aws:
        await aws.client("iam")
        begun = time.perf_counter()
        found = [snapshot async for snapshot in inventory.sweep(aws)][-1]
        assert len(found.keys) == KEYS
        assert found.complete
        return time.perf_counter() - begun


async def _bare_loop() -> float:
    from aiobotocore.session import get_session

    async with get_session().create_client("iam", region_name="us-east-1") as iam:
        begun, count = time.perf_counter(), 0
        marker: dict[str, str] = {}
        while True:
            page = await iam.list_service_specific_credentials(AllUsers=True, MaxItems=1000, **marker)
            count += len(page["ServiceSpecificCredentials"])
            if not page["IsTruncated"]:
                break
            marker = {"Marker": page["Marker"]}
        assert count == KEYS
        return time.perf_counter() - begun
