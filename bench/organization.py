"""The keys of 1,000 accounts, against a bare loop over 200 of them at the same concurrency."""

from __future__ import annotations

import asyncio
import resource
import time
from collections.abc import Iterator

from bench.account import account, organization
from bench.measure import Row, ratio
from services.aws.credentials.ways import Way, Ways
from services.aws.session import AwsSession
from services.aws.sts import get_caller
from services.keys.everyaccount import stops_of_organization
from services.keys.organization import OrganizationKeys, read_organization

ACCOUNTS, FEW, AT_ONCE = 1000, 200, 8
ROLE = "look"


def rows() -> Iterator[Row]:
    with account(organization) as served:
        asyncio.run(_sweep(FEW))
        before = _megabytes()
        served.calls()
        _, found = asyncio.run(_read(ACCOUNTS))
        calls = served.calls()
        refused = [row for row in found.accounts if row.keys is None]
        assert all(row.name and "sts:AssumeRole" in str(row.error) for row in refused)
        yield Row(
            "accounts read of 1,000, where three refuse",
            len(found.accounts) - len(refused),
            997,
            at_most=False,
            unit="",
        )
        yield Row("AssumeRole calls for 1,000 accounts", calls.count("AssumeRole"), ACCOUNTS - 1, unit="")
        yield Row("all calls for 1,000 accounts", len(calls), 2 * ACCOUNTS + 60, unit="")
        yield Row("memory for 1,000 accounts beyond that for 200", _megabytes() - before, 20, unit=" MB")
        value, note = ratio(lambda: asyncio.run(_sweep(FEW)), lambda: asyncio.run(_bare_loop()), runs=3)
        yield Row("reading 200 accounts, against a bare loop over them", value, 1.2, note=note)


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def _sweep(count: int) -> float:
    seconds, found = await _read(count)
    assert found.complete
    assert len(found.keys) == count - 1
    return seconds


async def _read(count: int) -> tuple[float, OrganizationKeys]:
    async with AwsSession(ways=Ways(Way(ROLE))) as aws:
        caller, stops = await get_caller(aws), await stops_of_organization(aws)
        begun, found = time.perf_counter(), OrganizationKeys(caller, count)
        async for snapshot in read_organization(aws, stops[:count], caller, at_once=AT_ONCE):
            found = snapshot
        assert len(found.accounts) == count
        return time.perf_counter() - begun, found


async def _bare_loop() -> float:
    from aiobotocore.session import get_session

    session, turns, count = get_session(), asyncio.Semaphore(AT_ONCE), 0

    async def one(member: str) -> None:
        nonlocal count
        async with turns:
            role = f"arn:aws:iam::{member}:role/{ROLE}"
            made = (await sts.assume_role(RoleArn=role, RoleSessionName="bare"))["Credentials"]
            client = session.create_client(
                "iam",
                region_name="us-east-1",
                aws_access_key_id=made["AccessKeyId"],
                aws_secret_access_key=made["SecretAccessKey"],
                aws_session_token=made["SessionToken"],
            )
            async with client as iam:
                page = await iam.list_service_specific_credentials(AllUsers=True, MaxItems=1000)
                count += len(page["ServiceSpecificCredentials"])

    async with (
        session.create_client("sts", region_name="us-east-1") as sts,
        session.create_client("organizations", region_name="us-east-1") as organizations,
    ):
        pages = organizations.get_paginator("list_accounts").paginate()
        members = [each["Id"] async for page in pages for each in page["Accounts"]][1:FEW]
        begun = time.perf_counter()
        await asyncio.gather(*map(one, members))
        assert count == FEW - 1
        return time.perf_counter() - begun
