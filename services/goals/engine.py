"""Brings a goal about and takes it back: planned, journaled before it is sent, looked at after each call."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from services.aws.call import Call
from services.aws.errors import AwsError, ReadOnly
from services.aws.session import AwsSession
from services.aws.sts import Caller
from services.base import clock
from services.cases import preflight
from services.cases.case import Case
from services.cases.deposit import delivered_to
from services.cases.errors import Changed, Refused, RunbookError
from services.cases.plan import Plan, State
from services.cases.secret import (
    Secret,
    ToFile,
    ToScreen,
    ToSecretsManager,
    was_written,
    with_secret,
    write_file,
)
from services.cases.settle import PATIENCE, WITH_A_SECRET, settle
from services.cases.state import CaseState, Intent, StepState
from services.goals.calls import gives_secret, same, same_first, stores
from services.goals.goal import Goal, Ground, MakesKeys, Trial
from services.goals.proposal import Proposal
from services.incident.situation import said_aws

MORE_CALLS = 20
"""How many calls beyond those of the plan may turn out to be missing on the way."""
VERIFY_SECONDS = 10.0
"""How long AWS is asked again before "requested" is all that can be said."""
STOOD = "stood"
"""The fact of an intent that says what there was before the case's first call."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A plan, and what it was worked out from."""

    plan: Plan
    proposal: Proposal

    def as_json(self) -> dict[str, object]:
        told = {"diff": list(self.proposal.diff), "remarks": list(self.proposal.remarks)}
        return self.plan.as_json() | told | dict(self.proposal.more)


