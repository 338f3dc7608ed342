"""A user of its own for the replacement: what the old user may do, copied; what cannot be, named."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from services.aws import iam
from services.aws.call import Call
from services.aws.errors import Denied, NotFound
from services.cases.given import TAKES, Gift, document_of, given
from services.cases.settle import MAKES
from services.incident.situation import Situation
from services.keys.holdings import UserHoldings, examine_user
from services.keys.whereabouts import user_of
from services.rights import policies


async def trouble(at: Situation, name: str) -> str | None:
    """Why the user cannot be made under that name."""
    if name == at.key.user:
        return f"{name} is the user whose key leaked: choose another."
    if (user := await _get(at, name)) and not _is_ours(at, user):
        return f"User {name} already exists and was not created by this case: choose another."
    return None


async def calls(at: Situation, name: str) -> tuple[tuple[Call, ...], list[str]]:
    """What is left to do until *name* may do what the old user may; and what to be warned of.

    What may not be read is named, and not copied. Raises the AwsError of what could not be read just now:
    the same asked again may be copied.
    """
    old, held, made = await asyncio.gather(
        iam.get_user(at.aws, at.key.user), examine_user(at.aws, at.key.user), _get(at, name)
    )
    there = await examine_user(at.aws, name) if made else UserHoldings(name)
    for part in (*held.unreadable, *there.unreadable):
        if part.cause and not isinstance(part.cause, Denied):
            raise part.cause
    create = () if made else (Call("iam", "CreateUser", _properties(old, name)),)
    copied = (*create, *_policies(held, there, name), *_groups(held, there, name))
    return copied, list(_warnings(at, held))


async def left(at: Situation) -> tuple[tuple[str, str], ...]:
    """The users that this case made and that are still there: what each was called then, and is called now.

    Raises Denied where one has that name no more, and whether it was renamed may not be read.
    """
    made = [str(call.params["UserName"]) for call in at.case.done if call.operation == "CreateUser"]
    there = [(name, await _made(at, name)) for name in dict.fromkeys(made)]
    return tuple((name, user.name) for name, user in there if user)


async def _made(at: Situation, name: str) -> iam.User | None:
    """The user that this case made by that *name*, whatever it is called by now."""
    user, made = await _get(at, name), at.case.made_things.get(("CreateUser", name))
    if user is not None and _is_ours(at, user):
        return user
    if made is None or not made.unique or at.case.did("DeleteUser", UserName=name):
        return None
    return await user_of(at.aws, made.unique, name)


@dataclass(frozen=True, slots=True)
class Back:
    """The *calls* that take a new user away again, what the case gave it first; others' things keep it."""

    calls: tuple[Call, ...] = ()
    kept: str | None = None
    """Why the user is left, in words."""
    there: bool = False
    """Whether IAM shows what this case has taken away: still, or again."""


async def undo(at: Situation, made: str, name: str) -> Back:
    """Takes away the user *made*, called *name* by now, as far as nobody else gave or changed anything."""
    held, keys = await asyncio.gather(examine_user(at.aws, name), iam.list_credentials(at.aws, name))
    user, inline = {"UserName": name}, held.inline or {}
    every: list[Gift] = [("PutUserPolicy", policy) for policy in inline]
    every += [("AttachUserPolicy", arn) for arn in held.attached or ()]
    every += [("AddUserToGroup", group) for group in held.groups or ()]
    mine = given(call for call in at.case.done if call.params.get("UserName") in (made, name))
    ours = [gift for gift in every if gift in mine and _is_as_put(mine[gift], inline)]
    theirs = [what for gives, what in every if (gives, what) not in ours]
    theirs += [key.id for key in keys if key.id not in at.case.keys]
    theirs += [key.id for key in held.access_keys or () if key.id not in at.case.keys]
    theirs += ["a console password"] if held.has_login else []
    calls = tuple(Call("iam", TAKES[gives], {**user, MAKES[gives]: what}) for gives, what in ours)
    if not theirs:
        return Back((*calls, Call("iam", "DeleteUser", user)))
    others = [gift for gift in every if gift not in mine]
    there = any(at.case.did(TAKES[gives], **user, **{MAKES[gives]: what}) for gives, what in others)
    return Back(calls, f"user {name} is left: it has {', '.join(theirs)} of others' making", there)


def _is_as_put(call: Call, inline: Mapping[str, Any]) -> bool:
    """Whether nobody has changed since what *call* gave; of policies and groups only inline ones can be."""
    return "PolicyDocument" not in call.params or document_of(call) == inline[str(call.params["PolicyName"])]


async def _get(at: Situation, name: str) -> iam.User | None:
    try:
        return await iam.get_user(at.aws, name)
    except NotFound:
        return None


def _is_ours(at: Situation, user: iam.User) -> bool:
    """Whether this case made it: whoever took the name later is somebody else."""
    return at.case.made_that("CreateUser", user.name, user.created, user.id)


def _properties(old: iam.User, name: str) -> Mapping[str, Any]:
    properties: dict[str, Any] = {"UserName": name}
    if old.path != "/":
        properties["Path"] = old.path
    if old.permissions_boundary:
        properties["PermissionsBoundary"] = old.permissions_boundary
    if old.tags:
        properties["Tags"] = [{"Key": key, "Value": value} for key, value in old.tags.items()]
    return properties


def _policies(held: UserHoldings, there: UserHoldings, name: str) -> Iterator[Call]:
    for arn in held.attached or ():
        if arn not in (there.attached or ()) and not policies.quarantine([arn]):
            yield Call("iam", "AttachUserPolicy", {"UserName": name, "PolicyArn": arn})
    for policy, document in (held.inline or {}).items():
        if policy not in (there.inline or {}) and not policy.startswith(policies.HOLD_PREFIX):
            yield Call(
                "iam",
                "PutUserPolicy",
                {"UserName": name, "PolicyName": policy, "PolicyDocument": json.dumps(document)},
            )


def _groups(held: UserHoldings, there: UserHoldings, name: str) -> Iterator[Call]:
    for group in held.groups or ():
        if group not in (there.groups or ()):
            yield Call("iam", "AddUserToGroup", {"GroupName": group, "UserName": name})


def _warnings(at: Situation, held: UserHoldings) -> Iterator[str]:
    left = []
    if held.access_keys:
        left.append(f"{len(held.access_keys)} access keys")
    if held.has_login:
        left.append("the console password")
    if quarantine := policies.quarantine(held.attached or ()):
        left.append(f"the policy {quarantine}")
    if left:
        yield f"Not copied from {at.key.user}: {', '.join(left)}."
    for part in held.unreadable:
        yield f"Not copied because it could not be read: {part.what}. {part.error}"
