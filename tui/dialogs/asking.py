"""What is asked of the responder before a step is taken, and what is begun once it was answered."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from textual.app import App

from services.base import clock
from services.base.keyservices import KeyService
from services.base.text import clean
from services.cases.case import Case
from services.cases.deposit import words_of
from services.cases.errors import Refused
from services.cases.holder import Holder
from services.cases.plan import Deed as PlanDeed
from services.cases.plan import LeverName, Plan, StepName
from services.cases.secret import ToScreen
from services.incident.handling import Handling
from services.incident.situation import Options
from services.keys.userkeys import key_named
from tui.dialogs.confirm import ConfirmDialog, Deed, key_told
from tui.dialogs.doubt import ask_doubts
from tui.dialogs.leftlines import left_lines
from tui.dialogs.options import OptionsDialog
from tui.dialogs.question import QuestionDialog
from tui.dialogs.sentence import SentenceDialog
from tui.host import Desk
from tui.look.lines import Line
from tui.settings.context import Context

_VERBS: Mapping[PlanDeed, str] = {
    StepName.DEACTIVATE: "Make it Inactive",
    StepName.REVIEW: "Review",
    StepName.REPLACE: "Make the new key",
    StepName.DELETE: "Delete it for good",
    StepName.DENY: "Attach deny policy",
    LeverName.ACCESS_KEYS: "Make it inactive",
    LeverName.GROUPS: "Turn them off",
    LeverName.SESSIONS: "End them",
    LeverName.INTRUDER: "Stop it",
}
_VERBS_OF_UNDO: Mapping[PlanDeed, str] = {
    StepName.DEACTIVATE: "Make it Active",
    StepName.REPLACE: "Delete the new key",
    StepName.DENY: "Remove deny policy",
    LeverName.ACCESS_KEYS: "Make it active",
    LeverName.GROUPS: "Turn them on",
    LeverName.SESSIONS: "Let them work again",
    LeverName.INTRUDER: "Restore it",
}


class Asking:
    """One key's questions. Each method raises Refused, CaseError, ReadOnly or an AwsError."""

    def __init__(self, app: App[None], desk: Desk, handling: Handling, context: Context) -> None:
        self._app = app
        self._desk = desk
        self._context = context
        self._handling = handling

    async def take(self, step: PlanDeed) -> None:
        """Confirm and begin *step*; a review, and what is as it should be already, need no confirmation."""
        handling = self._handling
        await self._settle_doubts(undo=False)
        plan = handling.plans.get(step)
        if plan is None or plan.blocked:
            await handling.plan(step)
            plan = handling.plans.get(step)
        if plan is None:
            raise Refused(handling.unplanned.get(step) or "The step could not be planned.")
        if plan.blocked:
            raise Refused(plan.blocked)
        if plan.already and handling.case is None:
            # Nothing is to be done, so nothing is begun: no case is opened, and no step taken.
            raise Refused(plan.already)
        if step is StepName.REVIEW or plan.already or await self._confirmed(step, plan, handling.options):
            self._desk.start(handling, step, shown=plan)

    async def undo(self, step: PlanDeed) -> None:
        handling = self._handling
        if handling.runbook is None:
            return
        await self._settle_doubts(undo=True)
        # Whichever policy was chosen for the next time, all that was done is taken back.
        options = replace(handling.options, hold_policy=None)
        plan = await handling.runbook.plan_undo(step, options)
        if plan.blocked:
            raise Refused(plan.blocked)
        if plan.already:
            raise Refused(plan.already)
        if await self._confirmed(step, plan, options, undo=True):
            self._desk.start(handling, step, options, undo=True, shown=plan)

    async def _settle_doubts(self, *, undo: bool) -> None:
        """Ask whose it is, where AWS cannot tell what a call made."""
        handling = self._handling
        if handling.runbook and handling.state.doubt(undo=undo) and handling.case and handling.case.held:
            await ask_doubts(self._app, handling.runbook, undo=undo)
            await handling.look_again()
            await handling.plan()

    async def pull(self, lever: LeverName, options: Options, *, undo: bool = False) -> None:
        """Plan, confirm and begin what stands beside the steps; *options* name the keys or the groups."""
        handling = self._handling
        if handling.runbook is None:
            raise Refused("The key is not read yet.")
        await self._settle_doubts(undo=undo)
        plan = await (handling.runbook.plan_undo if undo else handling.runbook.plan)(lever, options)
        if reason := plan.blocked or plan.already:
            raise Refused(reason)
        plan = await handling.checked(plan)
        if await self._confirmed(lever, plan, options, undo=undo):
            self._desk.start(handling, lever, options, undo=undo, shown=plan)

    async def override(self) -> None:
        """Delete though no replacement was seen working, with a reason that the journal keeps."""
        handling = self._handling
        if handling.runbook is None:
            return
        reason = await self._app.push_screen_wait(
            SentenceDialog(
                "Delete without a replacement seen working",
                "Give a reason; it is kept in the case's journal.",
            )
        )
        if reason is None:
            return
        options = replace(handling.options, override=reason)
        plan = await handling.runbook.plan(StepName.DELETE, options)
        if plan.blocked:
            raise Refused(plan.blocked)
        if plan.already or await self._confirmed(StepName.DELETE, plan, options):
            self._desk.start(handling, StepName.DELETE, options, shown=plan)

    async def choose(self, step: PlanDeed) -> None:
        """Change the options of *step*, which is then to be planned anew; nothing is begun."""
        handling = self._handling
        options = await self._app.push_screen_wait(
            OptionsDialog(
                step,
                handling.options,
                handling.user or "",
                self._desk.now(),
                service=str(handling.state.opened.get("service") or KeyService.LOGS),
            )
        )
        if options is not None:
            handling.choose(options, step)

    async def note(self) -> bool:
        text = await self._app.push_screen_wait(
            SentenceDialog(
                "A note for the case",
                "It is kept in the case's journal, with the time and your name.",
                kept=True,
            )
        )
        if text is None:
            return False
        await self._handling.note(text)
        return True

    async def take_over(self) -> bool:
        """Take the case from whoever holds it, once it was said who that is."""
        handling = self._handling
        if handling.case is None or not handling.contested:
            raise Refused("Nobody else works on this case.")
        holder = await asyncio.to_thread(handling.case.holder)
        dialog = taking_over(handling.case, holder, self._desk.now(), self._context)
        if not await self._app.push_screen_wait(dialog):
            return False
        await handling.take_over()
        return True

    async def close(self) -> None:
        """Close the case, after listing what is still open."""
        from tui.dialogs.casework import remaining

        if (case := self._handling.case) is None:
            raise Refused("There is no case yet.")
        await self._handling.look_at_others()
        left = await remaining(case)
        if await self._app.push_screen_wait(closing(case, left, self._context)):
            await self._handling.close(left)

    async def _confirmed(self, step: PlanDeed, plan: Plan, options: Options, *, undo: bool = False) -> bool:
        return await self._app.push_screen_wait(ConfirmDialog(self._deed(step, plan, options, undo)))

    def _deed(self, step: PlanDeed, plan: Plan, options: Options, undo: bool) -> Deed:
        runbook = self._handling.runbook
        assert runbook is not None
        key = runbook.key
        whose = key_told(key, runbook.caller.account)
        notes: tuple[str, ...] = ()
        verb = (_VERBS_OF_UNDO if undo else _VERBS)[step]
        if step is StepName.REPLACE and not undo:
            notes = replace_told(options, plan)
            verb = "Reset it" if options.in_place else verb
        return Deed(plan, whose, verb, typed_for(plan), notes)


