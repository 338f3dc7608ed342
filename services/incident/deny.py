"""The last step: the hold, a policy that denies to the key's user whatever such keys are used for."""

from __future__ import annotations

import asyncio
import json
from typing import Unpack

from services.aws import iam
from services.aws.call import Call
from services.aws.errors import NoSuchName, NotFound
from services.base.keyservices import ACCESS_KEY, KeyService
from services.base.nearest import no_such
from services.cases.plan import Plan, PlanParts, State, StepName
from services.incident.situation import Situation, Verified, said_aws
from services.rights import policies

ATTACHED_QUOTA = 10
"""Managed policies on one user, unless AWS raised it."""


_BESIDE = {
    KeyService.CODECOMMIT: "Git over SSH and with signed requests stops too, for this user.",
    KeyService.KEYSPACES: "Signed calls of this user to Keyspaces stop too.",
    ACCESS_KEY: "The user can do nothing at all in AWS: its API keys, its console and its own sessions "
    "stop too.",
}
"""What such a deny hits besides the keys."""


async def plan(at: Situation) -> Plan:
    if at.key.service not in policies.USE_ACTIONS:
        words = f"Which actions {at.noun}s are used for is unknown, so there is nothing to deny."
        return _plan(at, blocked=words)
    warning = f"It stops every {at.noun} of {at.key.user}, including a replacement, until it is removed."
    if beside := _BESIDE.get(at.key.service):
        warning = f"{warning} {beside}"
    present = await holding(at)
    if present and not at.options.also_sigv4:
        return _plan(at, already=f"The policy {present} already denies {at.key.user}.")
    if at.options.hold_policy:
        return await _plan_attached(at, at.options.hold_policy, warning)
    name, inline = policies.hold_name(at.key.service), await at.inline_policies()
    document = policies.hold_document(at.key.service, also_sigv4=at.options.also_sigv4)
    if inline.get(name) == document:
        return _plan(at, already=f"The policy {name} already denies {at.key.user}.")
    used = sum(policies.counted_length(found) for other, found in inline.items() if other != name)
    if used + policies.counted_length(document) > policies.INLINE_QUOTA:
        return _plan(
            at,
            blocked=f"The inline policies of {at.key.user} leave no room for the deny policy ({used} of "
            f"{policies.INLINE_QUOTA} characters are used): remove one in IAM first, or attach a managed "
            "policy made beforehand (`--hold-policy ARN`).",
        )
    params = {"UserName": at.key.user, "PolicyName": name, "PolicyDocument": json.dumps(document)}
    return _plan(at, calls=(Call("iam", "PutUserPolicy", params),), warnings=(warning,))


async def _plan_attached(at: Situation, arn: str, warning: str) -> Plan:
    try:
        attached, document = await asyncio.gather(
            iam.list_attached_policies(at.aws, at.key.user), iam.get_policy_document(at.aws, arn)
        )
    except NotFound:
        raise NoSuchName("GetPolicy", no_such("policy", arn, (), "to attach")) from None
    if not policies.holds(document, at.key.service):
        actions = " and ".join(policies.USE_ACTIONS[at.key.service])
        return _plan(at, blocked=f"The policy {arn} does not deny {actions} on every resource.")
    if len(attached) >= ATTACHED_QUOTA:
        return _plan(
            at,
            blocked=f"{at.key.user} has {len(attached)} managed policies, and AWS allows {ATTACHED_QUOTA} "
            "unless that was raised: detach one in IAM first, or use the inline deny policy.",
        )
    call = Call("iam", "AttachUserPolicy", {"UserName": at.key.user, "PolicyArn": arn})
    return _plan(at, calls=(call,), warnings=(warning,))


async def plan_undo(at: Situation) -> Plan:
    name = policies.hold_name(at.key.service)
    calls = tuple(
        Call("iam", "DetachUserPolicy", {"UserName": at.key.user, "PolicyArn": arn})
        for arn in await _attached_by_us(at)
    )
    if await iam.get_user_policy(at.aws, at.key.user, name) is not None:
        calls += (Call("iam", "DeleteUserPolicy", {"UserName": at.key.user, "PolicyName": name}),)
    if not calls:
        return _plan(at, lift=True, already=f"No deny policy from stanch is on {at.key.user} ({name}).")
    theirs = calls[-1].operation == "DeleteUserPolicy" and not at.case.did("PutUserPolicy", PolicyName=name)
    warnings = (f"{name} was not attached by this case: ask who did before you remove it.",) if theirs else ()
    return _plan(at, lift=True, calls=calls, warnings=warnings)


async def verify(at: Situation) -> Verified:
    if present := await holding(at):
        return Verified(State.CONFIRMED, said_aws(f"deny policy {present} attached", at.now()))
    return Verified(State.REQUESTED, said_aws("deny policy not attached yet", at.now()))


async def verify_undo(at: Situation) -> Verified:
    name = policies.hold_name(at.key.service)
    if await iam.get_user_policy(at.aws, at.key.user, name) is None and not await _attached_by_us(at):
        return Verified(State.UNDONE, said_aws("deny policy removed", at.now()))
    return Verified(State.REQUESTED, said_aws("the deny policy is still attached", at.now()))


async def holding(at: Situation) -> str | None:
    """The name of a policy on the user itself that holds it; its groups' policies are not looked at."""
    for name, document in (await at.inline_policies()).items():
        if policies.holds(document, at.key.service):
            return name
    for arn in await iam.list_attached_policies(at.aws, at.key.user):
        if ":iam::aws:policy/" in arn:
            # None of AWS's own is a hold.
            continue
        if policies.holds(await iam.get_policy_document(at.aws, arn), at.key.service):
            return arn.rsplit("/", 1)[-1]
    return None


async def _attached_by_us(at: Situation) -> list[str]:
    """ARNs of the holds that this case attached and that are still there."""
    ours = {
        call.params["PolicyArn"]
        for call in at.case.done
        if call.operation == "AttachUserPolicy" and call.params["UserName"] == at.key.user
    }
    return [arn for arn in await iam.list_attached_policies(at.aws, at.key.user) if arn in ours]


def _stops(at: Situation) -> str:
    if at.key.service == ACCESS_KEY:
        return f"Everything that {at.key.user} itself may do, by whatever key or session of its own."
    if at.key.service in policies.BEARER_ACTIONS:
        return f"Every {at.short_service} bearer token of {at.key.user}."
    denied = " and ".join(policies.USE_ACTIONS.get(at.key.service, ("Nothing that is known",)))
    return f"{denied} by {at.key.user}, which its {at.noun}s are used for."


def _does_not_stop(at: Situation) -> str:
    others = "Other users' keys, role sessions already started"
    if at.key.service == ACCESS_KEY:
        return f"{others}."
    if at.key.service not in policies.BEARER_ACTIONS:
        return f"{others}, and calls to other services."
    if at.options.also_sigv4:
        return f"{others}, and signed calls other than logs:PutLogEvents."
    return f"{others}, and calls signed with access keys."


def _plan(at: Situation, *, lift: bool = False, **parts: Unpack[PlanParts]) -> Plan:
    return Plan(
        step=StepName.DENY,
        title=f"Remove the deny policy from {at.key.user}"
        if lift
        else f"Attach the deny policy to {at.key.user}",
        stops="Nothing: this removes the deny policy." if lift else _stops(at),
        leaves="Keys that are inactive stay inactive." if lift else _does_not_stop(at),
        reversible=True,
        undo="Attach the deny policy again." if lift else "Remove that one policy.",
        **parts,
    )
