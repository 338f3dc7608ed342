"""A policy that stands at its target, as a goal: attached, held against what is there, and taken away."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from services.aws.inlinepolicies import created
from services.base import documents
from services.cases.errors import CaseError
from services.cases.plan import Governing
from services.cases.state import CaseState
from services.goals.goal import Ground
from services.goals.governance.documents import Document, Kind, Wanted, document
from services.goals.governance.proposal import attach, detach
from services.goals.governance.standing import HOLDERS, Standing, look
from services.goals.governance.targets import BadTarget, Target, TargetKind, parse_target
from services.goals.governance.validation import Validation, validate
from services.goals.governance.words import attaching, detaching
from services.goals.proposal import Proposal, planned
from services.goals.told import Told


@dataclass(frozen=True)
class PolicyGoal:
    """Raises BadDocument where *policy* makes no document."""

    at: Target
    policy: Wanted

    deed = Governing.POLICY
    secret_to = None

    def __post_init__(self) -> None:
        document(self.policy)

    @property
    def document(self) -> Document:
        named = self.at.name if self.at.kind is TargetKind.USER else None
        return document(replace(self.policy, user=named))

    @property
    def about(self) -> str:
        return self.policy.name

    @property
    def target(self) -> str:
        return str(self.at)

    @property
    def whose(self) -> str:
        return self.at.words

    @property
    def wanted(self) -> Mapping[str, object]:
        policy = self.policy
        return {
            "kind": policy.kind.value,
            "service": policy.service,
            "days": policy.days,
            "allow": policy.allow,
            "log_groups": list(policy.log_groups),
            **({"more": list(policy.more)} if policy.more else {}),
        }

    def goes_on(self, case: CaseState) -> bool:
        return True

    def told(self, *, undo: bool) -> Told:
        return (detaching if undo else attaching)(self.at, self.policy)

    async def propose(self, ground: Ground) -> Proposal:
        made = self.document
        sent = _sent(ground.case)
        if not ground.planning:
            return attach(self.at, self.policy, made, await look(ground.aws, self.at, self.policy.name), sent)
        validation, at = await asyncio.gather(
            validate(ground.aws, made, self.at), look(ground.aws, self.at, self.policy.name)
        )
        return _remarked(attach(self.at, self.policy, made, at, sent), validation)

    async def propose_undo(self, ground: Ground) -> Proposal:
        at = await look(ground.aws, self.at, self.policy.name)
        did = {call.operation for call in ground.case.done}
        before = ground.stood(Standing) if did else None
        found = detach(self.at, self.policy, at, before, did, _sent(ground.case))
        if found.calls and await self._made_anew(ground, at, before or Standing()):
            told = f"was created anew since, by someone else: {self.policy.name} is left as it is"
            who = f"The policy {self.policy.name}" if at.policy_id else self.at.words
            return Proposal(blocked=f"{who[:1].upper()}{who[1:]} {told}.")
        return found

    async def _made_anew(self, ground: Ground, at: Standing, before: Standing) -> bool:
        """Whether a namesake has the policy, or is it, by now: the case did nothing to that one."""
        if not self.at.iam:
            did = {call.params["PolicyId"] for call in ground.case.done if "PolicyId" in call.params}
            known = did | {before.policy_id} if before.policy_id else did
            return bool(known) and at.policy_id not in known
        holder = HOLDERS[self.at.kind]
        made = await created(ground.aws, holder, self.at.name)
        return ground.case.newer(f"Put{holder}Policy", self.at.name, made)


def _sent(case: CaseState) -> list[Document]:
    texts = (text for call in case.done if (text := _content(call.params)))
    return [dict(found) for text in texts if (found := documents.mapping(text)) is not None]


def _content(params: Mapping[str, Any]) -> str | None:
    """The document that a call sent, if it sent one."""
    found = params.get("PolicyDocument") or params.get("Content")
    return str(found) if found else None


def goal_of(state: CaseState) -> PolicyGoal:
    """What the case is about; raises CaseError where its first line does not say."""
    try:
        wanted = dict(state.opened["wanted"])
        wanted |= {"kind": Kind(wanted["kind"]), "log_groups": tuple(wanted["log_groups"])}
        wanted["more"] = tuple(wanted.get("more", ()))
        return PolicyGoal(parse_target(state.opened["target"]), Wanted(**wanted))
    except (KeyError, TypeError, ValueError, BadTarget) as error:
        raise CaseError(f"The case does not say which policy it is about ({error!r}).") from None


def _remarked(proposal: Proposal, validation: Validation) -> Proposal:
    remarks = [f"Access Analyzer: {each.code}: {each.words}" for each in validation.remarks]
    if validation.trouble:
        remarks.append(f"Access Analyzer was not asked. {validation.trouble}")
    blocked = None
    if validation.errors and proposal.calls:
        blocked = f"Access Analyzer finds an error in it: {validation.errors[0].words}"
    return planned(proposal, remarks, {"validation": validation.as_json()}, blocked)
