"""The last step: the hold, a policy that denies to the key's user whatever such keys are used for."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Unpack

from services.aws import iam
from services.aws.call import Call
from services.aws.errors import NoSuchName, NotFound
from services.aws.inlinepolicies import Holder, get_inline, read_inline
from services.base.keyservices import ACCESS_KEY, TEMPORARY, KeyService
from services.base.nearest import no_such
from services.base.text import clean
from services.cases.given import Gift, document_of, given
from services.cases.plan import Plan, PlanParts, State, StepName
from services.incident.situation import Situation, Verified, said_aws
from services.rights import policies
from services.rights.intruderdenies import QUOTAS

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
    if not policies.denied_by(at.key.service):
        words = f"Which actions {at.noun}s are used for is unknown, so there is nothing to deny."
        return _plan(at, blocked=words)
    if at.key.service == TEMPORARY:
        warning = (
            f"It stops long-term API keys of these services too, of {whose(at)}, until it is removed; the "
            "session itself goes on signing calls until it is ended."
        )
    else:
        warning = f"It stops every {at.noun} of {whose(at)}, including a replacement, until it is removed."
    if beside := _BESIDE.get(at.key.service):
        warning = f"{warning} {beside}"
    if present := await holding(at, also_sigv4=at.options.also_sigv4):
        return _plan(at, already=f"The policy {present} already denies {whose(at)}.")
    if at.options.hold_policy:
        return await _plan_attached(at, at.options.hold_policy, warning)
    name, inline = policies.hold_name(at.key.service), await _inline(at)
    document = policies.hold_document(at.key.service, also_sigv4=at.options.also_sigv4)
    if inline.get(name) == document:
        return _plan(at, already=f"The policy {name} already denies {whose(at)}.")
    put = _given(at).get((f"Put{holder(at)[0]}Policy", name))
    if name in inline and not (put and document_of(put) == inline[name]):
        return _plan(
            at,
            blocked=f"{whose(at)} has a policy {name} that says otherwise, and not by this case: look at it "
            "in IAM, or attach a managed policy made beforehand (`--hold-policy ARN`).",
        )
    used = sum(policies.counted_length(found) for other, found in inline.items() if other != name)
    kind, whom = holder(at)
    if used + policies.counted_length(document) > QUOTAS[kind]:
        return _plan(
            at,
            blocked=f"The inline policies of {whose(at)} leave no room for the deny policy ({used} of "
            f"{QUOTAS[kind]} characters are used): remove one in IAM first, or attach a managed "
            "policy made beforehand (`--hold-policy ARN`).",
        )
    params = {f"{kind}Name": whom, "PolicyName": name, "PolicyDocument": json.dumps(document)}
    return _plan(at, calls=(Call("iam", f"Put{kind}Policy", params),), warnings=(warning,))


async def _plan_attached(at: Situation, arn: str, warning: str) -> Plan:
    try:
        attached, document = await asyncio.gather(_attached(at), iam.get_policy_document(at.aws, arn))
    except NotFound:
        raise NoSuchName("GetPolicy", no_such("policy", arn, (), "to attach")) from None
    wanted = policies.denied_by(at.key.service, also_sigv4=at.options.also_sigv4)
    if missing := policies.lacks(document, wanted):
        return _plan(at, blocked=f"The policy {arn} does not deny {' and '.join(missing)} on every resource.")
    if len(attached) >= ATTACHED_QUOTA:
        return _plan(
            at,
            blocked=f"{whose(at)} has {len(attached)} managed policies, and AWS allows {ATTACHED_QUOTA} "
            "unless that was raised: detach one in IAM first, or use the inline deny policy.",
        )
    kind, whom = holder(at)
    call = Call("iam", f"Attach{kind}Policy", {f"{kind}Name": whom, "PolicyArn": arn})
    return _plan(at, calls=(call,), warnings=(warning,))


async def plan_undo(at: Situation) -> Plan:
    name = policies.hold_name(at.key.service)
    kind, whom = holder(at)
    mine, calls, left = _given(at), list[Call](), list[str]()
    named = at.options.hold_policy
    if named and not _once_attached(at, named):
        words = f"The policy {clean(named)} is not one that this case attached to {whose(at)}."
        return _plan(at, lift=True, blocked=words)
    for arn in await _attached_once(at):
        removal = Call("iam", f"Detach{kind}Policy", {f"{kind}Name": whom, "PolicyArn": arn})
        if named not in (None, arn):
            continue
        if (f"Attach{kind}Policy", arn) in mine:
            calls.append(removal)
        else:
            left.append(_of_others(at, arn, removal))
    document = None if named else await get_inline(at.aws, kind, whom, name)
    put = mine.get((f"Put{kind}Policy", name))
    removal = Call("iam", f"Delete{kind}Policy", {f"{kind}Name": whom, "PolicyName": name})
    if document is not None and put is None:
        left.append(_of_others(at, name, removal))
    elif document is not None and put is not None and document_of(put) != document:
        left.append(
            f"The policy {name} of {whose(at)} was changed since, not by this case: put it right in IAM."
        )
    elif document is not None:
        calls.append(removal)
    if left and not calls:
        return _plan(at, lift=True, blocked=left[0])
    if not calls:
        words = f"No deny policy from stanch is on {whose(at)} ({named or name})."
        return _plan(at, lift=True, already=words)
    return _plan(at, lift=True, calls=tuple(calls), warnings=tuple(left), left=tuple(left))


def _of_others(at: Situation, policy: str, removal: Call) -> str:
    return (
        f"The policy {policy} of {whose(at)} was not attached by this case: ask who did, and only then "
        f"remove it by hand: {at.aws.where.aws(removal)}"
    )


def _given(at: Situation) -> dict[Gift, Call]:
    """What this step put on the key's user, by whatever name, and did not take away."""
    return given(at.case.done_by.get(StepName.DENY, ()))


