"""What the caller may do with each part of the program: asked of the simulation, else tried with a read."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from services.aws import iam
from services.aws.call import Call
from services.aws.errors import AwsError, Denied, NotFound
from services.aws.session import AwsSession
from services.aws.sts import Caller
from services.rights.needs import PARTS, Need, Part
from services.rights.permissions import May, Permission, Question, check
from services.rights.place import Place

_AT_ONCE = 4


class Able(StrEnum):
    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    UNKNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Ability:
    """One part of the program, and the answers for each action it needs."""

    part: Part
    permissions: tuple[Permission, ...]

    @property
    def able(self) -> Able:
        answers = {each.may for each in self.permissions}
        if May.NO in answers:
            return Able.PARTLY if May.YES in answers else Able.NO
        return Able.YES if answers == {May.YES} else Able.UNKNOWN

    @property
    def missing(self) -> tuple[str, ...]:
        return self._actions(May.NO)

    @property
    def unknown(self) -> tuple[str, ...]:
        return self._actions(May.UNKNOWN)

    def _actions(self, may: May) -> tuple[str, ...]:
        return tuple(dict.fromkeys(each.action for each in self.permissions if each.may is may))

    def as_json(self) -> dict[str, object]:
        return {
            "part": self.part.name,
            "does": self.part.does,
            "answer": self.able.value,
            "missing": list(self.missing),
            "actions": [each.as_json() for each in self.permissions],
        }


async def abilities(aws: AwsSession, caller: Caller, place: Place) -> tuple[Ability, ...]:
    """Every part of the program, in the table's order; raises nothing of AWS's."""
    needs = [need for part in PARTS for need in part.needs]
    asked = tuple(question for need in needs for question in place.questions(need))
    found = dict(zip(asked, await check(aws, caller, *asked), strict=True))
    if any(answer.may is May.UNKNOWN for answer in found.values()):
        tried = replace(place, user=await _somebody_else(aws, caller))
        probes = {question: call for need in needs for question, call in tried.questions(need).items()}
        found |= await _try_out(aws, found, probes)
    return tuple(
        Ability(part, tuple(answer for need in part.needs for answer in _answers(need, place, found)))
        for part in PARTS
    )


def _answers(need: Need, place: Place, found: Mapping[Question, Permission]) -> list[Permission]:
    answers = [found[question] for question in place.questions(need)]
    unasked = Permission(need.action, "*", May.UNKNOWN, "no trail's bucket is known to ask about")
    return answers or [unasked]


async def _try_out(
    aws: AwsSession, found: Mapping[Question, Permission], probes: Mapping[Question, Call | None]
) -> dict[Question, Permission]:
    """Make the read of each question that is open, where there is one."""
    limit = asyncio.Semaphore(_AT_ONCE)

    async def attempt(question: Question, call: Call) -> tuple[Question, Permission]:
        async with limit:
            return question, await _attempt(aws, found[question], call)

    return dict(
        await asyncio.gather(
            *(
                attempt(question, call)
                for question, call in probes.items()
                if call is not None and found[question].may is May.UNKNOWN
            )
        )
    )


async def _attempt(aws: AwsSession, before: Permission, call: Call) -> Permission:
    try:
        await aws.send(call)
    except NotFound:
        pass  # who may not look is not told that it is not there
    except Denied:
        if call.operation == "HeadObject":
            reason = "tried, but S3 does not distinguish a missing object from a forbidden one"
            return replace(before, reason=reason)
        return replace(before, may=May.NO, reason="tried, and denied")
    except AwsError as error:
        return replace(before, reason=f"tried, but failed: {error.said}")
    user = call.params.get("UserName")
    return replace(before, may=May.YES, reason=f"tried on {user}" if user else "tried")


async def _somebody_else(aws: AwsSession, caller: Caller) -> str | None:
    """A user to try reads on; many may read of themselves what they may not of others."""
    try:
        async for users in iam.user_pages(aws):
            return next((user.name for user in users if user.name != caller.user), None)
    except AwsError:
        return None
    return None
