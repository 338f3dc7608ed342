"""Then: the old key made Inactive, once the new one is in use; one call takes it back."""

from __future__ import annotations

from dataclasses import replace

from services.aws.call import Call
from services.aws.iam import Credential
from services.base import clock
from services.cases.plan import Plan, Stage
from services.cases.state import CaseState
from services.incident import deactivate, deny
from services.incident.situation import Situation, Verified
from services.keys.userkeys import kind_of
from services.rotation import use
from services.rotation.use import Imported
from services.rotation.ways import respond


async def plan(at: Situation) -> Plan:
    found = await deactivate.plan(at)
    if found.already:
        return found
    title = f"Make the old key {at.key.id} Inactive"
    if blocked := await _blocked(at):
        return replace(found, title=title, calls=(), warnings=(), blocked=blocked)
    ready = await imported(at)
    if not ready.yes:
        words = f"{ready.words[:1].upper()}{ready.words[1:]}: once the new key is imported, use --imported."
        return replace(found, title=title, warnings=(), blocked=words, overridable=True)
    warning = f"Whatever still sends {at.key.id} is denied from then on; --back makes it Active again."
    return replace(found, title=title, warnings=(f"{ready.words[:1].upper()}{ready.words[1:]}.", warning))


async def verify(at: Situation) -> Verified:
    return await deactivate.verify(at)


async def plan_undo(at: Situation) -> Plan:
    found = await deactivate.plan_undo(at)
    title = f"Make the old key {at.key.id} Active again"
    warnings = (*deactivate.by_others(at), "Both keys will work.") if found.calls else ()
    return replace(found, title=title, leaves="The new key.", warnings=warnings)


async def verify_undo(at: Situation) -> Verified:
    return await deactivate.verify_undo(at)


def claimed(case: CaseState) -> bool:
    """Whether it is known that the new key is imported, and nothing since has shown it wrong."""
    known, made = case.step(Stage.IMPORT), case.replacement
    if not known.state.holds or known.at is None or made is None or known.at < made.at:
        return False
    turns = (case.marked("deactivate"), case.marked("reactivate"))
    # Gone back on, by whomever: it has to be said anew.
    return all(turn is None or known.at > turn for turn in turns)


async def imported(at: Situation) -> Imported:
    """By the journal where it says so, else by the records of the last day."""
    made = at.case.replacement
    if claimed(at.case):
        return Imported(True, at.case.step(Stage.IMPORT).words)
    if made is None:
        return Imported(False, "there is no second key yet")
    return use.judged(await use.read(at, made.at_by_aws or made.at), at.now())


def waking(key: Credential) -> Call:
    """The call that makes *key* Active."""
    return kind_of(key.service).switch(key, "Active")


async def _blocked(at: Situation) -> str | None:
    """Why nothing would work without the old key."""
    made = at.case.replacement
    if made is None or made.delivered is None:
        return "There is no second key whose secret was stored: create one first (--next)."
    new = await at.replacement()
    if new is None:
        return f"The new key {made.key_id} is deleted, and nothing else would work: create another (--next)."
    if new.status == "Expired":
        when = clock.spoken(new.expires, at.now()) if new.expires else "meanwhile"
        return f"The new key {new.id} has expired ({when}): undo it (--undo), and start again."
    if new.status != "Active":
        wake = at.aws.where.aws(waking(new))
        return f"The new key {new.id} is {new.status}, and nothing else would work: {wake}"
    if held := await deny.holding(at):
        return (
            f"The deny policy ({held}) stops the new key too: remove it first "
            f"(`{respond(at, at.key.id, ('--undo', 'deny'))}`)."
        )
    return None
