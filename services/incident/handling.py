"""One key taken through its runbook: what the screens show of it, and what goes on when they are closed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from services.aws.callrecord import Made, sent_for
from services.aws.errors import ReadOnly
from services.aws.session import AwsSession
from services.base import clock
from services.cases.book import CaseBook
from services.cases.case import Case
from services.cases.errors import CaseHeld, Refused, RunbookError
from services.cases.plan import Deed, Plan, State, StepName
from services.cases.state import CaseState
from services.incident import exporting, opening, reviewing
from services.incident.engine import Runbook
from services.incident.keptreview import kept_review
from services.incident.moving import chosen, moves
from services.incident.outcome import Outcome, Stopped
from services.incident.permitted import Permitted
from services.incident.quiet import Quiet
from services.incident.result import Result
from services.incident.reviewwork import ReviewWork
from services.incident.situation import Options
from services.incident.sweep import Sweep
from services.keys.accesskeys import service_told_by
from services.review.model import Progress
from services.review.record import Event
from services.rotation.opening import notices


class Handling:
    """The runbook of one key with all that is known of its steps; *on_change* is called when that changes.

    The case's lock is held from the first step on, or since an open case was gone on with, until `leave`.
    """

    def __init__(
        self,
        aws: AwsSession,
        book: CaseBook,
        key_id: str,
        *,
        user: str | None = None,
        case: str | None = None,
    ) -> None:
        self.aws = aws
        self.key_id = key_id
        self.user = user
        self.options = Options()
        self.runbook: Runbook | None = None
        self.state = CaseState(opened={"key_id": key_id, "service": service_told_by(key_id)})
        self.plans: dict[Deed, Plan] = {}
        self.unplanned: dict[Deed, str] = {}
        """Why a step could not be planned."""
        self.under_way: dict[Deed, str] = {}
        """What is being done, in words."""
        self._ended: list[Deed] = []
        """The deeds that ended: a plan that was begun before one that moves it is made anew."""
        self.work = ReviewWork()
        self.settled: tuple[str, ...] = ()
        """What AWS said of calls without an outcome when the case was gone on with."""
        self.notices: tuple[str, ...] = ()
        """Rotations of the key that are under way."""
        self.barred: str | None = None
        """Why the case cannot be written to, where it cannot."""
        self.contested = False
        """Whether that is because somebody else works on it."""
        self.on_change: list[Callable[[], None]] = []
        self._book = book
        self._permitted = Permitted()
        self._wanted_case = case
        self._entering = asyncio.Lock()
        self._reviews_seen = 0

    @property
    def case(self) -> Case | None:
        return self.runbook.case if self.runbook else None

    @property
    def closed(self) -> bool:
        return self.state.closed_at is not None

    async def open(self) -> None:
        """Find the key and go on with its open case; raises NoSuchKey, CaseError or an AwsError."""
        self.runbook = await opening.look_up(
            self.aws, self._book, self.key_id, user=self.user, case_id=self._wanted_case
        )
        self.user = self.runbook.key.user
        self.notices = notices(self._book, self.key_id, self.runbook.aws.where)
        await self._read_state()
        if self.case and not self.closed and not self.aws.read_only:
            try:
                await self._enter(self.runbook)
            except Stopped as error:
                self.barred = str(error)
        self._changed()

    async def plan(self, *steps: Deed) -> None:
        """Plan *steps* (all where none is named) with the options chosen; each is shown as it comes."""
        await asyncio.gather(*(self._plan(step) for step in steps or self.state.deeds))

    def choose(self, options: Options, step: Deed) -> None:
        """From now on *options* hold; *step* is to be planned anew."""
        self.options = options
        self.plans.pop(step, None)
        self._changed()

    def take(
        self,
        step: Deed,
        options: Options | None = None,
        *,
        undo: bool = False,
        shown: Plan | None = None,
    ) -> Coroutine[Any, Any, Outcome]:
        """Take *step*, or take it back; it counts as under way from this call on, so it is done once.

        *shown* is the plan that was agreed to. Raises Refused where the step is under way already;
        whatever else stops it is in the outcome.
        """
        if step in self.under_way:
            raise Refused(f"{step} is already under way: {self.under_way[step]}.")
        self.under_way[step] = "being undone" if undo else "under way"
        self._changed()
        return self._take(step, options or self.options, undo, shown)

    async def look_again(self) -> None:
        """Read back what was requested and what was done, and whether the replacement is in use by now."""
        if self.runbook is None:
            return
        moved: list[Deed] = []
        if self.case and self.case.held:
            for step, now in self.state.steps.items():
                of_ours = step in self.runbook.steps and step not in self.under_way
                if of_ours and now.state is State.REQUESTED:
                    try:
                        seen = await self.runbook.verify(step)
                    except CaseHeld as held:
                        self._lost(held)
                        raise
                    if seen.state is not State.REQUESTED:
                        self._end(step)
                        moved += [step] if step in self.state.deeds else []
            await self.look_at_others()
        await self._read_state()
        if self.state.replacement and not self.state.step(StepName.DELETE).state.holds:
            moved.append(StepName.DELETE)
        await asyncio.gather(*map(self._plan, {*moved, *self._others_may_change()}))

    def _others_may_change(self) -> list[StepName]:
        """The key's status, and what stands by this case: a new plan tells where another has changed it."""
        return [
            step
            for step in (StepName.DEACTIVATE, StepName.REPLACE, StepName.DENY)
            if step in self.state.deeds
            and step not in self.under_way
            and (step is StepName.DEACTIVATE or self.state.step(step).state.holds)
        ]

    async def look_at_others(self) -> None:
        """Read back what state the credentials compromised as well are in, where the case may be written."""
        if self.runbook is not None and self.case and self.case.held and not self.closed:
            await self.runbook.look_at_others()
            await self._read_state()

    async def settle(self) -> tuple[str, ...]:
        """Ask AWS again about calls whose outcome is not known."""
        if self.runbook is None or not self.case or not self.case.held or not self.state.unsettled:
            return ()
        self.settled = await self.runbook.resume()
        await self._read_state()
        return self.settled

    async def sweep(self) -> Sweep:
        """What else the key's user holds; journaled where the case is open. Raises what stops a step."""
        if self.runbook is None:
            raise RunbookError("The key is not read yet.")
        found = await self.runbook.sweep()
        await self._read_state()
        return found

    async def quiet(self) -> Quiet:
        """Since when nothing is used any more; journaled where the case is open. Raises what stops a step."""
        if self.runbook is None:
            raise RunbookError("The key is not read yet.")
        found = await self.runbook.quiet(self.options)
        await self._read_state()
        return found

    async def note(self, text: str) -> None:
        """Keep a remark of the responder's in the case, beginning it if need be."""
        if self.runbook is None:
            raise RunbookError("The key is not read yet.")
        await self._enter(self.runbook)
        await self.runbook.note(text)
        await self._read_state()

    async def suspect(self, since: datetime | None) -> None:
        """From now on the review is told with *since* as the moment the key came into wrong hands."""
        if self.runbook is None or self.work.review is None:
            raise RunbookError("Nothing has been reviewed yet.")
        if self.work.kept:
            raise Refused(f"This review was {self.work.kept.told(clock.now())}: read it anew first.")
        await self._enter(self.runbook)
        self.work.end(await self.runbook.suspect(self.work.review, since))
        await self._read_state()

    async def export(self, events: Sequence[Event]) -> str:
        """Keep the records of *events* in the case as JSON lines; says where and with which SHA-256."""
        if self.runbook is None:
            raise RunbookError("The key is not read yet.")
        case = await self._enter(self.runbook)
        kept = await asyncio.to_thread(exporting.keep, events, case)
        return f"{len(events):,} records saved to case {case.id} as {kept['file']}, SHA-256 {kept['sha256']}"

    async def close(self, remaining: Sequence[str]) -> None:
        """Journal that the case is closed, with what *remaining* says is still open, and give it back."""
        if self.runbook is None or self.case is None:
            raise RunbookError("There is no case yet.")
        if self.under_way:
            raise Refused(f"{' and '.join(self.under_way)} is under way: close the case after that.")
        case = await self._enter(self.runbook)
        if not self.closed:
            await asyncio.to_thread(case.append, "closed", remaining=list(remaining))
        await self._read_state()
        self.leave()

    async def take_over(self) -> None:
        """Go on with a case that somebody else holds; they are kept from writing from then on."""
        if self.runbook is None:
            raise RunbookError("The key is not read yet.")
        await self._enter(self.runbook, take_over=True)
        await self.plan()

    async def delivered(self) -> None:
        """The new secret was seen on the screen."""
        if self.runbook is None:
            return
        try:
            await self.runbook.delivered("screen")
        finally:
            self.runbook.forget_secret()
        await self.runbook.verify(StepName.REPLACE)
        await self._read_state()
        await self.plan(StepName.REPLACE, StepName.DELETE)

    def unchecked(self, step: Deed) -> bool:
        """Whether nobody has asked yet if the plan of *step* is allowed."""
        return step in self.plans and self._permitted.unasked(self.plans[step])

    async def check(self, step: Deed) -> None:
        """Let the plan of *step* warn of what is not allowed, where AWS lets one ask."""
        plan = self.plans.get(step)
        if plan is None or self.runbook is None:
            return
        await self._permitted.ask(self.runbook, plan)
        if step in self.plans:
            # It may have been planned anew meanwhile.
            self.plans[step] = self._permitted.warned(self.plans[step])
            self._changed()

    async def checked(self, plan: Plan) -> Plan:
        """*plan*, warning of what is not allowed, where AWS lets one ask."""
        if self.runbook is not None and self._permitted.unasked(plan):
            await self._permitted.ask(self.runbook, plan)
        return self._permitted.warned(plan)

    def leave(self) -> None:
        """Give the case back; what is under way must have ended."""
        if self.case and self.case.held and not self.under_way:
            self.case.__exit__(None, None, None)

    def waits_for(self, step: Deed) -> Made | None:
        """The call to AWS that *step*, or its plan, waits for now."""
        return self.aws.calls.waited_for((self.key_id, step))

    async def _take(self, step: Deed, options: Options, undo: bool, shown: Plan | None) -> Outcome:
        try:
            with sent_for((self.key_id, step)):
                result = await self._do(step, options, undo, shown)
            outcome = Outcome(step, undo, result)
        except Stopped as error:
            self._lost(error)
            outcome = Outcome(step, undo, error=error)
        finally:
            del self.under_way[step]
            self._end(step)
            self._changed()
        # What was done is done: that the case cannot be read is said by whoever reads it next.
        with suppress(RunbookError):
            await self._read_state()
            await self.plan(*(each for each in self.state.deeds if moves(step, each)))
        return outcome

    def _end(self, step: Deed) -> None:
        """What was planned before tells of an account that is no more."""
        self._ended.append(step)
        self.plans.pop(step, None)

    async def _do(self, step: Deed, options: Options, undo: bool, shown: Plan | None) -> Result:
        if self.runbook is None:
            raise RunbookError("The key is not read yet.")
        if self.closed:
            raise Refused("This case is closed: open the key from the inventory to start another.")
        if step is StepName.REVIEW:
            return await self._review(self.runbook, options)
        if self.aws.read_only:
            raise ReadOnly(f"{step}{' (undo)' if undo else ''}")
        self.runbook.guard()
        await self._enter(self.runbook)
        return await (self.runbook.undo if undo else self.runbook.apply)(step, options, shown=shown)

    async def _review(self, runbook: Runbook, options: Options) -> Result:
        stop = self.work.begin()
        try:
            if self.aws.read_only:
                # It changes nothing in AWS, and is kept in no case.
                review = await reviewing.perform(runbook.situation(options), self._advance, stop)
                result = Result(self.state.step(StepName.REVIEW), review.verdict_words)
            else:
                await self._enter(runbook)
                result, review = await runbook.review(options, self._advance, stop)
        except BaseException as error:
            self.work.end(None, str(error))
            raise
        self.work.end(review)
        return result

    def _advance(self, progress: Progress) -> None:
        self.work.advance(progress)
        self.under_way[StepName.REVIEW] = self.work.told
        self._changed()

    def _lost(self, error: Exception) -> None:
        """Where *error* says that somebody else has the case: keep that in sight until it is taken over."""
        if isinstance(error, CaseHeld):
            self.barred, self.contested = str(error), True
            if self.case and self.case.held:
                self.case.__exit__(None, None, None)
            self._changed()

    async def _enter(self, runbook: Runbook, *, take_over: bool = False) -> Case:
        async with self._entering:
            if runbook.case and runbook.case.held:
                return runbook.case
            runbook.guard()
            try:
                case = await asyncio.to_thread(opening.begin, runbook, self._book, take_over=take_over)
            except CaseHeld as held:
                self._lost(held)
                raise
            self.barred, self.contested = None, False
            # It may have been begun elsewhere since the key was looked up.
            self.settled = await runbook.resume()
            await self._read_state()
            return case

    async def _plan(self, step: Deed) -> None:
        if self.runbook is None:
            return
        with sent_for((self.key_id, step)):
            plan, trouble = await self._planned(step, self.runbook)
        if plan is None:
            self.unplanned[step] = trouble
        else:
            self.plans[step] = self._permitted.warned(plan)
            self.unplanned.pop(step, None)
        self._changed()

    async def _planned(self, step: Deed, runbook: Runbook) -> tuple[Plan | None, str]:
        """A plan or what keeps it from being made, either of what is chosen, and true, by then."""
        while True:
            options, ended = self.options, len(self._ended)
            plan, trouble = None, ""
            try:
                plan = await runbook.plan(step, options)
            except Stopped as error:
                trouble = str(error)
            moved = any(moves(deed, step) for deed in self._ended[ended:])
            if not moved and chosen(options, step) == chosen(self.options, step):
                return plan, trouble

    async def _read_state(self) -> None:
        if (runbook := self.runbook) is not None:
            self.state = await asyncio.to_thread(lambda: runbook.state)
            if runbook.case and len(self.state.reviews) > self._reviews_seen:
                # A colleague may have made it, and hold the case: it can be looked at all the same.
                self._reviews_seen = len(self.state.reviews)
                self.work.keep(await asyncio.to_thread(kept_review, runbook.case))
            self._changed()

    def _changed(self) -> None:
        for tell in tuple(self.on_change):
            tell()
