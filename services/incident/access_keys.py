"""A lever beside the steps: the access keys that the key's user also holds, off and on again."""

from __future__ import annotations

from typing import Unpack

from services.aws import iam
from services.aws.call import Call
from services.aws.errors import NoSuchName, NotFound
from services.aws.iam import AccessKey
from services.base.nearest import no_such
from services.cases.plan import LeverName, Plan, PlanParts, State
from services.incident.situation import Situation, Verified, said_aws

OPERATION = "UpdateAccessKey"


async def plan(at: Situation) -> Plan:
    held = await _held(at)
    wanted = at.options.access_keys or tuple(key.id for key in held)
    unknown = [key_id for key_id in wanted if key_id not in {key.id for key in held}]
    if unknown:
        known = [key.id for key in held]
        raise NoSuchName("ListAccessKeys", no_such("access key", unknown[0], known, f"of {at.key.user}"))
    active = [key.id for key in held if key.id in wanted and key.status == "Active"]
    if not active:
        which = f"active access key {', '.join(at.options.access_keys)}".rstrip()
        return _plan(at, already=f"{at.key.user} has no {which}.")
    warning = "Whatever signs with these keys in production stops too."
    return _plan(at, calls=tuple(_call(at, key, "Inactive") for key in active), warnings=(warning,))


async def plan_undo(at: Situation) -> Plan:
    present = {key.id for key in await _held(at)}
    wanted = at.options.access_keys or switched_off(at)
    off = [key_id for key_id in switched_off(at) if key_id in present and key_id in wanted]
    if not off:
        which = ", ".join(at.options.access_keys) or "access key"
        return _plan(at, undoing=True, already=f"This case has no {which} left to reactivate.")
    return _plan(at, undoing=True, calls=tuple(_call(at, key, "Active") for key in off))


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
    found = {key.id: key.status for key in await _held(at)}
    agree = [key_id for key_id in keys if found.get(key_id, status) == status]
    words = said_aws(f"{len(agree)} of {len(keys)} access keys {status}", at.now())
    return Verified(done if len(agree) == len(keys) else State.REQUESTED, words)


async def _held(at: Situation) -> tuple[AccessKey, ...]:
    try:
        return await iam.list_access_keys(at.aws, at.key.user)
    except NotFound:
        return ()


def _call(at: Situation, key_id: str, status: str) -> Call:
    return Call("iam", OPERATION, {"UserName": at.key.user, "AccessKeyId": key_id, "Status": status})


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