class Upkeep:
    """One goal, with or without a case; without one nothing can be sent.

    *secret* is a new key's secret after it was asked for on the screen, until somebody takes it; *trial* what
    came of trying a new key out, where that was wanted.
    """

    def __init__(
        self,
        aws: AwsSession,
        caller: Caller,
        goal: Goal,
        case: Case | None = None,
        *,
        now: Callable[[], datetime] = clock.now,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self.aws, self.caller, self.goal, self.case = aws, caller, goal, case
        self.secret: Secret | None = None
        self.trial: Trial | None = None
        self._now, self._sleep = now, sleep
        self._one_at_a_time = asyncio.Lock()

    @property
    def state(self) -> CaseState:
        return self.case.state() if self.case else CaseState()

    @property
    def step(self) -> StepState:
        return self.state.step(self.goal.deed)

    async def offer(self) -> Offer:
        """What bringing it about would take now; asks AWS, changes nothing."""
        return await self._offer(undo=False)

    async def offer_undo(self) -> Offer:
        return await self._offer(undo=True)

    async def apply(self, shown: Plan | None = None) -> StepState:
        """Bring it about and read back; *shown* is the plan that was agreed to.

        Raises Refused, Changed, ReadOnly, AwsError or CaseError.
        """
        return await self._take(shown, undo=False)

    async def undo(self, shown: Plan | None = None) -> StepState:
        """Put all back as it was before this case."""
        return await self._take(shown, undo=True)

    async def resume(self) -> tuple[str, ...]:
        """Settle every intent that has no outcome; returns what was found, a sentence each."""
        if self.case is None:
            return ()
        self.guard()
        found: list[str] = []
        async with self._one_at_a_time:
            for intent in self.state.unsettled.values():
                _, words = await self._settle(intent)
                found.append(f"{intent.call.operation} had no recorded outcome: {words}.")
            made, to = self.state.replacement, self.goal.secret_to
            if made and not made.delivered and isinstance(to, ToFile) and was_written(to.path, made.at):
                await self.delivered(delivered_to(to, made.user))
                found.append(f"The secret of {made.key_id} had been written to {to.path}.")
        return tuple(found)

    async def delivered(self, where: str) -> None:
        """Journal that the new secret reached the responder."""
        if made := self.state.replacement:
            await self._journal("delivered", key_id=made.key_id, where=where)

    async def told(self) -> None:
        """Journal that the responder was told how it ended: asked for a key once more, it is another one."""
        if isinstance(self.goal, MakesKeys) and self.state.closed_at is None:
            await self._journal("told")

    async def in_force(self, words: str) -> None:
        """Journal that its effect was seen."""
        words = said_aws(words, self._now())
        await self._journal("verified", step=self.goal.deed, state=State.IN_FORCE, words=words)

    def guard(self) -> None:
        account = self.state.opened.get("account")
        if account and account != self.caller.account:
            raise Refused(
                f"This case belongs to account {account}; you are signed in to {self.caller.account}. "
                "Use a profile of the case's account."
            )

    async def _offer(self, *, undo: bool) -> Offer:
        proposal = await self._propose(undo=undo, planning=True)
        plan, service = self._plan(proposal, undo=undo), None
        if cut := tuple(intent.call.operation for intent in self.state.unsettled.values()):
            words = (
                f"A run was interrupted at {cut[0]}: AWS is asked first what happened; this plan may change."
            )
            plan = replace(plan, warnings=(words, *plan.warnings))
        if isinstance(self.goal, MakesKeys):
            service = self.goal.service
        lacking = await preflight.missing(self.aws, self.caller, plan, service=service)
        return Offer(preflight.warned(plan, lacking), proposal)

    async def _propose(self, *, undo: bool, planning: bool = False) -> Proposal:
        ground = Ground(
            self.aws,
            self.caller,
            self.state,
            self._now,
            before=self._before(),
            planning=planning,
            secret_in_hand=self.secret is not None,
        )
        return await (self.goal.propose_undo(ground) if undo else self.goal.propose(ground))

    def _before(self) -> Mapping[str, Any] | None:
        """What there was before the case's first call, if it made one."""
        entries = self.case.journal.entries() if self.case else ()
        sent = (entry.data for entry in entries if entry.kind == "intent")
        return next((dict(data["facts"][STOOD]) for data in sent), None)

    async def _take(self, shown: Plan | None, *, undo: bool) -> StepState:
        self.guard()
        if self.case is None or not self.case.held:
            raise RunbookError("This needs a case that is open for writing.")
        async with self._one_at_a_time:
            proposal = await self._propose(undo=undo)
            before = self._before() or proposal.before
            plan = self._plan(proposal, undo=undo)
            if plan.blocked:
                raise Refused(plan.blocked)
            if shown and (difference := plan.difference(shown)):
                raise Changed(f"Nothing was sent: the account changed since you saw this plan. {difference}")
            if plan.calls and self.aws.read_only:
                raise ReadOnly(plan.calls[0].operation)
            for _ in range(len(proposal.calls) + MORE_CALLS):
                if not proposal.calls:
                    break
                call = proposal.calls[0]
                await self._send(call, {STOOD: dict(before), **proposal.facts}, undo=undo)
                if self.secret and stores(proposal.calls[1:2]):
                    # A secret in hand is stored before anything else is asked.
                    proposal = replace(proposal, calls=proposal.calls[1:])
                    continue
                try:
                    proposal = await self._seen(call, undo=undo)
                except AwsError as error:
                    if self.secret is None:
                        raise
                    # Its secret is still to be shown, and would be lost.
                    await self._requested(f"sent, but could not be read back: {error}")
                    return self.step
                if proposal.blocked:
                    raise Refused(proposal.blocked)
                if same_first(proposal, call):
                    break
            await self._verified(proposal, undo=undo)
        return self.step

    async def _send(self, call: Call, facts: Mapping[str, object], *, undo: bool) -> None:
        step = self.goal.deed
        intent = await self._journal("intent", step=step, undo=undo, call=call.as_json(), facts=dict(facts))
        made: Mapping[str, Any] | None = None
        try:
            answer = await self.aws.send(with_secret(call, self.secret))
        except AwsError as error:
            await self._journal(
                "outcome",
                intent=intent,
                ok=False,
                unknown=error.outcome_unknown,
                error=str(error),
                request_id=error.request_id,
            )
            if not error.outcome_unknown or not await self._settle_now(intent) or gives_secret(call):
                # A key that was made, and its secret lost with the answer, is for the responder to judge.
                raise
        else:
            made = answer.body.get("ServiceSpecificCredential")
            extra = {"key_id": made["ServiceSpecificCredentialId"]} if made else {}
            await self._journal("outcome", intent=intent, ok=True, request_id=answer.request_id, **extra)
        if made:
            await self._keep(Secret(made.get("ServiceCredentialSecret") or made["ServicePassword"]))
        elif stores((call,)):
            await self._try_out()
            self._forget()

    async def _keep(self, secret: Secret) -> None:
        """Take a new secret where it is to go, or hold it until the next call has stored it."""
        self.secret = secret
        match self.goal.secret_to:
            case ToFile(path) as destination:
                try:
                    await asyncio.to_thread(write_file, path, secret)
                    await self.delivered(delivered_to(destination, ""))
                    await self._try_out()
                finally:
                    self._forget()
            case ToScreen():
                # Shown by whoever asked for it, who then says so.
                await self._try_out()
            case ToSecretsManager() | None:
                pass

    async def _try_out(self) -> None:
        """Use the new key once, where the goal wants that; what comes of it is journaled."""
        made = self.state.replacement
        if self.secret is None or made is None or not isinstance(self.goal, MakesKeys):
            return
        if where := self.goal.tried_at:
            await self._journal("trying", key_id=made.key_id, where=where)
            self.trial = await self.goal.try_out(self.aws, self.secret, self._sleep)
            await self._journal("tried", key_id=made.key_id, **self.trial.as_json())

    def _forget(self) -> None:
        if self.secret:
            self.secret.forget()
        self.secret = None

    async def _settle_now(self, seq: int) -> bool:
        """After a call without an answer: whether it took place all the same; left to the next run if not."""
        try:
            done, _ = await self._settle(self.state.unsettled[seq])
        except AwsError:
            return False
        return done is True

    async def _settle(self, intent: Intent) -> tuple[bool | None, str]:
        """It took place if it is proposed no longer; of keys and secrets AWS's lists are asked."""
        extra: dict[str, object] = {}
        if intent.call.operation in WITH_A_SECRET:
            answer = await settle(self.aws, intent, now=self._now, sleep=self._sleep)
            done, words = answer.done, answer.words
            extra = {"key_id": answer.key_id} if answer.key_id else {}
        else:
            done, words = await self._proposed_no_longer(intent)
        await self._journal("settled", intent=intent.seq, done=done, words=words, **extra)
        return done, words

    async def _proposed_no_longer(self, intent: Intent) -> tuple[bool | None, str]:
        """A fresh "not done" is asked again until AWS has had time to agree with itself."""
        while True:
            proposal = await self._propose(undo=intent.undo)
            if proposal.blocked and not proposal.calls:
                return None, f"whether it took place is unknown: {proposal.blocked.rstrip('.')}"
            if not any(same(call, intent.call) for call in proposal.calls):
                return True, "it took place (confirmed by AWS)"
            if self._now() - intent.at > PATIENCE:
                return False, "it did not take place (confirmed by AWS)"
            await self._sleep(1.0)

    async def _seen(self, call: Call, *, undo: bool) -> Proposal:
        """What is left to do once AWS shows what *call* did, or patience ends."""
        waited, pause = 0.0, 0.25
        while True:
            proposal = await self._propose(undo=undo)
            behind = proposal.awaited or same_first(proposal, call)
            if not behind or waited >= VERIFY_SECONDS:
                return proposal
            await self._sleep(pause)
            waited, pause = waited + pause, min(pause * 2, 2.0)

    async def _verified(self, proposal: Proposal, *, undo: bool) -> None:
        if proposal.calls or proposal.awaited:
            await self._requested(proposal.awaited or "sent, but AWS does not show it yet")
            return
        words = said_aws((proposal.told or self.goal.told(undo=undo)).done, self._now())
        if proposal.left:
            words += f"; left: {'; '.join(proposal.left)}"
        seen = State.IN_FORCE if self.trial and self.trial.accepted else State.CONFIRMED
        state = State.UNDONE if undo else seen
        await self._journal("verified", step=self.goal.deed, state=state, words=words)
        if undo and not proposal.left:
            # All is as it was: the next time begins a case of its own.
            await self._journal("closed", remaining=[])

    async def _requested(self, words: str) -> None:
        words = said_aws(words, self._now())
        await self._journal("verified", step=self.goal.deed, state=State.REQUESTED, words=words)

    def _plan(self, proposal: Proposal, *, undo: bool) -> Plan:
        told = proposal.told or self.goal.told(undo=undo)
        return Plan(
            step=self.goal.deed,
            title=told.title,
            stops=told.stops,
            leaves=told.leaves,
            reversible=True,
            undo=told.undo,
            calls=proposal.calls,
            warnings=proposal.warnings,
            blocked=proposal.blocked,
            # What is in the way is said first: with it nothing has come about yet.
            already=None if proposal.blocked else proposal.already,
            where=self.aws.where,
        )

    async def _journal(self, kind: str, **data: object) -> int:
        assert self.case
        # Waiting for the disk must not hold up the screen.
        return await asyncio.to_thread(self.case.append, kind, **data)
