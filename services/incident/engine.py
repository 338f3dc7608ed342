"""Takes one case through the steps: plan, apply, verify, undo, every call journaled before it is sent."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Unpack

from services.aws.errors import AwsError, ReadOnly
from services.aws.iam import Credential
from services.aws.session import AwsSession
from services.aws.sts import Caller
from services.base import clock
from services.base.keyservices import SESSIONS_ALONE
from services.base.text import clean
from services.cases import preflight
from services.cases.case import Case
from services.cases.engine import CaseEngine, Tools
from services.cases.errors import CaseError, Changed, Refused, RunbookError
from services.cases.facts import LEFT
from services.cases.plan import Deed, LeverName, Plan, State, StepName, steps_of
from services.cases.secret import Secret, ToFile, ToScreen
from services.cases.sender import Sending, gives_secret, stores_secret
from services.cases.sentences import asked
from services.cases.settle import patience
from services.cases.state import INCIDENT, CaseState, StepState
from services.incident import (
    access_keys,
    deactivate,
    delete,
    deny,
    groups,
    intruder,
    others,
    reviewing,
    sessions,
)
from services.incident import replace as replacing
from services.incident.namesake import namesake
from services.incident.quiet import Quiet, look
from services.incident.result import Result
from services.incident.situation import Options, Situation, Step, Verified
from services.incident.sweep import Sweep, sweep
from services.incident.triage import triage
from services.review.model import Progress
from services.review.review import Review, judged
from services.rights.administrator import Administrator

STEPS: Mapping[Deed, Step] = {
    StepName.DEACTIVATE: deactivate,
    StepName.REVIEW: reviewing,
    StepName.REPLACE: replacing,
    StepName.DELETE: delete,
    StepName.DENY: deny,
    LeverName.GROUPS: groups,
    LeverName.ACCESS_KEYS: access_keys,
    LeverName.SESSIONS: sessions,
    LeverName.INTRUDER: intruder,
}

VERIFY_SECONDS = 10.0
"""How long AWS is asked again before "requested" is all that can be said."""


class Runbook(CaseEngine):
    """The steps for one key, with or without a case.

    Without one (*case* None) steps can be planned, not taken. The case must be entered, so that its lock
    is held, before anything is applied.
    """

    kind = INCIDENT
    """What its cases are about."""
    steps: Mapping[Deed, Step] = STEPS

    def __init__(
        self,
        aws: AwsSession,
        caller: Caller,
        key: Credential,
        case: Case | None = None,
        **tools: Unpack[Tools],
    ) -> None:
        super().__init__(aws, caller, case, **tools)
        self.key = key

    def _without_case(self) -> CaseState:
        return CaseState(opened={"key_id": self.key.id, "service": self.key.service})

    @property
    def _service(self) -> str:
        return self.key.service

    @property
    def _deed(self) -> Deed:
        return StepName.REPLACE

    def situation(self, options: Options | None = None) -> Situation:
        return Situation(
            self.aws,
            self.caller,
            self.key,
            self.state,
            options or Options(),
            self._now,
            self.names,
            secret_in_hand=self.secret is not None,
        )

    async def plan(self, step: Deed, options: Options | None = None) -> Plan:
        """What the step would do now; asks AWS, changes nothing."""
        return self._guarded(await self._planned(step, options or Options(), undo=False))

    async def plan_undo(self, step: Deed, options: Options | None = None) -> Plan:
        """How the step would be taken back; raises Refused where it cannot be."""
        return self._guarded(await self._planned(step, options or Options(), undo=True))

    async def _planned(self, step: Deed, options: Options, *, undo: bool) -> Plan:
        allowed = (*steps_of(self.key.service), LeverName.INTRUDER)
        if self.key.service in SESSIONS_ALONE and step not in allowed:
            raise Refused(
                f"{self.key.id} has no status of its own, so all that can be done is to end its sessions: "
                "take the step sessions."
            )
        rules, at = self.steps[step], self.situation(options)
        plan = await (rules.plan_undo if undo else rules.plan)(at)
        doubt = at.case.doubt(step, undo=undo)
        if doubt:
            # On a guess nothing is reset, and nothing is deleted.
            return replace(plan, calls=(), already=None, blocked=asked(doubt))
        if whose := await namesake(self.situation(), self.state.keys, plan):
            return replace(plan, calls=(), already=None, blocked=whose, overridable=False)
        return plan

    async def preflight(self, plan: Plan) -> tuple[str, ...]:
        """The actions that *plan* needs and the caller lacks; for looking at, as no step waits for it."""
        return await preflight.missing(self.aws, self.caller, plan, service=self.key.service)

    async def apply(self, step: Deed, options: Options | None = None, *, shown: Plan | None = None) -> Result:
        """Plan anew, do it, and read back what AWS says.

        *shown* is the plan that was agreed to: where the new one differs, Changed is raised and nothing
        is done. Raises Refused, ReadOnly, AwsError or CaseError besides.
        """
        if step is StepName.REVIEW:
            return (await self.review(options))[0]
        return await self._take(step, options or Options(), undo=False, shown=shown)

    async def undo(self, step: Deed, options: Options | None = None, *, shown: Plan | None = None) -> Result:
        return await self._take(step, options or Options(), undo=True, shown=shown)

    async def review(
        self,
        options: Options | None = None,
        on_progress: Callable[[Progress], None] | None = None,
        stop: asyncio.Event | None = None,
    ) -> tuple[Result, Review]:
        """Review and keep the result in the case; other steps may be taken meanwhile, and *stop* ends it."""
        case = self._ready()
        review = await reviewing.perform(self.situation(options), on_progress, stop, keep=case.readings)
        await asyncio.to_thread(reviewing.record, review, case)
        await self._look_at(review)
        told = f" {review.headline.words}" if review.headline else ""
        return Result(self.state.step(StepName.REVIEW), review.verdict_words + told), review

    async def suspect(self, review: Review, since: datetime | None) -> Review:
        """Journal *since* when the key may be in wrong hands, and keep *review* as it is told with that."""
        case = self._ready()
        await self.suspected(since)
        marks = reviewing.marks(self.state)
        told = await asyncio.to_thread(judged, review, marks, self._now())
        await asyncio.to_thread(reviewing.record, told, case)
        await self._look_at(told)
        return told

    async def _look_at(self, review: Review) -> None:
        await self.look_at_others(others.found(review))
        await self.look_at_made(intruder.found(self.situation(), review))

    async def suspected(self, since: datetime | None) -> None:
        """Journal *since* when the key may be in wrong hands; reviews from now on are told with that."""
        await self._journal("suspected", since=clock.rfc3339(since) if since else None)

    async def look_at_others(self, found: Sequence[Mapping[str, Any]] | None = None) -> None:
        """Read back, and journal, what state the credentials compromised as well are in.

        They are those of *found*, or else those the journal has; the case must be held.
        """
        while True:
            at = self.situation()
            known = at.case.compromised
            wanted = known if found is None else found
            if not wanted and not known:
                return
            seen = await others.read(at, wanted)
            if (self.state.compromised, self.state.done) == (known, at.case.done):
                break
            # Something was done, or read back by another, meanwhile: this tells of what was before.
        if others.told(seen) != others.told(known):
            await self._journal("compromised", credentials=seen)

    async def look_at_made(self, found: Sequence[Mapping[str, Any]] | None = None) -> None:
        """Read back, and journal, what of the intruder's making still stands; the case must be held."""
        while True:
            at = self.situation()
            known = at.case.made
            wanted = known if found is None else found
            if not wanted and not known:
                return
            seen = await intruder.read(at, wanted)
            if (self.state.made, self.state.done) == (known, at.case.done):
                break
            # As with the credentials above: it tells of what was before.
        if intruder.told(seen) != intruder.told(known):
            await self._journal("made", things=seen)

    async def sweep(self) -> Sweep:
        """What else the key's user holds; journaled where a case is held."""
        if not self.key.user and not self.state.made:
            raise Refused(f"{self.key.id} is not a user's, so there are no other keys to look for.")
        if self.case and self.case.held:
            await self.look_at_made()
        found = await sweep(self.situation(), await self.triage())
        if self.case and self.case.held:
            await self._journal("sweep", **found.as_json())
        return found

    async def triage(self) -> Administrator | None:
        """Whether whoever has an access key is an administrator; None of other keys."""
        return await triage(self.aws, self.key)

    async def quiet(self, options: Options | None = None) -> Quiet:
        """Since when nothing the intruder had was used; journaled where a case is held."""
        found = await look(self.situation(options))
        if self.case and self.case.held:
            await self._journal("quiet", words=found.words(self._now()), **found.as_json())
        return found

    async def note(self, text: str) -> None:
        await self._journal("note", text=clean(text))

    async def verify(self, step: Deed, options: Options | None = None) -> StepState:
        """Read the step back from AWS once more and journal what is true now."""
        before, rules = self.state.step(step), self.steps[step]
        seen = await (rules.verify_undo if before.undoing else rules.verify)(self.situation(options))
        if self.state.step(step) != before:
            # It was done, or taken back, meanwhile: this tells of an account that is no more.
            return self.state.step(step)
        if (seen.state, seen.words) != (before.state, before.words):
            await self._journal("verified", step=step, state=seen.state, words=seen.words)
        return self.state.step(step)

    async def resume(self) -> tuple[str, ...]:
        """Settle every intent that has no outcome by asking AWS, and see whether what was done still holds.

        Returns what was found, a sentence each.
        """
        found: list[str] = []
        if self.case and (torn := self.case.journal.torn):
            found.append(torn)
            self.case.journal.torn = None
        if self.state.unsettled:
            # Another account's answers would settle nothing truly.
            self.guard()
        found += await self.settle_all()
        for step, state in self.state.steps.items():
            if step not in self.steps:
                continue
            if state.state is State.REQUESTED:
                await self.verify(step)
            elif state.state.holds and step is not StepName.REVIEW:
                found += await self._changed_since(step)
        return tuple(found)

    async def _changed_since(self, step: Deed) -> list[str]:
        """A sentence where somebody else has made otherwise what this case did, and the journal says it."""
        made = self.state.replacement
        if step is StepName.DEACTIVATE and made and made.in_place:
            # It was this case that made the key Active again, with another secret.
            return []
        async with self._one_at_a_time:
            # IAM may show for a while what was before.
            sent = self.state.step(step).sent
            for pause in (*(patience(self.aws, sent) if sent else ()), None):
                try:
                    seen = await self.steps[step].verify(self.situation())
                except AwsError:
                    # Whether it still holds is not known; the next call will say why not.
                    return []
                if seen.state.holds:
                    return []
                if pause is not None:
                    await self._sleep(pause)
            words = f"changed since, not by this case: {seen.words}"
            await self._journal("verified", step=step, state=seen.state, words=words)
        return [f"{step} was {words}. Look at its plan before you continue."]

    def guard(self) -> None:
        super().guard()
        self._guard_key()

    def _guard_key(self) -> None:
        if self.caller.user == self.key.user:
            raise Refused(
                f"You are signed in as {self.key.user}, the user whose key leaked: the "
                "attacker may control this user. Use other credentials."
            )

    def _guarded(self, plan: Plan) -> Plan:
        plan = replace(plan, where=self.aws.where)
        try:
            self.guard()
        except Refused as refused:
            return replace(plan, blocked=str(refused), overridable=False)
        return plan

    async def _take(self, step: Deed, options: Options, *, undo: bool, shown: Plan | None) -> Result:
        self._ready()
        return await self._unbroken(self._taken(step, options, undo=undo, shown=shown))

    async def _taken(self, step: Deed, options: Options, *, undo: bool, shown: Plan | None) -> Result:
        async with self._one_at_a_time:
            rules = self.steps[step]
            plan = await self._planned(step, options, undo=undo)
            if plan.blocked:
                raise Refused(plan.blocked)
            if shown and (difference := plan.difference(shown)):
                raise Changed(f"Nothing was sent: the account changed since you saw this plan. {difference}")
            if plan.calls and self.aws.read_only:
                raise ReadOnly(plan.calls[0].operation)
            await self._check_way_out(plan)
            try:
                secret = await self._do(plan, options, undo)
            except (AwsError, CaseError):
                if self.secret is None:
                    self._check_recorded()
                raise
            try:
                seen = await self._read_back(rules.verify_undo if undo else rules.verify, options)
                await self._record("verified", step=step, state=seen.state, words=seen.words)
            finally:
                self._check_recorded()
            if isinstance(step, LeverName):
                await self.look_at_others()
                await self.look_at_made()
        message = plan.already or seen.words
        return Result(self.state.step(step), message[:1].upper() + message[1:], secret, plan.left)

    async def handed_over(self, result: Result, where: str = "screen") -> Result:
        """Journal that the secret of *result* was seen, and say so in its words."""
        await self.delivered(where)
        self.forget_secret()
        step = await self.verify(StepName.REPLACE)
        return replace(result, step=step, message=step.words[:1].upper() + step.words[1:], secret=None)

    def _ready(self) -> Case:
        self.guard()
        if self.case is None or not self.case.held:
            raise RunbookError("A step needs a case that is open for writing.")
        return self.case

    async def _do(self, plan: Plan, options: Options, undo: bool) -> Secret | None:
        """Send the plan's calls in order; returns the secret where it is meant for the screen."""
        if options.override and plan.step is StepName.DELETE:
            await self._journal("override", step=plan.step, reason=options.override)
        if plan.step is StepName.DELETE and plan.calls:
            await self._journal("metadata", **await delete.last_known(self.situation(options)))
        if plan.step is StepName.REPLACE and not undo:
            await self._deliver_in_hand(options.secret_to)
        begun = len(self.state.done)
        facts = plan.facts | ({LEFT: list(plan.left)} if plan.left else {})
        for call in plan.calls:
            known = len(self.state.done)
            try:
                await self._send(Sending(plan.step, call, undo, facts, plan.secret_to))
            except AwsError as error:
                error.done = tuple(each.operation for each in self.state.done[begun:known])
                raise
            if gives_secret(call):
                await self._deliver_in_hand(options.secret_to)
            if self.secret and (stores_secret(call) or isinstance(options.secret_to, ToFile)):
                self.forget_secret()
        return self.secret if isinstance(options.secret_to, ToScreen) else None

    async def _read_back(
        self, verify: Callable[[Situation], Awaitable[Verified]], options: Options
    ) -> Verified:
        """Ask AWS until it agrees or patience ends; what cannot be read back stays "requested"."""
        waited, pause = 0.0, 0.25
        while True:
            try:
                seen = await verify(self.situation(options))
            except AwsError as error:
                seen = Verified(State.REQUESTED, f"sent, but could not be read back: {error}")
            if seen.state is not State.REQUESTED or seen.final or waited >= VERIFY_SECONDS:
                return seen
            await self._sleep(pause)
            waited, pause = waited + pause, min(pause * 2, 2.0)
