"""Last: the old key deleted, once it is sure that nothing misses it."""

from __future__ import annotations

from dataclasses import replace

from services.cases.plan import Plan
from services.incident import delete
from services.incident.situation import Situation, Verified
from services.rotation import verdict


async def plan(at: Situation) -> Plan:
    whole = replace(
        delete.deletion(at.key),
        title=f"Delete the old key {at.key.id}",
        stops="The old key, permanently; it is already Inactive.",
        leaves="The new key.",
    )
    barred = replace(whole, calls=())
    old = await at.credential()
    if old is None:
        return replace(barred, already=f"{at.key.id} is already deleted.")
    whole = replace(whole, calls=delete.deletion(old).calls)
    if at.options.override:
        warning = f"Deleted before it was certain that nothing still uses it; reason: {at.options.override}"
        return replace(whole, warnings=(warning,))
    if old.status == "Active":
        words = f"{at.key.id} is still Active: it must be made Inactive and watched first (--next)."
        return delete.blocked(barred, words)
    new = await at.replacement()
    if new is None or new.status != "Active":
        status = new.status if new else "gone"
        words = f"The new key is {status}, and nothing else would work: go back (--back)."
        return delete.blocked(barred, words)
    seen = await verdict.read(at, verdict.deactivated_at(at, old.expires))
    told = f"{seen.words[:1].upper()}{seen.words[1:]}"
    if not seen.ready:
        ways = "go back (--back)" if seen.bad else "wait for it (--watch)"
        words = f"{told}: {ways}, or give a reason to delete it anyway (--override REASON)."
        return delete.blocked(barred, words)
    return replace(whole, warnings=(f"{told}.", "It cannot be restored: --back is no longer possible."))


async def verify(at: Situation) -> Verified:
    return await delete.verify(at)


async def plan_undo(at: Situation) -> Plan:
    return await delete.plan_undo(at)


async def verify_undo(at: Situation) -> Verified:
    return await delete.verify_undo(at)
