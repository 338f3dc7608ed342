"""Use of keys recorded, as a goal: by the trail that lacks least, or by a new one, in every Region."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.aws import organizations, s3
from services.aws.call import Call
from services.aws.cloudtrail import Pacer
from services.aws.errors import AwsError, Denied, Rejected
from services.aws.s3 import Bucket
from services.aws.session import AwsSession
from services.base.arn import partition_in
from services.base.keyservices import KeyService, short_service
from services.base.nearest import nearest
from services.cases.plan import Governing
from services.cases.state import CaseState
from services.cases.window import LATEST
from services.goals.goal import Ground
from services.goals.hardening import names
from services.goals.hardening.bucket import SERVICE
from services.goals.hardening.choice import Chosen, Unfit, Wish, choose, recording
from services.goals.hardening.others import other_keys
from services.goals.hardening.proposal import already, bring_about, fields, take_back
from services.goals.hardening.standing import Seen, Standing, look, look_at
from services.goals.hardening.words import told, told_back
from services.goals.proposal import Proposal
from services.goals.told import Told
from services.review.changes import Deleted, deleted_buckets, deleted_trails
from services.review.coverage import CLOCKS
from services.review.recorded import use_of

Deletions = Callable[[AwsSession, str, datetime, datetime, Mapping[str, Pacer]], Awaitable[Sequence[Deleted]]]
"""What in a Region was deleted within a time."""


class Unrecordable(Exception):
    """How use of such keys is recorded is not known; the message is one sentence."""


@dataclass(frozen=True)
class HardenGoal:
    """*services* are full names; the trail is chosen where none is named. Raises BadName or Unrecordable."""

    trail: str | None = None
    bucket: str | None = None
    services: tuple[str, ...] = (KeyService.LOGS,)
    organization: bool = False

    deed = Governing.HARDEN
    about = "use of keys"
    secret_to = None

    def __post_init__(self) -> None:
        if self.trail is not None:
            names.check_trail(self.trail)
        if self.bucket is not None:
            names.check_bucket(self.bucket)
        for service in self.services:
            if use_of(service) is None:
                raise Unrecordable(
                    f"How the use of {short_service(service)} keys is recorded is not known: "
                    "use logs, bedrock, codecommit or cassandra."
                )

    @property
    def target(self) -> str:
        if self.trail:
            return f"trail:{self.trail}"
        return "organization" if self.organization else "account"

    @property
    def whose(self) -> str:
        if self.trail:
            return f"trail {self.trail}"
        return "the organization's trail" if self.organization else "the account's trail"

    @property
    def wanted(self) -> Mapping[str, object]:
        return {
            "trail": self.trail,
            "bucket": self.bucket,
            "services": list(self.services),
            "organization": self.organization,
        }

    def goes_on(self, case: CaseState) -> bool:
        return True

    def told(self, *, undo: bool) -> Told:
        """Before it is known which trail it is."""
        chosen = Chosen(self.trail or names.TRAIL, "", made=True)
        wish = Wish("", "", self.services)
        return told_back(chosen, wish) if undo else told(chosen, wish)

    async def propose(self, ground: Ground) -> Proposal:
        try:
            made = await self._proposed(ground)
        except Unfit as why:
            made = Proposal(blocked=str(why))
        regions = list(await ground.aws.regions())
        made = replace(made, more={**made.more, "regions": regions})
        return await self._looked_over(ground, made) if ground.planning and made.calls else made

    async def propose_undo(self, ground: Ground) -> Proposal:
        chosen, aws = ground.stood(Chosen), ground.aws
        if chosen is None:
            where = f"trail {self.trail}" if self.trail else "a trail that was not named"
            return Proposal(
                blocked=f"No case on this machine recorded key use with {where}: give the "
                "same --trail as then, or undo it by hand."
            )
        wish = Wish(ground.caller.account, chosen.region, self.services, self.trail)
        seen, others = await look_at(aws, chosen.trail, chosen.region, wish.account)
        try:
            bucket = await _bucket(aws, chosen, wish)
        except Unfit as why:
            return Proposal(blocked=str(why))
        empty = bucket is not None and chosen.bucket_made and await s3.is_empty(aws, bucket)
        arn, foreign = _arn(ground, chosen), _foreign(ground.case, chosen, seen, bucket)
        if seen and chosen.made and not foreign and await _remade(ground, chosen, seen):
            foreign = (chosen.trail,)
        if seen and chosen.made and chosen.trail in foreign:
            # It may deliver to the same bucket.
            others = (*others, seen.trail)
            seen = None
        if bucket and empty and bucket.name not in foreign and await _bucket_remade(ground, bucket):
            foreign += (bucket.name,)
        if chosen.bucket_made and chosen.bucket in foreign:
            bucket = None
        did = {call.operation for call in ground.case.done}
        found = take_back(chosen, wish, seen, others, bucket, arn=arn, empty=empty, did=did)
        if seen and found.calls and not chosen.made and await _remade(ground, chosen, seen):
            told = f"Trail {chosen.trail} was created anew since, by someone else: it is left as it is."
            return Proposal(blocked=told)
        words = tuple(f"{name} is left: this case did not make it" for name in foreign)
        return replace(found, warnings=(*found.warnings, *(f"{each}." for each in words)))

    async def _proposed(self, ground: Ground) -> Proposal:
        """Raises Unfit, or an AwsError."""
        aws, wish, remarks = ground.aws, await self._wish(ground), tuple[str, ...]()
        chosen = ground.stood(Chosen)
        if chosen is not None:
            # What was chosen for the first call is it for the others, whatever became suitable meanwhile.
            bucket = await _bucket(aws, chosen, wish)
        else:
            standing = await look(aws, await aws.regions())
            remarks = _remarks(standing, wish)
            if found := recording(standing, wish):
                trail = found.trail
                chosen = Chosen(trail.name, trail.home_region, made=False)
                more = fields(wish, chosen, trail.bucket)
                words = already(found, wish)
                return Proposal(already=words, remarks=remarks, more=more, told=told(chosen, wish))
            chosen = choose(standing, wish)
            remarks += _near(standing, chosen) if wish.trail else ()
            bucket = await _bucket(aws, chosen, wish)
            if chosen.made:
                policy = bucket.policy if bucket else None
                chosen = replace(chosen, bucket_made=bucket is None, bucket_policy=policy)
        seen, _ = await look_at(aws, chosen.trail, chosen.region, wish.account)
        if foreign := _foreign(ground.case, chosen, seen, bucket):
            raise Unfit(
                f"{' and '.join(foreign)} was created in the meantime, not by this case: undo this "
                "case (--undo), then harden again."
            )
        return replace(bring_about(chosen, wish, seen, bucket, arn=_arn(ground, chosen)), remarks=remarks)

    async def _wish(self, ground: Ground) -> Wish:
        account = ground.caller.account
        organization = await _organization(ground) if self.organization else None
        return Wish(account, await ground.aws.home(), self.services, self.trail, self.bucket, organization)

    async def _looked_over(self, ground: Ground, made: Proposal) -> Proposal:
        """With what only a person who looks at the plan needs to know."""
        return replace(made, remarks=(*made.remarks, *await other_keys(ground.aws, self.services)))


async def _organization(ground: Ground) -> str:
    """The organization's id, where this account may make trails for it; raises Unfit."""
    try:
        found = await organizations.describe(ground.aws)
    except Rejected:
        raise Unfit("This account is in no organization: leave --organization out.") from None
    if found.management != ground.caller.account:
        raise Unfit(
            f"A trail of the organization is created in its management account, {found.management}: use a "
            "profile of that, or leave --organization out."
        )
    if not await organizations.trusts(ground.aws, SERVICE):
        let_in = Call("organizations", "EnableAWSServiceAccess", {"ServicePrincipal": SERVICE})
        raise Unfit(
            f"The organization does not allow CloudTrail access yet: `{ground.aws.where.aws(let_in)}`, then "
            "harden again."
        )
    return found.id


