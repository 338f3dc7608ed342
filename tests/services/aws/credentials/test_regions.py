"""Names of Regions: those that are none are told, with the near ones."""

from __future__ import annotations

import pytest

from services.aws.credentials.regions import (
    UnknownRegion,
    check_region,
    global_region,
    known_regions,
    partition_of,
)
from services.aws.session import AwsSession
from services.review.sources.history import iam_region
from services.rights.needs import Need
from services.rights.place import Place


@pytest.mark.parametrize(
    ("typed", "near"),
    [
        ("us-esat-1", "us-east-1"),
        ("us east 1", "us-east-1"),
        (" eu-west-1", "eu-west-1"),
        ("EU-WEST-1", "eu-west-1"),
        ("eu_central_1", "eu-central-1"),
        ("us-east1", "us-east-1"),
        ("us-east-1a", "us-east-1"),
        ("eu-wset-2", "eu-west-2"),
        ("cn-nroth-1", "cn-north-1"),
    ],
)
def test_a_slip_is_told_with_the_near_ones(typed: str, near: str) -> None:
    with pytest.raises(UnknownRegion) as caught:
        check_region(typed)
    assert near in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("typed", ["", "x", "aws-global", "\x1b[31m", "us-east-1.evil.example", "../x"])
def test_what_is_like_none(typed: str) -> None:
    with pytest.raises(UnknownRegion) as caught:
        check_region(typed)
    assert "\x1b" not in str(caught.value)


def test_all_partitions_are_known() -> None:
    assert {"us-east-1", "us-gov-west-1", "cn-north-1", "us-iso-east-1"} <= known_regions()
    assert all(check_region(region) == region for region in known_regions())


def test_one_newer_than_botocore_is_known_by_its_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.getaddrinfo", lambda host, port: [host])
    assert check_region("eu-north-7") == "eu-north-7"
    with pytest.raises(UnknownRegion):
        check_region("eu north 7")


@pytest.mark.parametrize("variable", ["AWS_REGION", "AWS_DEFAULT_REGION"])
async def test_nothing_is_asked_of_a_region_that_is_none(
    monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "us-esat-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAENV")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s")
    async with AwsSession() as session:
        with pytest.raises(UnknownRegion, match="us-east-1"):
            await session.read("sts", "GetCallerIdentity")


@pytest.mark.parametrize(
    ("own", "all_of_them"),
    [
        ("cn-north-1", ("cn-north-1",)),
        ("us-gov-west-1", ("us-gov-west-1", "us-gov-east-1")),
        ("eu-west-1", ("eu-west-1", "us-east-1")),
        (None, ("us-east-1", "us-gov-east-1")),
    ],
)
async def test_credentials_are_taken_to_no_other_partition(
    monkeypatch: pytest.MonkeyPatch, own: str | None, all_of_them: tuple[str, ...]
) -> None:
    """There, nobody would know them, and each of its Regions would be told as one to be enabled."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAENV")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s")
    if own:
        monkeypatch.setenv("AWS_REGION", own)
    async with AwsSession(more_regions=("us-east-1", "us-gov-east-1")) as session:
        assert await session.regions() == all_of_them


async def test_a_region_that_no_partition_has_is_of_the_usual_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a guest network has an address for every name, say."""
    monkeypatch.setattr("socket.getaddrinfo", lambda host, port: [host])
    async with AwsSession(regions=("foo-bar-1",)) as session:
        assert await session.regions() == ("foo-bar-1",)
        assert "us-east-1" in await session.known_regions("cloudtrail")


@pytest.mark.parametrize(
    ("region", "home"),
    [
        ("eu-west-1", "us-east-1"),
        ("foo-bar-1", "us-east-1"),
        ("cn-northwest-1", "cn-north-1"),
        ("us-gov-east-1", "us-gov-west-1"),
        ("eusc-de-east-1", "eusc-de-east-1"),
        ("us-isob-west-1", "us-isob-east-1"),
    ],
)
def test_what_is_global_is_kept_in_one_region_of_each_partition(region: str, home: str) -> None:
    assert global_region(partition_of(region)) == home
    assert iam_region(region) == home
    here = Place(partition_of(region), "111122223333", region)
    (asked,) = here.questions(Need("iam:GetUser", "*"))
    assert ("aws:RequestedRegion", home) in asked.context
