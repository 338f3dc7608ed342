"""Whether log groups that were named are there."""

from __future__ import annotations

from collections.abc import Sequence

from services.aws.errors import NoSuchName
from services.aws.logs import LogGroup
from services.aws.session import AwsSession
from services.base.nearest import no_such
from services.keys.holdings import Unreadable
from services.traffic.traffic import find_groups


async def groups_named(
    aws: AwsSession, names: Sequence[str]
) -> tuple[tuple[LogGroup, ...], tuple[Unreadable, ...]]:
    """The log groups of those names, plain or as NAME@REGION, in the Regions searched; raises NoSuchName.

    Where a Region could not be read, one that isn't in the others may still be there.
    """
    regions = await aws.regions()
    plain = tuple(dict.fromkeys(name.partition("@")[0] for name in names))
    found, unreadable = await find_groups(aws, regions, plain)
    there = {form for group in found for form in (group.name, f"{group.name}@{group.region}")}
    missing = [name for name in names if name not in there]
    if missing and not unreadable:
        every, _ = await find_groups(aws, regions)
        known = [group.name for group in every]
        where = f"in {', '.join(regions)}"
        raise NoSuchName(
            "DescribeLogGroups",
            no_such("log group", missing[0], known, where, "Name its Region with --region."),
        )
    return found, unreadable
