"""First: a second key beside the old one, its secret stored; the old one goes on working."""

from __future__ import annotations

from dataclasses import replace

from services.cases.plan import Plan, StepName
from services.incident import deny
from services.incident import replace as replacing
from services.incident.situation import Situation, Verified
from services.rotation.ways import delete_unused, respond


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
        return replace(found, blocked=None, already="The new key is already deleted.")
    if found.blocked or not found.calls:
        return found
    if old is None or old.status != "Active":
        status = old.status if old else "gone"
        first = ": make it Active first (--back)" if status == "Inactive" else ""
        return replace(found, blocked=f"{at.key.id} is {status}, and nothing else would work{first}.")
    kind, _, name = (made.delivered or "").partition(":") if made else ("", "", "")
    if kind != "secretsmanager":
        return found
    warning = f"The secret {name} will still hold the new key's: restore what it held before."
    return replace(found, warnings=(*found.warnings, warning))


async def verify_undo(at: Situation) -> Verified:
    return await replacing.verify_undo(at)


async def _unfit(at: Situation) -> str | None:
    """Why there is nothing to rotate, and what to do instead."""
    old, where = await at.credential(), at.aws.where
    if old is None:
        keys = where.stanch("keys", options=(("--user", at.key.user),))
        return f"{at.key.id} has been deleted, so there is nothing to rotate: see `{keys}`."
    if old.status == "Expired":
        return (
            f"{at.key.id} has expired, so whatever used it is "
            f"already denied: replace it at once (`{respond(at, at.key.id, ('--step', 'replace'))}`)."
        )
    if old.status != "Active":
        return (
            f"{at.key.id} is {old.status}, so nothing uses it: delete it (`{delete_unused(at, at.key.id)}`)."
        )
    return None


async def _round(at: Situation) -> str | None:
    """The ways round the hold and the quota, as they are for a rotation."""
    user = at.key.user
    if held := await deny.holding(at):
        return (
            f"The deny policy ({held}) stops every {at.short_service} key of {user}, a new one too: remove "
            f"it first (`{respond(at, at.key.id, ('--undo', 'deny'))}`)."
        )
    theirs = [one for one in await at.credentials() if one.service == at.key.service]
    others = [one for one in theirs if one.id != at.key.id]
    if len(theirs) < replacing.QUOTA or not others:
        return None
    other = others[0]
    has = f"{user} has two {at.short_service} keys, the most AWS allows"
    if other.status == "Active":
        review = at.aws.where.stanch("review", other.id, options=(("--user", user),))
        return (
            f"{has}, and {other.id} is Active too: find out which of the two is in use "
            f"(`{review}`), and delete the other."
        )
    return (
        f"{has}, and {other.id} is {other.status}, so nothing uses it: delete that one first "
        f"(`{delete_unused(at, other.id)}`)."
    )
