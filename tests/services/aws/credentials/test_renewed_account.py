"""Whose the credentials are: where that is asked in mid-work, and what is said when AWS knows them not."""

from __future__ import annotations

import pytest

from services.aws.errors import AwsError
from services.aws.session import AwsSession
from tests.services.aws.credentials.test_renewal import call
from tests.signin import fixtures
from tests.signin.aws import Aws
from tests.signin.person import Person
from tui.shell import given

aws, person = fixtures.aws, fixtures.person


async def test_what_is_renewed_is_asked_for_its_account_where_every_call_goes(
    aws: Aws, person: Person
) -> None:
    """Of AWS itself, where another endpoint was named: it doesn't know the keys, or of another account."""
    async with AwsSession("keys", endpoint_urls=given.endpoint_urls(["https://pretend.example"])) as session:
        await session.read("sts", "GetCallerIdentity")
        await session.renew()
        await call(session)
    assert aws.count("GetCallerIdentity") == 2
    assert {each.host for each in aws.seen} == {"pretend.example"}


async def test_keys_that_are_renewed_and_wrong_are_told_as_that(aws: Aws, person: Person) -> None:
    """No role is in it."""
    async with AwsSession("keys") as session:
        await session.read("sts", "GetCallerIdentity")
        person.write_keys("AKIAWRONG")
        aws.refused["AKIAWRONG"] = "InvalidClientTokenId"
        await session.renew()
        with pytest.raises(AwsError, match="doesn't accept the credentials of profile keys") as caught:
            await call(session)
    assert "role" not in str(caught.value)
    assert "Renew the credentials of profile keys" in str(caught.value)


@pytest.mark.parametrize("region", [None, "us-gov-west-1"])
async def test_where_no_region_is_set_the_partition_may_be_another(
    aws: Aws, person: Person, monkeypatch: pytest.MonkeyPatch, region: str | None
) -> None:
    """AWS's usual partition knows no key of GovCloud; nothing is wrong with it."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAGOV")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s")
    (person.home / ".aws" / "config").write_text("")
    if region:
        monkeypatch.setenv("AWS_REGION", region)
    aws.refused["AKIAGOV"] = "InvalidClientTokenId"
    with pytest.raises(AwsError, match="doesn't accept the credentials") as caught:
        async with AwsSession() as session:
            await session.read("sts", "GetCallerIdentity")
    assert ("for China or GovCloud, name one of theirs with --region" in str(caught.value)) is (
        region is None
    )
