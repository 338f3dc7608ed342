"""A lever beside the steps: the access keys that the key's user also holds, off and on again."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Unpack

from services.aws.errors import NoSuchName, NotFound
from services.aws.iam import Credential
from services.base.nearest import no_such
from services.cases.plan import LeverName, Plan, PlanParts, State
from services.incident.situation import Situation, Verified, said_aws
from services.keys.userkeys import ACCESS_KEYS
from services.keys.whereabouts import key_of

OPERATION = "UpdateAccessKey"


async def plan(at: Situation) -> Plan:
    try:
        held = await ACCESS_KEYS.list(at.aws, at.key.user)
    except NotFound:
        # Renamed, its access keys work as before.
        return _plan(at, blocked=f"There is no user {at.key.user} any more: it was deleted, or renamed.")
    wanted = at.options.access_keys or tuple(key.id for key in held)
    unknown = [key_id for key_id in wanted if key_id not in {key.id for key in held}]
    if unknown:
        known = [key.id for key in held]
        raise NoSuchName("ListAccessKeys", no_such("access key", unknown[0], known, f"of {at.key.user}"))
    active = [key for key in held if key.id in wanted and key.status == "Active"]
    if not active:
        which = f"active access key {', '.join(at.options.access_keys)}".rstrip()
        return _plan(at, already=f"{at.key.user} has no {which}.")
    warning = "Whatever signs with these keys in production stops too."
    calls = tuple(ACCESS_KEYS.switch(key, "Inactive") for key in active)
    return _plan(at, calls=calls, warnings=(warning,))


async def plan_undo(at: Situation) -> Plan:
    off = switched_off(at)
    wanted = [key_id for key_id in off if key_id in (at.options.access_keys or off)]
    found = [key for key in await _found(at, wanted) if key]
    if not found:
        which = ", ".join(at.options.access_keys) or "access key"
        return _plan(at, undoing=True, already=f"This case has no {which} left to reactivate.")
    return _plan(at, undoing=True, calls=tuple(ACCESS_KEYS.switch(key, "Active") for key in found))


async def verify(at: Situation) -> Verified:
    return await _verify(at, switched_off(at), "Inactive", State.CONFIRMED)


async def verify_undo(at: Situation) -> Verified:
    on = [key_id for key_id, now in _left(at).items() if now == "Active"]
    seen = await _verify(at, on, "Active", State.UNDONE)
    if seen.state is State.UNDONE and (off := switched_off(at)):
        # Taken back in part: the lever still holds for the others.
        return Verified(State.CONFIRMED, f"{seen.words}; {', '.join(off)} still Inactive")
    return seen


def switched_off(at: Situation) -> list[str]:
    """Ids of the access keys this case made inactive and not active again."""
    return [key_id for key_id, now in _left(at).items() if now == "Inactive"]


def _left(at: Situation) -> dict[str, str]:
    """The status this case left each access key in that it touched."""
    return {
        str(call.params["AccessKeyId"]): str(call.params["Status"])
        for call in at.case.done_by.get(LeverName.ACCESS_KEYS, ())
        if call.operation == OPERATION
    }


async def _verify(at: Situation, keys: list[str], status: str, done: State) -> Verified:
    found = await _found(at, keys)
    agree = [key for key in found if key is None or key.status == status]
    what = f"{status} or deleted" if None in found else status
    words = said_aws(f"{len(agree)} of {len(keys)} access keys {what}", at.now())
    return Verified(done if len(agree) == len(keys) else State.REQUESTED, words)


async def _found(at: Situation, keys: Iterable[str]) -> list[Credential | None]:
    """Each as it is now, whatever its user is called by now."""
    user, since = at.key.user, at.key.created
    return await asyncio.gather(*(key_of(at.aws, ACCESS_KEYS, key_id, user, since) for key_id in keys))


def _plan(at: Situation, *, undoing: bool = False, **parts: Unpack[PlanParts]) -> Plan:
    which = "active" if undoing else "inactive"
    ids = [str(call.params["AccessKeyId"]) for call in parts.get("calls", ())]
    keys = f"access key {ids[0]}" if len(ids) == 1 else "the access keys"
    return Plan(
        step=LeverName.ACCESS_KEYS,
        title=f"Make {keys} of {at.key.user} {which}",
        stops="Nothing." if undoing else f"Calls signed with the access keys of {at.key.user}.",
        leaves="Its API keys, its console password, and role sessions already started.",
        reversible=True,
        undo="Make them inactive again." if undoing else "Make them active again.",
        **parts,
    )
