"""Step 1: the key stops working, and can be switched on again."""

from __future__ import annotations

from dataclasses import replace

from services.base.keyservices import ACCESS_KEY
from services.cases.plan import Plan, State, StepName
from services.incident.situation import Situation, Verified, said_aws
from services.keys.userkeys import key_named


async def plan(at: Situation) -> Plan:
    return await _plan(at, "Inactive")


async def plan_undo(at: Situation) -> Plan:
    plan = await _plan(at, "Active")
    return replace(plan, warnings=(*by_others(at), *plan.warnings)) if plan.calls else plan


def by_others(at: Situation) -> tuple[str, ...]:
    """A warning where this case is not known to have made the key Inactive, by the last of its calls."""
    operation = at.key_kind.switch(at.key, "Inactive").operation
    # By whatever name its user had then.
    switched = [call for call in at.case.done if call.operation == operation and key_named(call) == at.key.id]
    if switched and switched[-1].params["Status"] == "Inactive":
        return ()
    return (f"{at.key.id} was made Inactive, not by this case: find out why first.",)


async def verify(at: Situation) -> Verified:
    return await _verify(at, "Inactive")


async def verify_undo(at: Situation) -> Verified:
    return await _verify(at, "Active")


async def _plan(at: Situation, status: str) -> Plan:
    current = await at.credential()
    already = blocked = None
    warnings: list[str] = []
    if current is None:
        already = "The key has been deleted: nobody can use it."
        if status == "Active":
            already, blocked = None, "The key has been deleted and cannot be restored."
    elif current.status == status:
        already = f"The key is already {status}."
    elif current.status == "Expired" and status == "Active":
        blocked = "The key has expired and cannot be reactivated. Replace it."
    elif current.status == "Expired":
        already = "The key has expired: nobody can use it."
    # A key that is gone or has expired is never Active again, whatever is undone.
    returns = current is not None and current.status != "Expired"
    if not already and not blocked:
        warnings.append(
            "Whatever uses this key in production stops too, until it has a new key."
            if status == "Inactive"
            else "Anyone with the leaked key can use it again."
        )
    down = status == "Inactive"
    return Plan(
        step=StepName.DEACTIVATE,
        title=f"Make {at.key.id} {status}",
        stops="This one key, everywhere." if down else "Nothing: this undoes the deactivation.",
        leaves=_left(at) if down else "The deny policy, if there is one.",
        reversible=returns,
        undo=f"Make it {'Active' if down else 'Inactive'} again." if returns else None,
        calls=() if already or blocked else (at.key_kind.switch(current or at.key, status),),
        warnings=tuple(warnings),
        blocked=blocked,
        already=already,
        facts={"status": current.status if current else None},
    )


async def _verify(at: Situation, status: str) -> Verified:
    current = await at.credential()
    found = current.status if current else "gone"
    if status == "Inactive" and found in ("Inactive", "Expired", "gone"):
        return Verified(State.CONFIRMED, said_aws(found, at.now()))
    if found == status:
        return Verified(State.UNDONE, said_aws(found, at.now()))
    return Verified(State.REQUESTED, said_aws(f"still {found}", at.now()))


def _left(at: Situation) -> str:
    if at.key.service == ACCESS_KEY:
        return "Sessions that it opened, for up to 36 hours, and other keys of its user."
    return "Other keys of its user, and role sessions already started."