async def verify(at: Situation) -> Verified:
    if present := await holding(at, also_sigv4=_signed_too(at)):
        return Verified(State.CONFIRMED, said_aws(f"deny policy {present} attached", at.now()))
    if present := await holding(at):
        words = f"deny policy {present} attached, which does not deny logs:PutLogEvents"
        return Verified(State.REQUESTED, said_aws(words, at.now()))
    return Verified(State.REQUESTED, said_aws("deny policy not attached yet", at.now()))


async def verify_undo(at: Situation) -> Verified:
    name = policies.hold_name(at.key.service)
    kind, whom = holder(at)
    inline = [name] if await get_inline(at.aws, kind, whom, name) is not None else []
    left = [*inline, *await _attached_once(at)]
    if not left:
        return Verified(State.UNDONE, said_aws("deny policy removed", at.now()))
    mine = {what for _, what in _given(at)}
    if mine.issuperset(left):
        # Taken back in part: the others hold on.
        named = " and ".join(each.rpartition("/")[2] for each in left)
        return Verified(State.CONFIRMED, said_aws(f"deny policy {named} still attached", at.now()))
    return Verified(State.REQUESTED, said_aws("the deny policy is still attached", at.now()))


def _signed_too(at: Situation) -> bool:
    """Whether signed writes of logs are to be denied too: it is asked now, or was when this case put it."""
    put = _given(at).get((f"Put{holder(at)[0]}Policy", policies.hold_name(at.key.service)))
    put_so = put is not None and policies.holds(document_of(put), at.key.service, also_sigv4=True)
    return at.options.also_sigv4 or put_so


async def holding(at: Situation, *, also_sigv4: bool = False) -> str | None:
    """The name of a policy on the user, or the role, itself that holds it; groups' are not looked at."""
    for name, document in (await _inline(at)).items():
        if policies.holds(document, at.key.service, also_sigv4=also_sigv4):
            return name
    for arn in await _attached(at):
        if ":iam::aws:policy/" in arn:
            # None of AWS's own is a hold.
            continue
        document = await iam.get_policy_document(at.aws, arn)
        if policies.holds(document, at.key.service, also_sigv4=also_sigv4):
            return arn.rsplit("/", 1)[-1]
    return None


async def _attached_once(at: Situation) -> list[str]:
    """ARNs of the policies that this step attached at some time and that are there, whoever attached them."""
    return [arn for arn in await _attached(at) if _once_attached(at, arn)]


def _once_attached(at: Situation, arn: str) -> bool:
    """Whether this step attached it at some time, by whatever name the user had then."""
    return any(call.params.get("PolicyArn") == arn for call in at.case.done_by.get(StepName.DENY, ()))


def holder(at: Situation) -> tuple[Holder, str]:
    """Whom the policy is put on: the key's user, or the role whose session it is."""
    return ("User", at.key.user) if at.key.user else ("Role", str(at.key.alias).rpartition("/")[2])


def whose(at: Situation) -> str:
    kind, name = holder(at)
    return name if kind == "User" else f"role {name}"


async def _inline(at: Situation) -> Mapping[str, Mapping[str, Any]]:
    return await read_inline(at.aws, *holder(at))


async def _attached(at: Situation) -> tuple[str, ...]:
    kind, name = holder(at)
    return await iam.list_attached_policies(at.aws, name, kind)


def _stops(at: Situation) -> str:
    if at.key.service == TEMPORARY:
        return (
            f"Calls with API keys, short-term and long-term, of Bedrock and Claude Platform, of {whose(at)}."
        )
    if at.key.service == ACCESS_KEY:
        return f"Everything that {at.key.user} itself may do, by whatever key or session of its own."
    if at.key.service in policies.BEARER_ACTIONS:
        return f"Every {at.short_service} bearer token of {at.key.user}."
    denied = " and ".join(policies.USE_ACTIONS.get(at.key.service, ("Nothing that is known",)))
    return f"{denied} by {at.key.user}, which its {at.noun}s are used for."


def _does_not_stop(at: Situation) -> str:
    if at.key.service == TEMPORARY:
        return "Calls that the session signs, and other services: end its sessions for that."
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
        title=f"Remove the deny policy from {whose(at)}"
        if lift
        else f"Attach the deny policy to {whose(at)}",
        stops="Nothing: this removes the deny policy." if lift else _stops(at),
        leaves="Keys that are inactive stay inactive." if lift else _does_not_stop(at),
        reversible=True,
        undo="Attach the deny policy again." if lift else "Remove that one policy.",
        **parts,
    )