def closing(case: Case, left: Sequence[str], context: Context) -> QuestionDialog:
    """Asks whether the case is to be closed; *left* is what is still open."""
    after = "Nothing can be added to it afterwards; nothing is changed in AWS."
    told: list[str | Line] = [*left_lines(left), after, _signed(case, context)]
    return QuestionDialog(f"Close case {case.id}?", told, "Leave it open", "Close it")


def taking_over(case: Case, holder: Holder | None, now: datetime, context: Context) -> QuestionDialog:
    """Asks whether the case is to be taken from *holder*."""
    if holder is None:
        who = "Someone is working on it; who is not recorded."
    else:
        since = clock.spoken(holder.begun, now) if holder.begun else holder.since
        who = f"{holder.who} on {holder.host} has been working on it since {since} (process {holder.pid})."
    told = (
        who,
        "Talk to them first, if you can. Once you take over, they can write nothing more to the case, and "
        "so change nothing more in AWS with it; calls already sent still go through. The journal records it.",
        _signed(case, context),
    )
    return QuestionDialog(f"Take over case {case.id}?", told, "Leave it to them", "Take it over")


def _signed(case: Case, context: Context) -> str:
    """The case's account, and who works here in which: they need not be the same."""
    theirs = clean(case.state().opened.get("account") or "unknown")
    where = f" in account {context.account}" if context.account else ""
    return (
        f"This case belongs to account {theirs}. You are signed in as {context.signed or 'unknown'}{where}."
    )


def typed_for(plan: Plan) -> str | None:
    """The key whose id is to be typed in part, where what is done to it cannot be undone."""
    if plan.reversible:
        return None
    return next((named for call in plan.calls if (named := key_named(call))), None)


def replace_told(options: Options, plan: Plan) -> tuple[str, ...]:
    """The choices of a replacement, in words."""
    place = (
        "this screen"
        if isinstance(options.secret_to, ToScreen)
        else words_of(plan.secret_to or "nowhere yet")
    )
    return (f"The secret goes to {place}; x changes that, the expiry and the method.",)
