"""Every account's keys at once: bounded, and each account that gives none is a row with its reason."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from moto.organizations.models import FakeAccount

from sandbox.account.organizations import add_member
from sandbox.account.world import ACCOUNT, World
from sandbox.iam.credentials import CredentialStore
from sandbox.scenario import people
from sandbox.wire.server import Sandbox
from services.aws import sts
from services.aws.credentials.ways import Way, Ways
from services.aws.session import AwsSession
from services.keys.everyaccount import Stop, stops_of_organization, visits
from services.keys.organization import OrganizationKeys, read_organization

ROLE = "look"
WAYS = Ways(Way(ROLE))


def organization(world: World, count: int, *, refusing: int = 0, suspended: int = 0) -> tuple[str, ...]:
    """The ids of *count* members with a key each; the first refuse, and the next are suspended."""
    ids = tuple(f"{200_000_000_000 + number}" for number in range(count))
    trust = people.trust(ACCOUNT, "sts:SetSourceIdentity")
    with world.lock:
        for number, account in enumerate(ids):
            closed = refusing <= number < refusing + suspended
            add_member(account, f"member-{number}", suspended=closed)
            if number >= refusing:
                people.make_role(ROLE, people.allow("*"), trust, account)
            store = world.part(CredentialStore).of_account(account)
            store.seed("web", "logs.amazonaws.com", created=world.clock.now() - timedelta(days=number % 300))
    return ids


async def read(at_once: int = 8, patience: float = 60.0) -> OrganizationKeys:
    async with AwsSession(ways=WAYS) as aws:
        caller, stops = await sts.get_caller(aws), await stops_of_organization(aws)
        snapshots = [
            found async for found in read_organization(aws, stops, caller, at_once=at_once, patience=patience)
        ]
    assert [len(found.accounts) for found in snapshots[:-1]] == list(range(1, len(stops) + 1))
    return snapshots[-1]


async def test_forty_accounts_of_which_three_refuse_one_hangs_and_one_is_suspended(sandbox: Sandbox) -> None:
    ids = organization(sandbox.world, 40, refusing=3, suspended=1)
    sandbox.faults.add("latency:ListServiceSpecificCredentials:60:1")
    found = await read(patience=10.0)
    sandbox.faults.lift()
    rows = {row.account: row for row in found.accounts}
    assert rows.keys() == {ACCOUNT, *ids}
    failed = {account for account, row in rows.items() if row.error}
    (hanging,) = failed - set(ids[:4])
    assert all("Not allowed: sts:AssumeRole" in str(rows[each].error) for each in ids[:3])
    assert rows[ids[3]].error == "It is suspended: no role of it can be assumed."
    assert rows[hanging].error == "It did not answer within 10 s."
    assert {account for account, _ in found.keys} == set(ids) - failed
    assert not found.complete
    assert f"account {ids[0]} (member-0)" in {part.what for part in found.unreadable}


@pytest.mark.parametrize("told", [("State",), ("Status",), ("State", "Status"), ()])
async def test_an_account_is_entered_whichever_way_aws_tells_its_state(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, told: tuple[str, ...]
) -> None:
    """AWS retired Status on 2026-09-09; where it tells nothing, nothing is concluded from that."""
    usual = FakeAccount.describe

    def describe(account: FakeAccount) -> dict[str, Any]:
        return {
            name: value
            for name, value in usual(account).items()
            if name in told or name not in ("State", "Status")
        }

    monkeypatch.setattr(FakeAccount, "describe", describe)
    closed, open_ = organization(sandbox.world, 2, suspended=1)
    rows = {row.account: row for row in (await read()).accounts}
    assert (rows[open_].keys, rows[open_].error) == (1, None)
    assert not told or rows[closed].error == "It is suspended: no role of it can be assumed."


async def test_no_more_are_in_hand_than_asked_for_and_an_end_closes_them(sandbox: Sandbox) -> None:
    organization(sandbox.world, 9)
    inside, most, full = set[str](), 0, asyncio.Event()

    async def look(aws: AwsSession, stop: Stop) -> int:
        nonlocal most
        inside.add(stop.account)
        most = max(most, len(inside))
        if most == 3:
            full.set()
        # Nobody leaves before there were as many as may be: otherwise it would depend on who is quick.
        await full.wait()
        await aws.read("iam", "ListServiceSpecificCredentials", AllUsers=True)
        inside.discard(stop.account)
        return 1

    async with AwsSession(ways=WAYS) as aws:
        stops = await stops_of_organization(aws)
        seen = 0
        async for _ in visits(aws, stops, look, at_once=3):
            seen += 1
        assert (seen, most) == (10, 3)
        reading = visits(aws, stops, look, at_once=3)
        await anext(reading)
        await reading.aclose()


@pytest.mark.parametrize("role", [None, "other"])
async def test_the_role_is_the_one_that_is_named_or_configured(sandbox: Sandbox, role: str | None) -> None:
    (account,) = organization(sandbox.world, 1)
    async with AwsSession(ways=WAYS) as aws:
        stops: tuple[Any, ...] = await stops_of_organization(aws, role)
    assert [stop.role_arn for stop in stops] == [None, f"arn:aws:iam::{account}:role/{role or ROLE}"]
