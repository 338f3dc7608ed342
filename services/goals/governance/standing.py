"""What stands at a target now: our policy of that name, its neighbours, and the room that is left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.aws import organizations
from services.aws.errors import NoSuchName, NotFound
from services.aws.inlinepolicies import Holder, read_inline
from services.aws.session import AwsSession
from services.base.nearest import no_such
from services.goals.governance.targets import Target, TargetKind
from services.keys.named import Kind, named
from services.rights import policies

HOLDERS: Mapping[TargetKind, Holder] = {
    TargetKind.USER: "User",
    TargetKind.GROUP: "Group",
    TargetKind.ROLE: "Role",
}
_KINDS: Mapping[TargetKind, Kind] = {
    TargetKind.USER: "user",
    TargetKind.GROUP: "group",
    TargetKind.ROLE: "role",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """*document* is that of our policy, None where there is none of its name.

    For an SCP it may be there and not be *attached*; *elsewhere* are the other targets it holds for.
    *used* is what the others take of an IAM target's quota, *count* how many SCPs the target has.
    """

    document: Mapping[str, Any] | None = None
    attached: bool = False
    policy_id: str | None = None
    elsewhere: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    used: int = 0
    count: int = 0
    management: str | None = None
    """The organization's management account, which no SCP binds."""


async def look(aws: AwsSession, target: Target, name: str) -> Standing:
    """Raises NotFound where there is no such target, or another AwsError."""
    return await (_scp(aws, target, name) if target.kind is TargetKind.SCP else _inline(aws, target, name))


async def _inline(aws: AwsSession, target: Target, name: str) -> Standing:
    async with named(aws, _KINDS[target.kind], target.name):
        found = await read_inline(aws, HOLDERS[target.kind], target.name)
    ours = found.pop(name, None)
    return Standing(
        document=ours,
        attached=ours is not None,
        others=tuple(found),
        used=sum(map(policies.counted_length, found.values())),
    )


async def _scp(aws: AwsSession, target: Target, name: str) -> Standing:
    try:
        attached = await organizations.scps_of(aws, target.name)
    except NotFound:
        kind = {"r": "root", "o": "organizational unit"}.get(target.name[0], "account")
        words = no_such(kind, target.name, (), "in the organization", "Check the id.")
        raise NoSuchName("ListPoliciesForTarget", words) from None
    management = await organizations.management_account(aws)
    others = tuple(each.name for each in attached if each.name != name)
    ours = next((each.id for each in await organizations.list_scps(aws) if each.name == name), None)
    if ours is None:
        return Standing(others=others, count=len(attached), management=management)
    targets = await organizations.targets_of(aws, ours)
    return Standing(
        document=await organizations.get_scp(aws, ours),
        attached=target.name in targets,
        policy_id=ours,
        elsewhere=tuple(each for each in targets if each != target.name),
        others=others,
        count=len(attached),
        management=management,
    )
