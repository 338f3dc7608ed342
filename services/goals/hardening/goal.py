"""Use of keys recorded, as a goal: by the trail that lacks least, or by a new one, in every Region."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from services.aws import organizations, s3
from services.aws.call import Call
from services.aws.errors import Denied, Rejected
from services.aws.s3 import Bucket
from services.aws.session import AwsSession
from services.base.arn import partition_in
from services.base.keyservices import KeyService, short_service
from services.base.nearest import nearest
from services.cases.facts import SERVICES
from services.cases.plan import Governing
from services.cases.state import CaseState
from services.goals.goal import Ground
from services.goals.hardening import names
from services.goals.hardening.bucket import SERVICE
from services.goals.hardening.choice import Chosen, Unfit, Wish, choose, recording
from services.goals.hardening.others import other_keys
from services.goals.hardening.proposal import already, bring_about, fields, take_back
from services.goals.hardening.standing import Standing, look, look_at
from services.goals.hardening.whose import Whose, foreign, look_whose, whose_trail
from services.goals.hardening.words import told, told_back
from services.goals.proposal import Proposal
from services.goals.told import Told
from services.review.recorded import use_of


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
        facts = {SERVICES: list(self.services)}
        made = replace(made, more={**made.more, "regions": regions}, facts=facts)
        return await self._looked_over(ground, made) if ground.planning and made.calls else made

    async def propose_undo(self, ground: Ground) -> Proposal:
        chosen, aws = ground.stood(Chosen), ground.aws
        if chosen is None:
            where = f"trail {self.trail}" if self.trail else "a trail that was not named"
            return Proposal(
                blocked=f"No case on this machine recorded key use with {where}: give the "
                "same --trail as then, or undo it by hand."
            )
        # What this case has put is taken back, whichever service is named now.
        services = tuple(each for each in ground.case.recorded if use_of(each)) or self.services
        wish = Wish(ground.caller.account, chosen.region, services, self.trail)
        seen, others = await look_at(aws, chosen.trail, chosen.region, wish.account)
        try:
            bucket = await _bucket(aws, chosen, wish)
        except Unfit as why:
            return Proposal(blocked=str(why))
        empty = bucket is not None and chosen.bucket_made and await s3.is_empty(aws, bucket)
        arn, did = _arn(ground, chosen), {call.operation for call in ground.case.done}
        own = await look_whose(ground, chosen, seen, others, bucket, empty=empty)
        found = take_back(chosen, wish, own, arn=arn, empty=empty, did=did)
        if own.trail and found.calls and not chosen.made:
            whose = await whose_trail(ground, chosen, own.trail)
            if whose is not Whose.OURS:
                return Proposal(blocked=f"Trail {chosen.trail} {_NOT_OURS[whose]}")
        shown = (
            f"{what[:1].upper()}{what[1:]} is left: it cannot be shown to be this case's own. If it is, "
            f"delete it: `{aws.where.aws(call)}`."
            for what, call in own.unproven.items()
        )
        return replace(found, warnings=(*found.warnings, *shown))

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
        if theirs := foreign(ground.case, chosen, seen, bucket):
            raise Unfit(
                f"{' and '.join(theirs)} was created in the meantime, not by this case: undo this "
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


_NOT_OURS = {
    Whose.ANOTHERS: "was created anew since, by someone else: it is left as it is.",
    Whose.UNPROVEN: "cannot be shown to be the one that this case changed: look at its selectors and its "
    "logging, and restore them by hand.",
}
"""Why a trail that was there before is not changed again."""


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
