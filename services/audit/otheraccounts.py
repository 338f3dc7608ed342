"""Whether the roles that are configured for other accounts let one in: each is assumed, and that is all."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass

from services.aws import organizations
from services.aws.errors import AwsError, Rejected
from services.aws.organizations import Member
from services.aws.session import AwsSession
from services.keys.everyaccount import Stop, stops_at, visits

NOT_ONE = "AWSOrganizationsNotInUseException"
UNTRIED = "these credentials' account is in no organization, so the role is tried with --account alone"


@dataclass(frozen=True, slots=True)
class WayTried:
    """One account and the role there; *error* says why it lets nobody in."""

    account: str
    name: str
    role_arn: str | None
    error: str | None = None

    def as_json(self) -> dict[str, object]:
        return {
            "account": self.account,
            "name": self.name,
            "role_arn": self.role_arn,
            "error": self.error,
        }


@dataclass(frozen=True, slots=True)
class OtherAccounts:
    """*unlisted* says why it isn't known which accounts there are; *note* that none but those named count."""

    tried: tuple[WayTried, ...] = ()
    unlisted: str | None = None
    note: str | None = None

    @property
    def refused(self) -> tuple[WayTried, ...]:
        return tuple(each for each in self.tried if each.error)


async def try_roles(aws: AwsSession, own: str) -> OtherAccounts:
    """Go into each account that a role is configured for, and out again; raises nothing of AWS's.

    They are those of the organization, if *own* may list them, and those that are configured by their ids.
    """
    if not aws.ways or aws.where.role_arn:
        # From another account no third one is gone on to.
        return OtherAccounts()
    unlisted = note = None
    members: tuple[Member, ...] = ()
    try:
        members = await organizations.members(aws)
    except Rejected as error:
        if error.code == NOT_ONE:
            note = UNTRIED
        else:
            unlisted = str(error)
    except AwsError as error:
        unlisted = str(error)
    listed = {member.id for member in members}
    named = [Member(each, "", "ACTIVE") for each in aws.ways.accounts if each not in listed]
    try:
        stops = await stops_at(aws, [each for each in (*members, *named) if each.id != own])
    except AwsError as error:
        return OtherAccounts(unlisted=str(error))
    return OtherAccounts(await _tried(aws, stops), unlisted, note)


async def _tried(aws: AwsSession, stops: Sequence[Stop]) -> tuple[WayTried, ...]:
    async def look(there: AwsSession, stop: Stop) -> bool:
        return True

    found: list[WayTried] = []
    async with aclosing(visits(aws, stops, look)) as going:
        async for visit in going:
            stop = visit.stop
            found.append(WayTried(stop.account, stop.name, stop.role_arn, visit.error))
    return tuple(sorted(found, key=lambda each: each.account))