async def _bucket(aws: AwsSession, chosen: Chosen, wish: Wish) -> Bucket | None:
    """A new trail's bucket as it is now; raises Unfit where it is another's."""
    if chosen.bucket is None:
        return None
    try:
        return await s3.find_bucket(aws, chosen.bucket, wish.account)
    except Denied as error:
        if error.operation != "HeadBucket":
            raise
        raise Unfit(
            f"Bucket {chosen.bucket} belongs to another account, or you may not see it (s3:ListBucket): "
            "choose another with --bucket."
        ) from None


def _foreign(case: CaseState, chosen: Chosen, seen: Seen | None, bucket: Bucket | None) -> tuple[str, ...]:
    """What has the names that the case chose for its own, and was not made by it."""
    found = []
    if chosen.made and seen is not None and not case.did("CreateTrail", Name=chosen.trail):
        found.append(chosen.trail)
    if chosen.bucket_made and bucket is not None and not case.did("CreateBucket", Bucket=chosen.bucket):
        found.append(bucket.name)
    return tuple(found)


async def _remade(ground: Ground, chosen: Chosen, seen: Seen) -> bool:
    """Whether the trail of that name is not the one that this case made, or changed, any more."""
    if chosen.made and seen.trail.bucket != chosen.bucket:
        return True
    things = (ground.case.made_things.get((each, chosen.trail)) for each in _DONE_TO_A_TRAIL)
    first = min((thing.sent for thing in things if thing and thing.sent), default=None)
    return await _deleted_since(ground, deleted_trails, chosen.trail, chosen.region, first)


