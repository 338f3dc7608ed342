"""What stands now: the trails there are, what they select, and whether they are heard of in their buckets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.aws import cloudtrail
from services.aws.cloudtrail import RawSelectors, Trail, parsed_selectors
from services.aws.errors import AwsError, Expired, NoSuchName
from services.aws.session import AwsSession
from services.base.nearest import no_such
from services.base.text import clean
from services.review.flight import together
from services.review.trails import TrailState


@dataclass(frozen=True, slots=True)
class Seen:
    """A trail, and its selectors as AWS takes them back; *raw* is None where they could not be read."""

    state: TrailState
    raw: RawSelectors | None = None

    @property
    def trail(self) -> Trail:
        return self.state.trail

    @property
    def logging(self) -> bool:
        return self.state.status is not None and self.state.status.logging

    @property
    def failing(self) -> str | None:
        """The error with which its delivery fails."""
        return self.state.status.delivery_error if self.state.status else None

    def records(self, services: Sequence[str]) -> bool:
        """Whether it takes all use of the services' keys in every Region now."""
        works = self.trail.multi_region and self.logging and self.failing is None
        return works and all(self.state.takes(service).covers == "yes" for service in services)

    @property
    def takes_management(self) -> bool:
        return self.logging and self.failing is None and self.state.takes_management


@dataclass(frozen=True, slots=True)
class Standing:
    """Every trail that is seen from *regions*; *troubles* says of which Regions none could be read."""

    seen: tuple[Seen, ...]
    troubles: tuple[str, ...] = ()

    def named(self, name: str) -> tuple[Seen, ...]:
        return tuple(each for each in self.seen if each.trail.name == name)


async def look(aws: AwsSession, regions: Sequence[str]) -> Standing:
    """The first Region is the home of a new trail, so where that cannot be read its error is raised."""
    found: dict[str, Trail] = {}
    troubles: list[str] = []
    answers = await together(_trails(aws, region) for region in regions)
    for region, answer in zip(regions, answers, strict=True):
        if not isinstance(answer, AwsError):
            found |= {trail.arn: trail for trail in answer}
        elif region == regions[0]:
            raise answer
        else:
            troubles.append(f"The trails of {region} could not be read. {answer}")
    return Standing(tuple(await together(_seen(aws, trail) for trail in found.values())), tuple(troubles))


async def trail_named(aws: AwsSession, name: str) -> None:
    """Raises NoSuchName where no Region has a trail of that name, and all of them could be read."""
    regions = await aws.regions()
    answers = await together(_trails(aws, region) for region in regions)
    known = [trail.name for answer in answers if not isinstance(answer, AwsError) for trail in answer]
    if name not in known and not any(isinstance(answer, AwsError) for answer in answers):
        raise NoSuchName("DescribeTrails", no_such("trail", name, known, f"in {', '.join(regions)}"))


async def look_at(
    aws: AwsSession, name: str, region: str, account: str
) -> tuple[Seen | None, tuple[Trail, ...]]:
    """The account's trail of that name at home in *region*, or None; and the others seen from there."""
    found = await cloudtrail.describe_trails(aws, region)
    ours = [each for each in found if (each.name, each.home_region, each.account) == (name, region, account)]
    others = tuple(each for each in found if each not in ours)
    return (await _read(aws, ours[0]) if ours else None), others


async def _trails(aws: AwsSession, region: str) -> tuple[Trail, ...] | AwsError:
    try:
        return await cloudtrail.describe_trails(aws, region)
    except Expired:
        raise
    except AwsError as error:
        return error


async def _read(aws: AwsSession, trail: Trail) -> Seen:
    status = await cloudtrail.trail_status(aws, trail)
    raw = await cloudtrail.raw_selectors(aws, trail)
    return Seen(TrailState(trail, status, parsed_selectors(raw)), raw)


async def _seen(aws: AwsSession, trail: Trail) -> Seen:
    """One of several: what of it cannot be read is told, and ends nothing."""
    try:
        return await _read(aws, trail)
    except Expired:
        raise
    except AwsError as error:
        return Seen(TrailState(trail, trouble=clean(error, limit=600)))
