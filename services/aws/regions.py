"""The Regions that an account can be used in."""

from __future__ import annotations

from dataclasses import dataclass

from services.aws.errors import AwsError, Expired, NoCredentials
from services.aws.paging import lister, pages
from services.aws.session import AwsSession
from services.base.text import clean

OF_THE_ACCOUNT = "enabled in this account"


@dataclass(frozen=True, slots=True)
class AccountRegions:
    """*names* in order; *sure* is False where AWS would not say which of them are enabled."""

    names: tuple[str, ...]
    sure: bool
    why: str


async def enabled_regions(aws: AwsSession) -> AccountRegions:
    """The enabled Regions, or all that botocore knows of the partition where AWS does not say."""
    for ask in (_list_regions, _describe_regions):
        try:
            names = await ask(aws)
        except (Expired, NoCredentials):
            raise
        except AwsError:
            continue
        if names:
            return AccountRegions(tuple(sorted(names)), True, OF_THE_ACCOUNT)
    known = await aws.known_regions("cloudtrail")
    why = "all of the partition: enabled Regions could not be read (account:ListRegions, ec2:DescribeRegions)"
    return AccountRegions(known, False, why)


async def _list_regions(aws: AwsSession) -> list[str]:
    enabled = ["ENABLED", "ENABLED_BY_DEFAULT"]
    ask = lister(aws, "account", "ListRegions", RegionOptStatusContains=enabled, MaxResults=50)
    names = [
        clean(each.get("RegionName") or "")
        async for body in pages(ask, "ListRegions", "NextToken")
        for each in body["Regions"]
    ]
    return [name for name in names if name]


async def _describe_regions(aws: AwsSession) -> list[str]:
    body = await aws.read("ec2", "DescribeRegions", AllRegions=False)
    return [clean(each.get("RegionName") or "") for each in body["Regions"] if each.get("RegionName")]