async def _bucket_remade(ground: Ground, bucket: Bucket) -> bool:
    """Whether the bucket of that name is not the one that this case made any more."""
    made = ground.case.made_things.get(("CreateBucket", bucket.name))
    return await _deleted_since(
        ground, deleted_buckets, bucket.name, bucket.region, made.sent if made else None
    )


async def _deleted_since(
    ground: Ground, deleted: Deletions, name: str, region: str, first: datetime | None
) -> bool:
    """Whether somebody has deleted what had that *name* since the *first* call about it, as far as known."""
    if first is None:
        return False
    aws, pacers = ground.aws, defaultdict[str, Pacer](Pacer)
    try:
        found = await deleted(aws, region, first, aws.now() + LATEST, pacers)
    except AwsError:
        return False
    # One of that name may have been deleted right before.
    return any(each.name == name and each.time > first + CLOCKS for each in found)


_DONE_TO_A_TRAIL = ("CreateTrail", "UpdateTrail", "PutEventSelectors", "StartLogging")


def _near(standing: Standing, chosen: Chosen) -> tuple[str, ...]:
    """A trail that is to be made may be a slip for one there is."""
    near = nearest(chosen.trail, [each.trail.name for each in standing.seen]) if chosen.made else None
    return (f"There is a trail {near}: if that is meant, name it with --trail.",) if near else ()


def _remarks(standing: Standing, wish: Wish) -> tuple[str, ...]:
    failing = (
        f"Trail {each.trail.name} cannot deliver to {each.trail.bucket} ({each.failing})."
        for each in standing.seen
        if each.failing and each.trail.account == wish.account
    )
    unread = (
        f"Trail {each.trail.name} could not be read. {each.state.trouble}"
        for each in standing.seen
        if each.state.trouble
    )
    return (*standing.troubles, *failing, *unread)


def _arn(ground: Ground, chosen: Chosen) -> str:
    partition = partition_in(ground.caller.arn)
    return f"arn:{partition}:cloudtrail:{chosen.region}:{ground.caller.account}:trail/{chosen.trail}"
