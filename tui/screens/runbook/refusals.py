"""Why the runbook's screen cannot do something now."""

from __future__ import annotations

from services.cases.plan import Deed, LeverName, StepName
from services.incident.handling import Handling
from services.incident.quiet import containments
from tui.dialogs.options import STEPS
from tui.dialogs.steps import final


def refused(
    command_id: str, step: Deed, handling: Handling | None, trouble: str | None, *, read_only: bool
) -> str | None:
    """In a few words; *trouble* is why the key could not be read, if it could not."""
    undo = command_id == "undo"
    match command_id:
        case "take" | "undo":
            return _refused_deed(step, handling, trouble, undo=undo, read_only=read_only)
        case "override":
            return None if step is StepName.DELETE else "only for the delete step"
        case "options":
            return None if step in STEPS else "this step has no options"
        case "note" if handling and handling.closed:
            return "the case is closed"
        case "sweep" if handling and handling.runbook and not handling.runbook.key.user:
            return "a role has no keys of its own"
        case "end_sessions" if handling and LeverName.SESSIONS in handling.state.deeds:
            return "here it is a step of its own"
        case "end_sessions" if read_only:
            return "started with --read-only"
        case "note" | "sweep" | "groups" | "end_sessions" | "quiet" if handling is None:
            return "the key is not read yet"
        case "quiet" if handling and not containments(handling.state):
            return "nothing was contained in this case yet: deactivate the key first"
        case "report" | "close_case" if handling is None or handling.case is None:
            return "there is no case yet: the first step you take opens one"
        case "take_over" if handling is None or not handling.contested:
            return "nobody else works on this case"
        case "close_case" | "take_over" if read_only:
            return "started with --read-only"
        case "close_case" if handling and handling.closed:
            return "the case is closed"
    return None


def _refused_deed(
    step: Deed, handling: Handling | None, trouble: str | None, *, undo: bool, read_only: bool
) -> str | None:
    if undo and step in (StepName.REVIEW, StepName.DELETE):
        return "not for this step"
    if read_only and (undo or step is not StepName.REVIEW):
        return "started with --read-only"
    if handling is None:
        return trouble or ("the key is not read yet" if undo else None)
    if step in handling.under_way:
        return "under way"
    plan = handling.plans.get(step)
    if undo and plan is not None and final(plan):
        return plan.already
    known = step in handling.plans or step in handling.unplanned
    if step is LeverName.SESSIONS and not undo and not known:
        # Minutes may pass till then, in which no other step could be asked for.
        return "its sessions are still being looked for; the other steps don't wait for it"
    return "the case is closed" if handling.closed else None
