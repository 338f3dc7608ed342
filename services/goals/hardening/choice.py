"""Which trail is to record the use of keys, chosen once and kept with the case's first call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from services.aws.call import Call
from services.aws.cloudtrail import RawSelectors
from services.goals.hardening import names
from services.goals.hardening.standing import Seen, Standing

TRAILS_QUOTA = 5
"""In one Region; a multi-Region trail counts in each."""


class Unfit(Exception):
    """No trail can be chosen; the message is one sentence with a way round."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for; *organization* is the organization's id, and None for this account alone."""

    account: str
    region: str
    services: tuple[str, ...]
    trail: str | None = None
    bucket: str | None = None
    organization: str | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """The trail at home in *region*, and what there was before; *made* is one that was not there.

    *bucket* is that of a trail that is made. With *management*, such a trail takes management events too.
    """

    trail: str
    region: str
    made: bool
    bucket: str | None = None
    bucket_made: bool = False
    bucket_policy: Mapping[str, Any] | None = None
    management: bool = True
    organization: str | None = None
    multi_region: bool = False
    global_events: bool = True
    logging: bool = False
    selectors: RawSelectors | None = None

    @property
    def deletion(self) -> Call:
        return Call("cloudtrail", "DeleteTrail", {"Name": self.trail}, self.region)

    def as_facts(self) -> dict[str, Any]:
        return asdict(self)


def recording(standing: Standing, wish: Wish) -> Seen | None:
    """The trail that records all of it already; where one was named, that one alone."""
    for each in standing.seen:
        meant = wish.trail in (None, each.trail.name)
        wide = wish.organization is None or each.trail.organization
        if meant and wide and each.records(wish.services):
            return each
    return None


def choose(standing: Standing, wish: Wish) -> Chosen:
    """The bucket of a new trail is still to be looked at; raises Unfit."""
    if wish.trail is None and wish.bucket is None and (found := suitable(standing.seen, wish)):
        return _there(found, wish)
    name = wish.trail or names.TRAIL
    for each in standing.named(name):
        _check(each, wish)
        return _there(each, wish)
    at_home = [
        each for each in standing.seen if each.trail.account == wish.account and _counts(each, wish.region)
    ]
    if len(at_home) >= TRAILS_QUOTA:
        listed = ", ".join(each.trail.name for each in at_home)
        raise Unfit(
            f"{wish.region} has {len(at_home)} trails ({listed}), and AWS allows {TRAILS_QUOTA}: choose "
            "one of them with --trail."
        )
    return Chosen(
        name,
        wish.region,
        made=True,
        bucket=wish.bucket or names.default_bucket(wish.account, wish.region),
        management=not any(each.takes_management for each in standing.seen),
        organization=wish.organization,
    )


def suitable(seen: Sequence[Seen], wish: Wish) -> Seen | None:
    """The account's own trail that lacks no more than selectors, by those it has and then by its name."""
    fit = [
        each
        for each in seen
        if each.trail.account == wish.account
        and each.trail.organization == (wish.organization is not None)
        and each.trail.multi_region
        and each.logging
        and each.failing is None
        and each.raw is not None
    ]
    return min(fit, key=lambda each: (not each.takes_management, each.trail.name), default=None)


def _there(found: Seen, wish: Wish) -> Chosen:
    trail = found.trail
    return Chosen(
        trail.name,
        trail.home_region,
        made=False,
        organization=wish.organization,
        multi_region=trail.multi_region,
        global_events=trail.global_events,
        logging=found.logging,
        selectors=found.raw,
    )


def _check(found: Seen, wish: Wish) -> None:
    trail = found.trail
    other = "choose another with --trail; it is created if it does not exist"
    if trail.account != wish.account:
        raise Unfit(
            f"Trail {trail.name} is the organization's, of account {trail.account}, and can only be "
            f"changed there: {other}."
        )
    if found.raw is None:
        raise Unfit(f"Trail {trail.name} could not be read: {found.state.trouble or 'no reason given'}")
    if wish.organization and not trail.organization:
        raise Unfit(f"Trail {trail.name} belongs only to this account, not to the organization: {other}.")
    if wish.bucket and wish.bucket != trail.bucket:
        raise Unfit(
            f"Trail {trail.name} exists and writes to {trail.bucket}: leave --bucket out, or {other}."
        )
    if found.failing:
        raise Unfit(
            f"Trail {trail.name} cannot deliver to {trail.bucket} ({found.failing}): fix its bucket "
            f"first, or {other}."
        )


def _counts(each: Seen, region: str) -> bool:
    return each.trail.multi_region or each.trail.home_region == region
