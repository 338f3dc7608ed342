"""Several keys deactivated at once: planned one by one, confirmed together, each in a case of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from services.cases.errors import Refused
from services.cases.plan import Plan, StepName
from services.incident.handling import Handling
from services.incident.outcome import Outcome, Stopped
from tui.dialogs.confirm import ConfirmDialog, Deed
from tui.look import words
from tui.settings.context import Subject

if TYPE_CHECKING:
    from tui.host import Host

_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Ready:
    """A key that can be deactivated."""

    handling: Handling
    plan: Plan


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A key that nothing is done to, and why."""

    key_id: str
    why: str


class Deactivation:
    """Of the keys *subjects*; `plan`, `confirm` and `carry_out` in that order, or `give_up`."""

    def __init__(self, host: Host, subjects: Sequence[Subject]) -> None:
        self._host = host
        self._subjects = subjects
        self.ready: tuple[Ready, ...] = ()
        self.left_out: tuple[LeftOut, ...] = ()

    async def plan(self) -> None:
        """Look each key up and plan its deactivation; changes nothing."""
        limit = asyncio.Semaphore(_AT_ONCE)

        async def one(subject: Subject) -> Ready | LeftOut:
            async with limit:
                return await self._plan(subject)

        found = await asyncio.gather(*map(one, self._subjects))
        self.ready = tuple(each for each in found if isinstance(each, Ready))
        self.left_out = tuple(each for each in found if isinstance(each, LeftOut))

    async def _plan(self, subject: Subject) -> Ready | LeftOut:
        try:
            handling = await self._host.desk.open(subject.key_id, subject.user)
        except Stopped as error:
            return LeftOut(subject.key_id, str(error))
        try:
            if StepName.DEACTIVATE in handling.under_way:
                return self._without(handling, "That is under way already.")
            if handling.runbook is None or handling.barred:
                return self._without(handling, handling.barred or "The key is not read yet.")
            plan = await handling.runbook.plan(StepName.DEACTIVATE, handling.options)
        except Stopped as error:
            return self._without(handling, str(error))
        if reason := plan.blocked or plan.already:
            return self._without(handling, reason)
        return Ready(handling, plan)

    def _without(self, handling: Handling, why: str) -> LeftOut:
        self._host.desk.release(handling)
        return LeftOut(handling.key_id, why)

    async def confirm(self) -> bool:
        """One question that lists them all."""
        return await self._host.push_screen_wait(ConfirmDialog(self._deed()))

    def give_up(self) -> None:
        for each in self.ready:
            self._host.desk.release(each.handling)

    async def carry_out(self) -> str:
        """Begin them all, wait for the last, and say how they ended."""
        turns = asyncio.Semaphore(_AT_ONCE)
        desk = self._host.desk
        # All are under way from here on, so that leaving the program waits for them too.
        begun, refused = list[asyncio.Task[Outcome]](), list[Outcome]()
        for each in self.ready:
            try:
                begun.append(desk.start(each.handling, StepName.DEACTIVATE, shown=each.plan, turns=turns))
            except Refused as error:
                # It was begun elsewhere while the question stood.
                self._host.keep(f"deactivating {each.handling.key_id}", error)
                refused.append(Outcome(StepName.DEACTIVATE, error=error))
        outcomes = await asyncio.gather(*map(asyncio.shield, begun))
        return self._told((*outcomes, *refused))

    def _told(self, outcomes: Sequence[Outcome]) -> str:
        done = sum(bool(outcome.result and outcome.result.verified) for outcome in outcomes)
        told = f"{done} of {words.count(len(outcomes), 'key')} Inactive (confirmed by AWS); cases: c."
        if failed := sum(outcome.error is not None for outcome in outcomes):
            told += f" {failed} failed: ! says why."
        elif done < len(outcomes):
            told += " The others were sent and are not confirmed yet."
        return told

    def _deed(self) -> Deed:
        keys = [each.handling.runbook.key for each in self.ready if each.handling.runbook]
        first = self.ready[0]
        users = words.count(len({key.user for key in keys}), "user")
        account = first.handling.runbook.caller.account if first.handling.runbook else ""
        plan = replace(
            first.plan,
            title=f"Make {words.count(len(keys), 'key')} Inactive",
            stops="These keys, everywhere.",
            leaves="Other keys of their users, and role sessions already started.",
            undo="Make each Active again, from its runbook.",
            calls=tuple(call for each in self.ready for call in each.plan.calls),
            warnings=tuple(dict.fromkeys(warning for each in self.ready for warning in each.plan.warnings)),
        )
        listed = [f"{key.id} of {key.user} · {key.service}" for key in keys]
        left_out = [f"{each.key_id} is skipped: {each.why}" for each in self.left_out]
        whose = f"{words.count(len(keys), 'key')} of {users} · account {account}"
        return Deed(plan, whose, "Make them Inactive", notes=(*listed, *left_out))
