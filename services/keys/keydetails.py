"""What matters about one key beside it: its user's policies, and the log groups in reach."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.aws import iam
from services.aws.errors import AwsError
from services.aws.logs import LogGroup
from services.aws.session import AwsSession
from services.aws.sts import Caller
from services.keys.holdings import UserHoldings
from services.rights import policies
from services.rights.permissions import May, Permission, Question, check
from services.rights.quarantine import quarantine_effect
from services.traffic.traffic import find_groups

MOST_GROUPS = 20
"""Log groups asked about: the simulation takes a call for each."""

WRITE = "logs:PutLogEvents"


@dataclass(frozen=True, slots=True)
class PolicyFound:
    """A policy of the user's own; *document* is None where it could not be read."""

    name: str
    words: str
    matters: bool
    """Whether it says anything of bearer tokens."""
    document: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Reach:
    """The log groups that take bearer tokens, by whether the user may write there: *asked* of *all*."""

    open_to: tuple[LogGroup, ...] = ()
    closed_to: tuple[LogGroup, ...] = ()
    unknown: str | None = None
    """Why that is not known, where it is not."""
    asked: int = 0
    all: int = 0


async def policies_of(aws: AwsSession, held: UserHoldings, service: str) -> tuple[PolicyFound, ...]:
    """The user's policies, those that speak of bearer tokens first; groups are named, not read."""
    attached = held.attached or ()
    documents = await asyncio.gather(
        *(iam.get_policy_document(aws, arn) for arn in attached), return_exceptions=True
    )
    found = [_judged(name, document, service) for name, document in (held.inline or {}).items()]
    for arn, document in zip(attached, documents, strict=True):
        name = arn.rsplit("/", 1)[-1]
        if isinstance(document, AwsError):
            found.append(PolicyFound(name, f"could not be read. {document}", True))
        elif isinstance(document, BaseException):
            raise document
        elif policies.quarantine([arn]):
            effect = quarantine_effect(document, service)
            found.append(PolicyFound(name, f"AWS's quarantine: {effect}", True, document))
        else:
            found.append(_judged(name, document, service))
    found += [
        PolicyFound(f"group {name}", "its policies apply too, but are not read here", False)
        for name in held.groups or ()
    ]
    return tuple(sorted(found, key=lambda policy: not policy.matters))


def _judged(name: str, document: Mapping[str, Any], service: str) -> PolicyFound:
    says = _says(document, service)
    if policies.holds(document, service):
        ours = "deny policy from stanch" if name.startswith(policies.HOLD_PREFIX) else "a deny policy"
        what = "bearer token" if service in policies.BEARER_ACTIONS else "key"
        says = f"{ours}: no {what} of this service works"
    return PolicyFound(name, says or "does not mention bearer tokens", says is not None, document)


def _says(document: Mapping[str, Any], service: str) -> str | None:
    """What *document* says of the tokens of *service*, None where it says nothing."""
    wanted = policies.BEARER_ACTIONS.get(service, ())
    spoken_of: dict[str, set[str]] = {}
    for statement in policies.statements(document):
        patterns = policies.words_of(statement.get("Action"))
        verb = "denies" if statement.get("Effect") == "Deny" else "allows"
        how = f"{verb} {{}}{', on a condition' if statement.get('Condition') else ''}"
        covered = {each for each in wanted if any(policies.covers(pattern, each) for pattern in patterns)}
        spoken_of.setdefault(how, set()).update(covered)
    told = [
        how.format(
            "bearer tokens" if len(actions) == len(wanted) else f"only {' and '.join(sorted(actions))}"
        )
        for how, actions in spoken_of.items()
        if actions
    ]
    return "; ".join(told) or None


async def may_use(aws: AwsSession, account: str, user: str, service: str) -> tuple[Permission, ...]:
    """Whether the user may use tokens of *service* at all, by IAM's simulation; raises AwsError."""
    actions = policies.BEARER_ACTIONS.get(service, ())
    arn = (await iam.get_user(aws, user)).arn
    return await check(aws, Caller(account, arn), *(Question(action) for action in actions))


async def reach(aws: AwsSession, account: str, user: str) -> Reach:
    """Where the user may write with a logs key, asked of IAM's simulation; raises AwsError."""
    groups, unreadable = await find_groups(aws, await aws.regions())
    bearer = [group for group in groups if group.bearer_enabled]
    asked = bearer[:MOST_GROUPS]
    arn = (await iam.get_user(aws, user)).arn
    answers = await check(
        aws, Caller(account, arn), *(Question(WRITE, f"{group.arn}:log-stream:*") for group in asked)
    )
    by_answer = {
        may: tuple(group for group, answer in zip(asked, answers, strict=True) if answer.may is may)
        for may in May
    }
    why = [answer.reason for answer in answers if answer.may is May.UNKNOWN]
    why += [f"{part.what} could not be read" for part in unreadable]
    return Reach(
        by_answer[May.YES], by_answer[May.NO], why[0] if why else None, asked=len(asked), all=len(bearer)
    )
