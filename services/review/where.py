"""Where a key can have been used: IAM credentials are bound to no Region."""

from __future__ import annotations

from dataclasses import dataclass

from services.aws.regions import enabled_regions
from services.aws.session import AwsSession

ELSEWHERE = "other Regions"
"""Stands for the Regions that were not asked about."""


@dataclass(frozen=True, slots=True)
class Where:
    """The Regions that are read; *narrowed* where the responder named them, so that there are others."""

    regions: tuple[str, ...]
    narrowed: bool
    sure: bool
    """Whether all of *regions* are known to be enabled."""
    why: str


async def of_history(aws: AwsSession) -> tuple[tuple[str, ...], bool]:
    """The Regions whose event history is worth asking, and whether these are all that are enabled.

    Where AWS does not say which are, most of those it knows would only refuse.
    """
    found = await where(aws)
    return (found.regions if found.sure else await aws.regions()), found.sure and not found.narrowed


async def where(aws: AwsSession) -> Where:
    """The Regions named, else every enabled one; raises an AwsError where the caller cannot be known."""
    if named := aws.named_regions:
        return Where(named, True, True, "named")
    found = await enabled_regions(aws)
    return Where(found.names, False, found.sure, found.why)
