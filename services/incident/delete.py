"""Step 4: the leaked key is deleted, for good, once its replacement was seen working."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from services.aws import iam
from services.aws.errors import AwsError
from services.aws.iam import Credential
from services.base import clock
from services.base.keyservices import ACCESS_KEY
from services.cases.errors import Refused
from services.cases.plan import Plan, State, StepName
from services.incident import working
from services.incident.situation import Situation, Verified, said_aws
from services.keys.userkeys import kind_of


def deletion(key: Credential) -> Plan:
    """What deletes *key*, with nothing in its way."""
    return Plan(
        step=StepName.DELETE,
        title=f"Delete {key.id}",
        stops="This one key, permanently.",
        leaves=_left(key),
        reversible=False,
        undo=None,
        calls=(kind_of(key.service).delete(key),),
    )


def _left(key: Credential) -> str:
    if key.service == ACCESS_KEY:
        return "Sessions that it opened, and other keys of its user."
    return "Other keys of its user."


def blocked(whole: Plan, why: str) -> Plan:
    return replace(whole, blocked=why, overridable=True)


async def plan(at: Situation) -> Plan:
    whole, made = deletion(at.key), at.case.replacement
    if made and made.in_place:
        told = f"{at.key.id} was reset in place: the old secret no longer works and the key stays."
        return replace(whole, calls=(), already=told)
    current = await at.credential()
    if current is None:
        return replace(whole, calls=(), already=f"{at.key.id} is already deleted.")
    whole = replace(whole, calls=deletion(current).calls)
    copies = (await at.twins()).warnings("AWS deletes it with the key, and whoever reads it finds nothing.")
    if at.options.override:
        warning = f"Deleted before a replacement was seen working; reason: {at.options.override}"
        return replace(whole, warnings=(warning, *copies))
    seen = await working.replacement_seen(at)
    if seen.yes:
        return replace(whole, warnings=(seen.words, *copies))
    return blocked(replace(whole, warnings=copies), seen.words)


async def verify(at: Situation) -> Verified:
    if at.case.replacement and at.case.replacement.in_place:
        return Verified(State.CONFIRMED, "reset in place: nothing to delete")
    if await at.credential() is None:
        return Verified(State.CONFIRMED, said_aws("gone", at.now()))
    return Verified(State.REQUESTED, said_aws("still listed", at.now()))


async def plan_undo(at: Situation) -> Plan:
    raise Refused("A deleted key cannot be restored. Its metadata is in the case's journal.")


async def verify_undo(at: Situation) -> Verified:
    return await verify(at)


async def last_known(at: Situation) -> dict[str, object]:
    """The key's metadata, and the id of its user: once the key is deleted, a name alone tells of nobody."""
    found = await at.credential()
    known = metadata(found or at.key)
    if found:
        with suppress(AwsError):
            known["user_id"] = (await iam.get_user(at.aws, found.user)).id
    return known


def metadata(key: Credential) -> dict[str, object]:
    """All that is known of a key, kept before it is deleted: afterwards AWS no longer lists it."""
    return {
        "key_id": key.id,
        "user": key.user,
        "service": key.service,
        "alias": key.alias,
        "status": key.status,
        "created": clock.rfc3339(key.created),
        "expires": clock.rfc3339(key.expires) if key.expires else None,
    }
