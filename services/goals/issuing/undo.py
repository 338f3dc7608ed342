"""The way back: tokens off, then keys, policies and users, and log groups last; only what the case made."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass

from services.aws import iam, logs, secretsmanager
from services.aws.call import Call
from services.aws.errors import AwsError, Denied, NotFound
from services.aws.logs import LogGroup
from services.aws.session import AwsSession
from services.base import documents
from services.cases.deposit import words_of
from services.cases.state import CaseState
from services.goals.goal import Ground
from services.goals.issuing.made import Made, Place, Stood, made
from services.goals.issuing.standing import UserStanding, look_at_user
from services.goals.issuing.trial import FIRST_EVENT
from services.goals.proposal import Proposal
from services.incident.delete import metadata
from services.incident.groups import OPERATION, switch
from services.keys.holdings import UserHoldings, examine_user
from services.keys.userkeys import API_KEYS
from services.keys.whereabouts import key_of, user_of

DELETION = "DeleteServiceSpecificCredential"
MOST_PAGES = 20
"""Of events, until a log group counts as one that others use."""


@dataclass(frozen=True, slots=True)
class Back:
    """Part of the way; *left* is what stays, and why."""

    calls: tuple[Call, ...] = ()
    warnings: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


async def propose(ground: Ground, user: str, *, delete_events: bool) -> Proposal:
    """Blocked where no case knows what there was before."""
    if ground.before is None:
        return Proposal(
            blocked=f"No case on this machine created anything for {user}: remove what exists by hand."
        )
    did = made(ground.case.done)
    there, lost = await _as_it_is(ground, did, user)
    parts = [
        *await asyncio.gather(*(_off(ground, did, place) for place in did.switched_on)),
        _keys(ground, there),
        *await asyncio.gather(*(_secret(ground.aws, place, did) for place in did.secrets)),
        *await _user(ground, did, there, user),
        lost,
        *[
            await _stream(ground, did, place, stream, delete_events=delete_events)
            for *place, stream in did.streams
            if tuple(place) not in did.groups
        ],
        *[await _group(ground, did, place, delete_events=delete_events) for place in did.groups],
    ]
    calls = tuple(call for part in parts for call in part.calls)
    left = tuple(dict.fromkeys(words for part in parts for words in part.left))
    filled = tuple(
        f"The secret {name} existed before: it keeps its newest version, whose key will no longer exist."
        for name in did.filled
    )
    delivered = str(ground.case.replacement.delivered) if ground.case.replacement else ""
    if delivered.startswith("file:"):
        filled += (f"{words_of(delivered).capitalize()} stays, but its secret will no longer work.",)
    if there.user and there.user.name != user:
        filled = (f"{user} was renamed: what was made for it is {there.user.name}'s now.", *filled)
    ours = [metadata(found) for found in there.credentials if found.id in ground.case.keys]
    return Proposal(
        calls=calls,
        warnings=(
            *(words for part in parts for words in part.warnings),
            *filled,
            *(f"Left: {each}." for each in left),
        ),
        already=None if calls else f"What was created for {user} has already been removed.",
        left=left,
        # Once a key is deleted AWS no longer lists it.
        facts={"keys": ours} if ours else {},
    )


async def _as_it_is(ground: Ground, did: Made, user: str) -> tuple[UserStanding, Back]:
    """Whoever has what the case made, whatever the user is called by now.

    Raises Denied where a key is not that user's, and nobody else's may be listed.
    """
    there, left = await look_at_user(ground.aws, user), Back()
    try:
        name = await _with_the_key(ground, user, there) or await _called(ground, did, user)
    except NotRead as error:
        name, left = user, Back(left=(f"user {user}, if it was renamed, which could not be read: {error}",))
    if name is None:
        return UserStanding(), left
    return (there if name == user else await look_at_user(ground.aws, name)), left


class NotRead(Exception):
    """What the user is called by now could not be asked."""


async def _with_the_key(ground: Ground, user: str, there: UserStanding) -> str | None:
    """The user who has a key that the case made; None where none is left."""
    case, made = ground.case, ground.case.replacement
    listed = {each.id for each in there.credentials}
    for key_id in case.keys:
        if key_id in listed:
            return user
        if not case.did(DELETION, ServiceSpecificCredentialId=key_id):
            since = made.at_by_aws if made else None
            if key := await key_of(ground.aws, API_KEYS, key_id, user, since):
                return key.user
    return None


async def _called(ground: Ground, did: Made, user: str) -> str | None:
    """What the user is called, by the id of one that was made, or by whom its key was taken from."""
    case, made = ground.case, ground.case.made_things.get(("CreateUser", user))
    if user not in did.users or made is None or not made.unique:
        taken = (call for call in reversed(case.done) if call.operation == DELETION)
        return next((str(call.params["UserName"]) for call in taken), user)
    deleted = case.did("DeleteUser")
    try:
        found = await user_of(ground.aws, made.unique, user)
    except Denied as error:
        if deleted:
            return None
        raise NotRead(str(error).rstrip(".")) from None
    return found.name if found else None if deleted else user


async def _off(ground: Ground, did: Made, place: Place) -> Back:
    name, region = place
    found = await logs.find_log_group(ground.aws, region, name)
    if found is None or not found.bearer_enabled:
        return Back()
    if anew := _made_anew(ground.case, did, found):
        return anew
    words = f"{name} will then refuse every bearer token, of any user."
    return Back((switch(name, region, enabled=False),), (words,))


def _made_anew(case: CaseState, did: Made, group: LogGroup) -> Back | None:
    """Where it is another than the one that the case made, or did something to."""
    name, place = group.name, (group.name, group.region)
    known = f"{name}@{group.region}"
    newer = any(case.newer(each, known, group.created) for each in ("CreateLogStream", OPERATION))
    if newer or (place in did.groups and not case.made_that("CreateLogGroup", name, group.created)):
        return Back(left=(f"log group {name}, which someone created anew",))
    return None


def _keys(ground: Ground, there: UserStanding) -> Back:
    ours = [found for found in there.credentials if found.id in ground.case.keys]
    return Back(
        tuple(
            Call(
                "iam",
                DELETION,
                {"UserName": found.user, "ServiceSpecificCredentialId": found.id},
            )
            for found in ours
        ),
        tuple(f"Whatever has imported {found.id} stops working permanently." for found in ours),
    )


async def _secret(aws: AwsSession, place: Place, did: Made) -> Back:
    name, region = place[0], place[1] or await aws.home()
    try:
        found = await secretsmanager.describe(aws, name, region=region)
    except AwsError as error:
        return Back(left=(f"the secret {name}, which could not be read: {error}",))
    if found is None and not place[1]:
        where = f"is not in {region}, and the journal does not name its Region"
        return Back(left=(f"the secret {name}, which {where}",))
    if found is None or found.deleted:
        return Back()
    if not found.versions:
        return Back(left=(f"the secret {name}, which someone created anew",))
    if not set(found.versions) <= did.versions:
        return Back(left=(f"the secret {name}, which has versions by others",))
    # Its key is gone: nothing would be recovered.
    params = {"SecretId": name, "ForceDeleteWithoutRecovery": True}
    return Back((Call("secretsmanager", "DeleteSecret", params, region),))


def _policies(ground: Ground, did: Made, there: UserStanding) -> Back:
    if there.user is None:
        return Back()
    user, stood = {"UserName": there.user.name}, ground.stood(Stood)
    before = stood.policy if stood else None
    calls = [
        Call("iam", "DetachUserPolicy", {**user, "PolicyArn": arn})
        for arn in did.attached
        if arn in there.attached
    ]
    left: list[str] = []
    for name, sent in did.inline.items():
        found = there.inline.get(name)
        if found is None or found == before:
            continue
        if found != documents.mapping(sent):
            left.append(f"the policy {name} of {there.user.name}, which someone changed")
        elif before is None:
            calls.append(Call("iam", "DeleteUserPolicy", {**user, "PolicyName": name}))
        else:
            document = {**user, "PolicyName": name, "PolicyDocument": json.dumps(before)}
            calls.append(Call("iam", "PutUserPolicy", document))
    return Back(tuple(calls), left=tuple(left))


async def _user(ground: Ground, did: Made, there: UserStanding, named: str) -> tuple[Back, ...]:
    """Its policies, and itself where the case made it; *named* is what it was called then."""
    user, case = there.user, ground.case
    if user is None:
        return ()
    name, policies = user.name, _policies(ground, did, there)
    if named in did.users:
        anew = not case.made_that("CreateUser", named, user.created, user.id)
    else:
        given = any(case.newer(each, named, user.created) for each in ("AttachUserPolicy", "PutUserPolicy"))
        anew = given and bool(policies.calls or policies.left)
    if anew:
        return (Back(left=(f"user {name}, which someone created anew",)),)
    if named not in did.users:
        return (policies,)
    known = iam.UserPolicies(there.inline, there.attached, await iam.list_groups(ground.aws, name))
    if others := _of_others(ground, did, there, await examine_user(ground.aws, name, known)):
        return policies, Back(left=(f"user {name}, which has {', '.join(others)} of others' making",))
    return policies, Back((Call("iam", "DeleteUser", {"UserName": name}),))


def _of_others(ground: Ground, did: Made, there: UserStanding, held: UserHoldings) -> list[str]:
    """What the user has that the case did not make; what may not be read AWS itself will tell."""
    found = [each.id for each in there.credentials if each.id not in ground.case.keys]
    found += [key.id for key in held.access_keys or ()]
    found += ["a console password"] if held.has_login else []
    found += [arn.rsplit("/", 1)[-1] for arn in there.attached if arn not in did.attached]
    found += [
        name
        for name, document in there.inline.items()
        if name not in did.inline or document != documents.mapping(did.inline[name])
    ]
    return found + [f"group {group}" for group in held.groups or ()]


async def _stream(
    ground: Ground, did: Made, place: Sequence[str], stream: str, *, delete_events: bool
) -> Back:
    aws, (name, region) = ground.aws, place
    found = await logs.find_log_group(aws, region, name)
    if found is not None and (anew := _made_anew(ground.case, did, found)):
        return anew
    try:
        if not await logs.has_log_stream(aws, region, name, stream):
            return Back()
    except NotFound:
        return Back()
    what = f"log stream {stream} of {name}"
    params = {"logGroupName": name, "logStreamName": stream}
    return await _with_events(
        aws, name, region, what, Call("logs", "DeleteLogStream", params, region), stream, delete_events
    )


async def _group(ground: Ground, did: Made, place: Place, *, delete_events: bool) -> Back:
    aws, (name, region) = ground.aws, place
    found = await logs.find_log_group(aws, region, name)
    if found is None:
        return Back()
    if anew := _made_anew(ground.case, did, found):
        return anew
    call = Call("logs", "DeleteLogGroup", {"logGroupName": name}, region)
    return await _with_events(aws, name, region, f"log group {name}", call, None, delete_events)


async def _with_events(
    aws: AwsSession, name: str, region: str, what: str, call: Call, stream: str | None, delete_events: bool
) -> Back:
    """*call* deletes events too: those of others only where that was asked for."""
    try:
        why = "holds events of others" if await _used(aws, region, name, stream) else None
    except NotFound:
        return Back()
    except AwsError as error:
        why = f"may hold events, which could not be read: {str(error).rstrip('.')}"
    if why and not delete_events:
        return Back(left=(f"{what}, which {why} (--delete-events removes it with them)",))
    return Back((call,), (f"The {what} {why}: they are deleted with it.",) if why else ())


async def _used(aws: AwsSession, region: str, group: str, stream: str | None) -> bool:
    pages = 0
    async for messages in logs.message_pages(aws, region, group, stream=stream):
        pages += 1
        if pages > MOST_PAGES or any(FIRST_EVENT not in message for message in messages):
            return True
    return False
