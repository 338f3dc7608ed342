"""Whether log groups that were named are there."""

from __future__ import annotations

from collections.abc import Sequence

from services.aws.credentials.regions import check_region
from services.aws.credentials.signer import in_thread
from services.aws.errors import NoSuchName
from services.aws.logs import LogGroup
from services.aws.session import AwsSession
from services.base.nearest import no_such
from services.keys.holdings import Unreadable
from services.traffic.traffic import find_groups

Place = tuple[str, tuple[str, ...]]
"""A log group's name, and the Regions where it is looked for."""


async def places_named(aws: AwsSession, names: Sequence[str]) -> list[Place]:
    """Where each of *names* is meant, plain or as NAME@REGION; raises UnknownRegion."""
    searched = await aws.regions()

    def split() -> list[Place]:
        return [
            (name, (check_region(region),) if at else searched)
            for name, at, region in (each.partition("@") for each in names)
        ]

    # A Region that is new is looked for in the network.
    return await in_thread(split)


async def groups_named(
    aws: AwsSession, names: Sequence[str]
) -> tuple[tuple[LogGroup, ...], tuple[Unreadable, ...]]:
    """The log groups of those names, plain or as NAME@REGION; raises NoSuchName or UnknownRegion.

    Where a Region could not be read, one that isn't in the others may still be there.
    """
    places = await places_named(aws, names)
    regions = tuple(dict.fromkeys(region for _, looked in places for region in looked))
    found, unreadable = await find_groups(aws, regions, tuple(dict.fromkeys(name for name, _ in places)))
    meant = tuple(
        group
        for group in found
        if any(group.name == name and group.region in looked for name, looked in places)
    )
    missing = [
        (name, looked)
        for name, looked in places
        if not any(group.name == name and group.region in looked for group in meant)
    ]
    if missing and not unreadable:
        raise await _no_such(aws, *missing[0])
    return meant, unreadable


async def _no_such(aws: AwsSession, name: str, looked: tuple[str, ...]) -> NoSuchName:
    everywhere = tuple(dict.fromkeys((*looked, *await aws.regions())))
    every, _ = await find_groups(aws, everywhere)
    where = f"in {', '.join(looked)}"
    if elsewhere := next((group.region for group in every if group.name == name), None):
        words = no_such("log group", name, (), where, f"Did you mean {name}@{elsewhere}?")
    else:
        known = [group.name for group in every if group.region in looked]
        words = no_such("log group", name, known, where, "Name its Region with --region.")
    return NoSuchName("DescribeLogGroups", words)
