"""The policy that lets a user write with its key: AWS's own, or an inline one for a few log groups."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from services.aws import iam
from services.aws.call import Call
from services.aws.errors import Denied, NotFound
from services.base import documents
from services.goals.goal import Ground
from services.goals.governance.documents import document
from services.goals.issuing.made import Stood, made
from services.goals.issuing.standing import UserStanding
from services.goals.issuing.wanted import MANAGED_POLICY, KeySetup, PolicyChoice, custom_policy
from services.incident.deny import ATTACHED_QUOTA
from services.rights import policies

_WRITES = "arn:*:logs:*:*:log-group:"


@dataclass(frozen=True, slots=True)
class Grant:
    """The calls that are missing; *unfit* says why they would fail, or do harm."""

    calls: tuple[Call, ...] = ()
    unfit: str | None = None


def grant(ground: Ground, setup: KeySetup, there: UserStanding) -> Grant:
    if setup.policy is PolicyChoice.MANAGED:
        return _managed(setup.user, there, managed_policy(ground.caller.arn))
    return _custom(ground, setup, there)


async def no_such_policy(ground: Ground, setup: KeySetup) -> str | None:
    """Why AWS's own cannot be had in this partition, as far as that may be read."""
    if setup.policy is not PolicyChoice.MANAGED:
        return None
    try:
        await iam.get_policy_document(ground.aws, managed_policy(ground.caller.arn))
    except NotFound:
        return f"AWS has no policy {MANAGED_POLICY} here: use --policy custom."
    except Denied:
        # Who may attach it need not be allowed to read it.
        return None
    return None


def managed_policy(caller_arn: str) -> str:
    """Its ARN in the caller's partition."""
    return f"arn:{caller_arn.split(':')[1]}:iam::aws:policy/{MANAGED_POLICY}"


def _managed(user: str, there: UserStanding, arn: str) -> Grant:
    if arn in there.attached:
        return Grant()
    full = (
        f"{user} has {len(there.attached)} managed policies, and AWS allows {ATTACHED_QUOTA} unless that was "
        "raised: detach one first, or use --policy custom."
    )
    call = Call("iam", "AttachUserPolicy", {"UserName": user, "PolicyArn": arn})
    return Grant((call,), full if len(there.attached) >= ATTACHED_QUOTA else None)


def _custom(ground: Ground, setup: KeySetup, there: UserStanding) -> Grant:
    """For the log groups it is for already as well, so that what sends to them goes on."""
    name = custom_policy(setup.log_groups).name
    found = there.inline.get(name)
    before = _groups_of(found) if found is not None else ()
    if before is None:
        return Grant(
            unfit=f"{setup.user} has a policy {name} that someone changed: correct it by hand, "
            "or use --policy managed."
        )
    groups = tuple(dict.fromkeys((*before, *setup.log_groups)))
    if groups == before:
        return Grant()
    if _changed_since(ground, name, found):
        # Merged, what others may write would be this case's, and its undo would take that away.
        return Grant(
            unfit=f"The policy {name} of {setup.user} was changed since, not by this case: close the case "
            "(stanch case close) and set up again, or use --policy managed."
        )
    wanted = document(custom_policy(groups))
    used = sum(policies.counted_length(each) for other, each in there.inline.items() if other != name)
    full = (
        f"The inline policies of {setup.user} leave no room ({used} of {policies.INLINE_QUOTA} characters "
        "are used): remove one first, name fewer log groups, or use --policy managed."
    )
    params = {"UserName": setup.user, "PolicyName": name, "PolicyDocument": json.dumps(wanted)}
    fits = used + policies.counted_length(wanted) <= policies.INLINE_QUOTA
    return Grant((Call("iam", "PutUserPolicy", params),), None if fits else full)


def _changed_since(ground: Ground, name: str, found: Mapping[str, object] | None) -> bool:
    """Whether what is there is neither what this case put, nor what it found."""
    put, stood = made(ground.case.done).inline.get(name), ground.stood(Stood)
    return stood is not None and found not in (stood.policy, documents.mapping(put) if put else None)


def _groups_of(found: Mapping[str, object]) -> tuple[str, ...] | None:
    """The log groups that *found* is the custom policy for; None where it is another text."""
    resources = [
        resource
        for statement in policies.statements(found)
        for resource in policies.words_of(statement.get("Resource"))
        if resource.startswith(_WRITES)
    ]
    groups = tuple(each.removeprefix(_WRITES).removesuffix(":*") for each in resources)
    return groups if groups and found == document(custom_policy(groups)) else None
