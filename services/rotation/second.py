"""First: a second key beside the old one, its secret stored; the old one goes on working."""

from __future__ import annotations

from dataclasses import replace

from services.cases.plan import Plan, StepName
from services.incident import deny
from services.incident import replace as replacing
from services.incident.situation import Situation, Verified


async def plan(at: Situation) -> Plan:
    if at.case.replacement is None and (unfit := await _unfit(at)):
        return replace(await replacing.plan(at), calls=(), blocked=unfit, already=None)
    found = await replacing.plan(at)
    return replace(found, blocked=await _round(at) or found.blocked) if found.blocked else found


async def verify(at: Situation) -> Verified:
    return await replacing.verify(at)


async def plan_undo(at: Situation) -> Plan:
    found, made, old = await replacing.plan_undo(at), at.case.replacement, await at.credential()
    if made is None and at.case.step(StepName.REPLACE).undoing:
        # Cut off between the deletion and the end of the case.
        return replace(found, blocked=None, already="The new key is gone already.")
    if found.blocked or not found.calls:
        return found
    if old is None or old.status != "Active":
        status = old.status if old else "gone"
        first = ": make it Active first (--back)" if status == "Inactive" else ""
        return replace(found, blocked=f"{at.key.id} is {status}, and nothing else would work{first}.")
    kind, _, name = (made.delivered or "").partition(":") if made else ("", "", "")
    if kind != "secretsmanager":
        return found
    warning = f"The secret {name} still holds the new key's then: put back there what it held before."
    return replace(found, warnings=(*found.warnings, warning))


async def verify_undo(at: Situation) -> Verified:
    return await replacing.verify_undo(at)


async def _unfit(at: Situation) -> str | None:
    """Why there is nothing to rotate, and what to do instead."""
    old, key = await at.credential(), f"{at.key.id} --user {at.key.user}"
    if old is None:
        return f"{at.key.id} is gone, so there is nothing to rotate: see `stanch keys --user {at.key.user}`."
    if old.status == "Expired":
        return (
            f"{at.key.id} has expired, so whatever used it is refused already: "
            f"put a new key in its place at once (`stanch respond {key} --step replace`)."
        )
    if old.status != "Active":
        return (
            f"{at.key.id} is {old.status}, so nothing uses it: delete it "
            f"(`stanch respond {key} --step delete --override 'it is unused'`)."
        )
    return None


async def _round(at: Situation) -> str | None:
    """The ways round the hold and the quota, as they are for a rotation."""
    user = at.key.user
    if held := await deny.holding(at):
        return (
            f"The hold ({held}) stops every {at.short_service} key of {user}, a new one too: lift it first "
            f"(`stanch respond {at.key.id} --user {user} --undo deny`)."
        )
    theirs = [one for one in await at.credentials() if one.service == at.key.service]
    others = [one for one in theirs if one.id != at.key.id]
    if len(theirs) < replacing.QUOTA or not others:
        return None
    other = others[0]
    has = f"{user} has two {at.short_service} keys, the most AWS allows"
    if other.status == "Active":
        return (
            f"{has}, and {other.id} is Active too: find out which of the two is in use "
            f"(`stanch review {other.id} --user {user}`), and delete the other."
        )
    return (
        f"{has}, and {other.id} is {other.status}, so nothing uses it: delete that one first "
        f"(`stanch respond {other.id} --user {user} --step delete --override 'it is unused'`)."
    )
