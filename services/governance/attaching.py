"""Takes one policy to one target and back: planned, journaled before it is sent, read back, taken away."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from services import clock
from services.aws.call import Call
from services.aws.errors import AwsError, ReadOnly
from services.aws.session import AwsSession
from services.aws.sts import Caller
from services.governance.documents import Document, Wanted, document
from services.governance.proposal import Proposal, attach, detach
from services.governance.standing import look
from services.governance.targets import Target
from services.governance.validation import Validation, validate
from services.runbook.case import Case
from services.runbook.errors import Changed, Refused, RunbookError
from services.runbook.plan import Governing, Plan, State
from services.runbook.settle import PATIENCE
from services.runbook.situation import said_aws
from services.runbook.state import Intent, StepState

STEP = Governing.POLICY
MOST_CALLS = 4
VERIFY_SECONDS = 10.0
"""How long AWS is asked again before "requested" is all that can be said."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A plan with what else one wants to see before saying yes."""

    plan: Plan
    diff: tuple[str, ...] = ()
    validation: Validation = field(default_factory=Validation)

    def as_json(self) -> dict[str, object]:
        return self.plan.as_json() | {"diff": list(self.diff), "validation": self.validation.as_json()}


class Attaching:
    """One policy and one target, with or without a case; without one nothing can be sent."""

    def __init__(
        self,
        aws: AwsSession,
        caller: Caller,
        target: Target,
        wanted: Wanted,
        case: Case | None = None,
        *,
        now: Callable[[], datetime] = clock.now,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self.aws, self.caller, self.target, self.wanted, self.case = aws, caller, target, wanted, case
        self.document: Document = document(wanted)
        self._now, self._sleep = now, sleep
        self._one_at_a_time = asyncio.Lock()

    @property
    def step(self) -> StepState:
        return self.case.state().step(STEP) if self.case else StepState()

    async def offer(self) -> Offer:
        """What attaching it would do now; asks AWS, changes nothing."""
        validation, proposal = await asyncio.gather(
            validate(self.aws, self.document, self.target), self._proposal(undo=False)
        )
        if validation.errors and proposal.calls:
            said = validation.errors[0].words
            proposal = Proposal(blocked=f"Access Analyzer finds an error in it: {said}")
        return Offer(self._plan(proposal, undo=False), proposal.diff, validation)

    async def offer_undo(self) -> Offer:
        proposal = await self._proposal(undo=True)
        return Offer(self._plan(proposal, undo=True), proposal.diff)

    async def apply(self, shown: Plan | None = None) -> StepState:
        """Attach it and read back; *shown* is the plan that was agreed to.

        Raises Refused, Changed, ReadOnly, AwsError or CaseError.
        """
        return await self._take(shown, undo=False)

    async def undo(self, shown: Plan | None = None) -> StepState:
        """Put the target back as it was before this case."""
        return await self._take(shown, undo=True)

    async def resume(self) -> tuple[str, ...]:
        """Settle every intent that has no outcome: it took place if it is proposed no longer."""
        if self.case is None:
            return ()
        self.guard()
        found: list[str] = []
        async with self._one_at_a_time:
            for intent in self.case.state().unsettled.values():
                done, words = await self._settled(intent)
                await self._journal("settled", intent=intent.seq, done=done, words=words)
                found.append(f"{intent.call.operation} had no outcome: {words}.")
        return tuple(found)

    def guard(self) -> None:
        account = self.case.state().opened.get("account") if self.case else None
        if account and account != self.caller.account:
            raise Refused(
                f"This case is of account {account}, and the credentials are of {self.caller.account}: "
                "use a profile of the case's account."
            )

    async def _proposal(self, *, undo: bool) -> Proposal:
        at = await look(self.aws, self.target, self.wanted.name)
        if undo:
            return detach(self.target, self.wanted, at, self._before())
        return attach(self.target, self.wanted, self.document, at)

    def _before(self) -> Mapping[str, Any] | None:
        """What there was before the case's first call, if it made one."""
        entries = self.case.journal.entries() if self.case else ()
        sent = (entry.data for entry in entries if entry.kind == "intent")
        return next((dict(data["facts"]["before"]) for data in sent), None)

    async def _take(self, shown: Plan | None, *, undo: bool) -> StepState:
        self.guard()
        if self.case is None or not self.case.held:
            raise RunbookError("A policy is attached in a case that is open for writing.")
        async with self._one_at_a_time:
            proposal = await self._proposal(undo=undo)
            before = self._before() or proposal.before
            plan = self._plan(proposal, undo=undo)
            if plan.blocked:
                raise Refused(plan.blocked)
            if shown and (difference := plan.difference(shown)):
                raise Changed(f"Nothing was done, since it changed meanwhile: {difference}")
            if plan.calls and self.aws.read_only:
                raise ReadOnly(plan.calls[0].operation)
            for _ in range(MOST_CALLS):
                if not proposal.calls:
                    break
                call = proposal.calls[0]
                await self._send(call, before, undo=undo)
                proposal = await self._seen(call, undo=undo)
                if proposal.calls[:1] == (call,):
                    break
            await self._verified(proposal, undo=undo)
        return self.step

    async def _send(self, call: Call, before: Mapping[str, Any], *, undo: bool) -> None:
        intent = await self._journal(
            "intent", step=STEP, undo=undo, call=call.as_json(), facts={"before": dict(before)}
        )
        try:
            answer = await self.aws.send(call)
        except AwsError as error:
            await self._journal(
                "outcome",
                intent=intent,
                ok=False,
                unknown=error.outcome_unknown,
                error=str(error),
                request_id=error.request_id,
            )
            if not error.outcome_unknown or not await self._settle_now(intent):
                raise
        else:
            await self._journal("outcome", intent=intent, ok=True, request_id=answer.request_id)

    async def _settle_now(self, seq: int) -> bool:
        """After a call without an answer: whether it took place all the same; left to the next run if not."""
        assert self.case
        try:
            done, words = await self._settled(self.case.state().unsettled[seq])
        except AwsError:
            return False
        await self._journal("settled", intent=seq, done=done, words=words)
        return done

    async def _settled(self, intent: Intent) -> tuple[bool, str]:
        """A fresh "not done" is asked again until IAM has had time to agree with itself."""
        while True:
            calls = (await self._proposal(undo=intent.undo)).calls
            if not any(_same(call, intent.call) for call in calls):
                return True, "it took place, said AWS"
            if self._now() - intent.at > PATIENCE:
                return False, "it did not take place, said AWS"
            await self._sleep(1.0)

    async def _seen(self, call: Call, *, undo: bool) -> Proposal:
        """What is left to do once AWS shows what *call* did, or patience ends."""
        waited, pause = timedelta(), timedelta(seconds=0.25)
        while True:
            proposal = await self._proposal(undo=undo)
            if proposal.calls[:1] != (call,) or waited.total_seconds() >= VERIFY_SECONDS:
                return proposal
            await self._sleep(pause.total_seconds())
            waited, pause = waited + pause, min(pause * 2, timedelta(seconds=2))

    async def _verified(self, proposal: Proposal, *, undo: bool) -> None:
        if proposal.calls:
            state, words = State.REQUESTED, "sent, and AWS does not show it yet"
        elif undo:
            state, words = State.UNDONE, f"policy {self.wanted.name} taken from {self.target.words}"
        else:
            state, words = State.CONFIRMED, f"policy {self.wanted.name} attached to {self.target.words}"
        await self._journal("verified", step=STEP, state=state, words=said_aws(words, self._now()))
        if state is State.UNDONE:
            # All is as it was: the next time begins a case of its own.
            await self._journal("closed", remaining=[])

    def _plan(self, proposal: Proposal, *, undo: bool) -> Plan:
        plan = Plan(
            step=STEP,
            title=f"Attach {self.wanted.name} to {self.target.words}",
            stops=f"From then on {self.wanted.kind.told}.",
            leaves="What other policies say, keys that are there, and roles that are assumed already.",
            reversible=True,
            undo="Take it away, or put back what was there before.",
            calls=proposal.calls,
            warnings=proposal.warnings,
            blocked=proposal.blocked,
            already=proposal.already,
        )
        if not undo:
            return plan
        title = f"Take {self.wanted.name} from {self.target.words}"
        return replace(plan, title=title, stops="Nothing: it undoes it.", undo="Attach it again.")

    async def _journal(self, kind: str, **data: object) -> int:
        assert self.case
        # Waiting for the disk must not hold up the screen.
        return await asyncio.to_thread(self.case.append, kind, **data)


def _same(one: Call, other: Call) -> bool:
    """The same deed; the id of a policy that was made meanwhile does not count."""

    def key(call: Call) -> tuple[str, object]:
        params = {name: value for name, value in call.params.items() if name != "PolicyId"}
        return call.operation, params

    return key(one) == key(other)
