"""--role-arn and --account beside whatever signs in: one session, which asks, renews and closes as one."""

from __future__ import annotations

import asyncio
import gc
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from services.aws.credentials.ways import Hop
from services.aws.errors import ClockOff, Expired, RegionDisabled, WrongAccount
from services.aws.session import AwsSession
from tests.services.aws.credentials.test_renewal import Typist, call, last_key
from tests.signin import fixtures
from tests.signin.aws import ACCOUNT, Aws, role
from tests.signin.person import Person

aws, person = fixtures.aws, fixtures.person

MINUTES = timedelta(minutes=1)
THERE = role("There")


@pytest.mark.parametrize(
    ("profile", "source"),
    [
        ("keys", "profile keys, role There"),
        ("deep", "profile deep, role There"),
        ("sso", "profile sso, role There"),
        ("helped", "profile helped, credential_process, role There"),
        (None, "environment, role There"),
    ],
)
async def test_a_role_says_whose_credentials_it_stands_on(
    aws: Aws, person: Person, monkeypatch: pytest.MonkeyPatch, profile: str | None, source: str
) -> None:
    person.sign_in_to_sso()
    if profile is None:
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAENV")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s")
    typist = Typist("111111")
    async with AwsSession(profile, role_arn=THERE, prompt=typist) as session:
        await asyncio.gather(*(call(session) for _ in range(5)))
        assert str(session.source) == source
    assert last_key(aws).startswith("ASIATHERE")
    assert len(typist.asked) == (1 if profile == "deep" else 0)


@pytest.mark.filterwarnings("error")
async def test_all_connections_are_closed(aws: Aws, person: Person, caplog: pytest.LogCaptureFixture) -> None:
    async with AwsSession("keys", role_arn=THERE) as session:
        await call(session)
    base = session._base
    assert base is not None
    assert not base._clients
    del session, base
    gc.collect()
    await asyncio.sleep(0)
    assert "Unclosed" not in caplog.text


async def test_the_role_is_renewed_before_it_ends(aws: Aws, person: Person) -> None:
    typist = Typist("111111", "222222")
    async with AwsSession("mfa", role_arn=THERE, prompt=typist) as session:
        await call(session)
        first, now = last_key(aws), datetime.now(UTC)
        with time_machine.travel(now + 54 * MINUTES):
            await call(session)
            assert last_key(aws) == first
        with time_machine.travel(now + 56 * MINUTES):
            await asyncio.gather(*(call(session) for _ in range(5)))
            assert last_key(aws) != first
    assert len(typist.asked) == 2


@pytest.mark.parametrize("assumed", [False, True])
async def test_what_it_stands_on_ends_and_is_renewed(aws: Aws, person: Person, assumed: bool) -> None:
    async with AwsSession("keys", role_arn=None if assumed else THERE) as outer:
        session = await outer.assume(Hop(THERE)) if assumed else outer
        async with session:
            await call(session)
            aws.refused[last_key(aws)] = aws.refused["AKIAKEYS"] = "ExpiredToken"
            with pytest.raises(Expired):
                await call(session)
            with pytest.raises(Expired, match="credentials of profile keys"):
                await call(session)
            person.write_keys("AKIANEW")
            await call(session)
            assert last_key(aws).startswith("ASIATHERE")


async def test_the_account_is_asked_before_anything_else(aws: Aws, person: Person) -> None:
    async with AwsSession("keys", role_arn=THERE, account=ACCOUNT) as session:
        await call(session)
    assert [each.what for each in aws.seen] == ["AssumeRole", "GetCallerIdentity", "ListAccountAliases"]


async def test_another_account_ends_it(aws: Aws, person: Person) -> None:
    with pytest.raises(WrongAccount):
        async with AwsSession("keys", role_arn=THERE, account="999999999999"):
            pytest.fail("it was opened")
    assert [each.what for each in aws.seen] == ["AssumeRole", "GetCallerIdentity"]


async def test_a_region_that_is_not_enabled_is_no_reason_to_sign_in_again(aws: Aws, person: Person) -> None:
    aws.disabled = {"ap-east-1"}
    typist = Typist("111111")
    async with AwsSession("mfa", prompt=typist) as session:
        await call(session)
        for _ in range(3):
            with pytest.raises(RegionDisabled, match="ap-east-1"):
                await session.read("logs", "DescribeLogGroups", region="ap-east-1")
            await call(session)
    assert len(typist.asked) == 1
    assert aws.count("AssumeRole") == 1


async def test_a_clock_that_is_off_is_no_reason_to_sign_in_again(aws: Aws, person: Person) -> None:
    typist = Typist("111111")
    async with AwsSession("mfa", prompt=typist) as session:
        await call(session)
        aws.clock_is_off = True
        with pytest.raises(ClockOff):
            await call(session)
        aws.clock_is_off = False
        await call(session)
    assert len(typist.asked) == 1


async def test_a_key_that_was_ended_is_not_taken_for_a_region_that_is_not_enabled(
    aws: Aws, person: Person
) -> None:
    async with AwsSession("keys") as session:
        await call(session)
        await session.read("logs", "DescribeLogGroups", region="eu-west-1")
        aws.refused["AKIAKEYS"] = "UnrecognizedClientException"
        for region in ("eu-west-1", "eu-west-2"):
            with pytest.raises(Exception, match="doesn't accept the credentials of profile keys"):
                await session.read("logs", "DescribeLogGroups", region=region)
