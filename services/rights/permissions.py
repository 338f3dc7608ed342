"""What the caller may do, as far as IAM's simulation sees.

The simulation is not told of session policies, nor of the policies of buckets, secrets and keys, and not of
every condition: its yes is no promise, and its no is said only where nothing it was not told could turn it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.aws.errors import AwsError, Denied, NotFound
from services.aws.session import AwsSession
from services.aws.simulation import Context, Simulated, get_role_arn, simulate
from services.aws.sts import Caller
from services.base.arn import partition_in

CAVEAT = "as far as IAM's simulation sees"
SIMULATE = "iam:SimulatePrincipalPolicy"

_AT_ONCE = 4


class May(StrEnum):
    """Three answers, for "not known" is one."""

    YES = "allowed"
    NO = "denied"
    UNKNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Question:
    """*action* such as ``iam:GetUser`` on one *resource*, an ARN or ``*``."""

    action: str
    resource: str = "*"
    context: Context = ()


@dataclass(frozen=True, slots=True)
class Permission:
    """The answer to one question; *reason* says why it is no, or not known."""

    action: str
    resource: str
    may: May
    reason: str = ""

    def as_json(self) -> dict[str, str]:
        return {
            "action": self.action,
            "resource": self.resource,
            "answer": self.may.value,
            "reason": self.reason,
        }


class _CannotAsk(Exception):
    """The simulation does not know this kind of caller."""


async def check(aws: AwsSession, caller: Caller, *asked: Question) -> tuple[Permission, ...]:
    """An answer to each question, in their order, by SimulatePrincipalPolicy; raises nothing of AWS's."""
    together: dict[tuple[str, Context], list[Question]] = {}
    for each in asked:
        together.setdefault((each.resource, each.context), []).append(each)
    groups = list(together.values())
    answers: dict[Question, Permission] = {}
    if not groups:
        return ()
    try:
        source = await _source(aws, caller)
        # Who may not ask is told so by the first call, and the others are saved.
        answers |= await _ask(aws, source, groups[0])
    except (_CannotAsk, AwsError) as error:
        return tuple(_unasked(each, error, caller) for each in asked)
    limit = asyncio.Semaphore(_AT_ONCE)

    async def rest(group: Sequence[Question]) -> dict[Question, Permission]:
        try:
            async with limit:
                return await _ask(aws, source, group)
        except AwsError as error:
            return {each: _unasked(each, error, caller) for each in group}

    for found in await asyncio.gather(*map(rest, groups[1:])):
        answers |= found
    return tuple(answers[each] for each in asked)


async def _ask(aws: AwsSession, source: str, group: Sequence[Question]) -> dict[Question, Permission]:
    """*group* shares one resource and one context."""
    first = group[0]
    actions = list(dict.fromkeys(each.action for each in group))
    found = await simulate(aws, source, actions, first.resource, first.context)
    return {each: _judged(each, found.get(each.action.lower())) for each in group}


def _judged(asked: Question, found: Simulated | None) -> Permission:
    def answer(may: May, reason: str = "") -> Permission:
        return Permission(asked.action, asked.resource, may, reason)

    if found is None:
        return answer(May.UNKNOWN, "IAM's simulation gave no answer")
    keys = " and ".join(found.missing)
    if found.decision == "allowed":
        return answer(May.YES, f"unless a condition on {keys} says otherwise" if keys else "")
    if keys:
        return answer(May.UNKNOWN, f"it depends on {keys}, which the simulation does not know")
    if found.decision == "explicitDeny":
        return answer(May.NO, "a policy denies it")
    if found.within_organization is False:
        return answer(May.NO, "the organization's policies do not allow it")
    if found.within_boundary is False:
        return answer(May.NO, "the permissions boundary does not allow it")
    return answer(May.NO, "no policy allows it")


async def _source(aws: AwsSession, caller: Caller) -> str:
    """The ARN to ask about: a user's own, or the role behind a session."""
    if caller.user is not None:
        return caller.arn
    role = caller.role
    if role is None:
        raise _CannotAsk(f"the simulation covers only users and roles, not {caller.name}")
    try:
        return await get_role_arn(aws, role)
    except Denied:
        partition = partition_in(caller.arn)
        return f"arn:{partition}:iam::{caller.account}:role/{role}"


def _unasked(question: Question, error: Exception, caller: Caller) -> Permission:
    if isinstance(error, Denied) and question.action == SIMULATE == error.action:
        return Permission(question.action, question.resource, May.NO, "tried, and denied")
    return Permission(question.action, question.resource, May.UNKNOWN, _why_not_asked(error, caller))


def _why_not_asked(error: Exception, caller: Caller) -> str:
    match error:
        case Denied():
            return f"it cannot be checked: {error.action} is not allowed"
        case NotFound(operation="GetRole"):
            return f"the role {caller.role} is deleted"
        case NotFound() if caller.role:
            return f"the role {caller.role} seems to have a path, and iam:GetRole is not allowed"
        case AwsError():
            return f"it could not be checked: {error.said}"
        case _:
            return str(error)
