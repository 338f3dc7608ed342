"""Brings a goal about and takes it back: planned, journaled before it is sent, looked at after each call."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Unpack

from services.aws.call import Call
from services.aws.errors import AwsError, ReadOnly
from services.aws.session import AwsSession
from services.aws.sts import Caller
from services.cases import preflight
from services.cases.case import Case
from services.cases.engine import CaseEngine, Tools
from services.cases.errors import CaseError, Changed, Refused, RunbookError, Senseless
from services.cases.facts import STOOD
from services.cases.plan import Deed, Plan, State
from services.cases.secret import ToFile, ToScreen, ToSecretsManager
from services.cases.sender import Sending, gives_secret, stores_secret
from services.cases.sentences import asked
from services.cases.settle import (
    MAKES,
    PATIENCE,
    UNDATED,
    WITH_A_SECRET,
    Settlement,
    exists,
    made,
    made_at,
    patience,
)
from services.cases.state import CaseState, Intent, StepState
from services.goals.calls import same, same_first
from services.goals.goal import Goal, Ground, MakesKeys, Trial
from services.goals.proposal import Proposal
from services.incident.situation import said_aws

MORE_CALLS = 20
"""How many calls beyond those of the plan may turn out to be missing on the way."""
VERIFY_SECONDS = 10.0
"""How long AWS is asked again before "requested" is all that can be said."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A plan, and what it was worked out from."""

    plan: Plan
    proposal: Proposal

    def as_json(self) -> dict[str, object]:
        told = {"diff": list(self.proposal.diff), "remarks": list(self.proposal.remarks)}
        return self.plan.as_json() | told | dict(self.proposal.more)


class Upkeep(CaseEngine):
    """One goal, with or without a case; without one nothing can be sent.

    *trial* is what came of trying a new key out, where that was wanted.
    """

    def __init__(
        self,
        aws: AwsSession,
        caller: Caller,
        goal: Goal,
        case: Case | None = None,
        **tools: Unpack[Tools],
    ) -> None:
        super().__init__(aws, caller, case, **tools)
        self.goal = goal
        self.trial: Trial | None = None
        self._unlisted_since: float | None = None
        self._begun_at = 0
        """How many calls of the case were done when this deed was begun."""

    @property
    def _service(self) -> str:
        return self.goal.service if isinstance(self.goal, MakesKeys) else ""

    @property
    def _deed(self) -> Deed:
        return self.goal.deed

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
        return await self._unbroken(self._take(shown, undo=False))

    async def undo(self, shown: Plan | None = None) -> StepState:
        """Put all back as it was before this case."""
        return await self._unbroken(self._take(shown, undo=True))

    async def resume(self) -> tuple[str, ...]:
        """Settle every intent that has no outcome; returns what was found, a sentence each."""
        if self.case is None:
            return ()
        self.guard()
        return await self.settle_all()

    async def told(self) -> None:
        """Journal that the responder was told how it ended: asked for a key once more, it is another one."""
        if isinstance(self.goal, MakesKeys) and self.state.closed_at is None:
            await self._journal("told")

    async def in_force(self, words: str) -> None:
        """Journal that its effect was seen."""
        words = said_aws(words, self._now())
        await self._journal("verified", step=self.goal.deed, state=State.IN_FORCE, words=words)

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
        state = self.state
        if doubt := state.doubt(undo=undo):
            # On a guess nothing is brought about, and nothing is taken back.
            return Proposal(blocked=asked(doubt))
        ground = Ground(
            self.aws,
            self.caller,
            state,
            self._now,
            before=self._before(),
            planning=planning,
            secret_in_hand=self.secret is not None,
            names=self.names,
            fresh=self._fresh(state),
        )
        try:
            return await (self.goal.propose_undo(ground) if undo else self.goal.propose(ground))
        except Senseless:
            if self.case is None:
                raise
            raise self.case.senseless from None

    def _fresh(self, state: CaseState) -> bool:
        """Whether IAM may not list yet the key that the case made: by a clock that nobody sets."""
        made, by_aws = state.replacement, self.aws.clock.now()
        if made is None:
            return False
        if made.made is not None and by_aws is not None and by_aws - made.made > 2 * PATIENCE:
            return False
        if self._unlisted_since is None:
            self._unlisted_since = time.monotonic()
        return time.monotonic() - self._unlisted_since <= PATIENCE.total_seconds()

    def _before(self) -> Mapping[str, Any] | None:
        """What there was before the case's first call, if it made one."""
        facts = self.state.first_facts
        if facts is None:
            return None
        if STOOD not in facts and self.case is not None:
            # Taken for nothing, what stood there would be deleted.
            raise self.case.senseless
        return dict(facts[STOOD])

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
            await self._check_way_out(plan)
            self._begun_at = len(self.state.done)
            await self._keep()
            for _ in range(len(proposal.calls) + MORE_CALLS):
                if not proposal.calls:
                    break
                call = proposal.calls[0]
                shown_ones = [each for each in plan.calls if each.operation == call.operation]
                # What is taken back is taken back as it was shown, and nothing else.
                if (shown_ones or undo) and not any(same(call, each) for each in shown_ones):
                    raise Changed(
                        f"{call.operation} was not sent: the plan you saw has no such call. Plan anew."
                    )
                await self._sent(call, before, proposal, undo=undo)
                if self.secret and any(map(stores_secret, proposal.calls[1:2])):
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
        self._check_recorded()
        return self.step

    async def _sent(self, call: Call, before: Mapping[str, Any], proposal: Proposal, *, undo: bool) -> None:
        facts = {STOOD: dict(before), **proposal.facts}
        known = len(self.state.done)
        try:
            await self._send(Sending(self.goal.deed, call, undo, facts, proposal.secret_to))
        except (AwsError, CaseError) as error:
            if isinstance(error, AwsError):
                error.done = tuple(each.operation for each in self.state.done[self._begun_at : known])
            if self.secret is None:
                self._check_recorded()
            raise
        if gives_secret(call):
            self._unlisted_since = None
            await self._keep()
        elif stores_secret(call):
            await self._try_out()
            self.forget_secret()

    async def _keep(self) -> None:
        """Take a secret in hand where it is to go, or hold it until the next call has stored it."""
        if self.secret is None:
            return
        match self.goal.secret_to:
            case ToFile():
                await self._deliver_in_hand(self.goal.secret_to)
                await self._try_out()
                self.forget_secret()
            case ToScreen():
                # Shown by whoever asked for it, who then says so.
                if self.trial is None:
                    await self._try_out()
            case ToSecretsManager() | None:
                pass

    async def _try_out(self) -> None:
        """Use the new key once, where the goal wants that; what comes of it is journaled."""
        made = self.state.replacement
        if self.secret is None or made is None or not isinstance(self.goal, MakesKeys):
            return
        if where := self.goal.tried_at:
            await self._record("trying", key_id=made.key_id, where=where)
            self.trial = await self.goal.try_out(self.aws, self.secret, self._sleep)
            await self._record("tried", key_id=made.key_id, **self.trial.as_json())

    async def _settlement(self, intent: Intent) -> Settlement:
        """It took place if it is proposed no longer, and this call did it; of keys AWS's lists are asked."""
        operation = intent.call.operation
        if operation in WITH_A_SECRET or operation == "CreateUser":
            return await super()._settlement(intent)
        if operation in UNDATED:
            return await self._settled_undated(intent)
        done, words = await self._proposed_no_longer(intent)
        if done and operation in MAKES:
            proof = await made(self.aws, intent, there=True, at=await made_at(self.aws, intent.call))
            return Settlement(True, words) if proof.done and not proof.candidates else proof
        return Settlement(done, words)

    async def _settled_undated(self, intent: Intent) -> Settlement:
        """Asked for by its name: what is proposed next hangs on whose it is."""
        for pause in (*patience(self.aws, intent.sent), None):
            there = await exists(self.aws, intent.call, self.caller.account)
            if there or pause is None:
                break
            await self._pause(pause)
        if not there:
            return Settlement(False, "it did not take place (confirmed by AWS)")
        proof = await made(self.aws, intent, there=True)
        return proof if proof.done is not True else Settlement(True, "it took place (confirmed by AWS)")

    async def _proposed_no_longer(self, intent: Intent) -> tuple[bool | None, str]:
        """A fresh "not done" is asked again until AWS has had time to agree with itself."""
        for pause in (*patience(self.aws, intent.sent), None):
            proposal = await self._propose(undo=intent.undo)
            if proposal.blocked and not proposal.calls:
                return None, f"whether it took place is unknown: {proposal.blocked.rstrip('.')}"
            if not any(same(call, intent.call) for call in proposal.calls):
                return True, "it took place (confirmed by AWS)"
            if pause is not None:
                await self._pause(pause)
        return False, "it did not take place (confirmed by AWS)"

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
        await self._record("verified", step=self.goal.deed, state=state, words=words)
        if undo and not proposal.left:
            # All is as it was: the next time begins a case of its own.
            await self._record("closed", remaining=[])

    async def _requested(self, words: str) -> None:
        words = said_aws(words, self._now())
        await self._record("verified", step=self.goal.deed, state=State.REQUESTED, words=words)

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
            blocked=self._way_on(proposal.blocked) if undo and proposal.blocked else proposal.blocked,
            # What is in the way is said first: with it nothing has come about yet.
            already=None if proposal.blocked else proposal.already,
            where=self.aws.where,
            secret_to=proposal.secret_to,
        )

    def _way_on(self, blocked: str) -> str:
        """What keeps this case from being undone, with what ends it all the same."""
        if self.case is None or self.state.doubt(undo=True):
            return blocked
        close = self.aws.where.stanch("case close", self.case.id)
        return f"{blocked} Where nothing more is to be undone, close the case (`{close}`)."
