"""What a step would do, as data: shown before the deed, and then done exactly so."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypedDict

from services.aws.call import Call
from services.aws.where import Where
from services.base.keyservices import ACCESS_KEY, ROLE, TEMPORARY


class StepName(StrEnum):
    """The runbook's steps in AWS's order; any may be taken early."""

    DEACTIVATE = "deactivate"
    REVIEW = "review"
    REPLACE = "replace"
    DELETE = "delete"
    DENY = "deny"


class LeverName(StrEnum):
    """Beside the steps: what else stops a flow, or takes away what the user could be used for."""

    GROUPS = "groups"
    ACCESS_KEYS = "access-keys"
    SESSIONS = "sessions"
    INTRUDER = "intruder"


class Governing(StrEnum):
    """In the quiet weeks: keys made with all they need, recorded, and kept from being made or used."""

    POLICY = "policy"
    SETUP = "setup"
    ISSUE = "issue"
    HARDEN = "harden"


class Telling(StrEnum):
    """Who else is told of a case, and given its report."""

    SECURITY_IR = "security-ir"


class Stage(StrEnum):
    """Between the steps of a rotation: what is waited for, and no call brings about."""

    IMPORT = "import"
    WATCH = "watch"


Deed = StepName | LeverName | Governing | Telling | Stage
"""Whatever can be done, and the journal tells of."""


def deed(name: str) -> Deed:
    """The deed of that name; raises ValueError."""
    for kind in (StepName, LeverName, Telling, Stage):
        if name in kind.__members__.values():
            return kind(name)
    return Governing(name)


def steps_of(service: str | None) -> tuple[Deed, ...]:
    """The steps of a key of *service*, in AWS's order: the sessions of an access key outlive it."""
    if service == TEMPORARY:
        return (LeverName.SESSIONS, StepName.REVIEW, StepName.DENY)
    if service == ROLE:
        return (LeverName.SESSIONS,)
    if service == ACCESS_KEY:
        first, *others = StepName
        return (first, LeverName.SESSIONS, *others)
    return tuple(StepName)


class State(StrEnum):
    """How far a step is; three different words for three different degrees of certainty."""

    TODO = "todo"
    REQUESTED = "requested"
    """It was sent; AWS has not been read back."""
    CONFIRMED = "confirmed"
    """AWS says so."""
    IN_FORCE = "in_force"
    """Its effect was seen: calls refused, or the flow gone."""
    UNDONE = "undone"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """Sent, and no answer; AWS could not be asked what is true."""

    @property
    def holds(self) -> bool:
        return self in (State.CONFIRMED, State.IN_FORCE)

    @property
    def label(self) -> str:
        """What a person reads; scripts read the value."""
        return {State.TODO: "to do", State.IN_FORCE: "enforced"}.get(self, self.value)


class PlanParts(TypedDict, total=False):
    """What is worked out of a plan anew each time; the rest are the step's own words."""

    calls: tuple[Call, ...]
    warnings: tuple[str, ...]
    blocked: str | None
    already: str | None
    facts: dict[str, object]
    secret_to: str | None
    left: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """One step before it is taken.

    *already* says that there is nothing to do, *blocked* that it cannot be done now and the ways round;
    *facts* are what is true before, kept with the intent so that a killed run can be settled.
    """

    step: Deed
    title: str
    stops: str
    leaves: str
    reversible: bool
    undo: str | None
    calls: tuple[Call, ...] = ()
    warnings: tuple[str, ...] = ()
    blocked: str | None = None
    already: str | None = None
    overridable: bool = False
    facts: dict[str, object] = field(default_factory=dict)
    where: Where = field(default_factory=Where)
    """Where the calls go."""
    secret_to: str | None = None
    """Where a new secret goes, ``kind:name``."""
    left: tuple[str, ...] = ()
    """What it does not reach and should: done, the deed is incomplete."""
    stamp: str | None = None
    """A moment that stands in its calls: planned later, it is another, and that is no difference."""

    def difference(self, shown: Plan) -> str | None:
        """What is not as it was when *shown* was made, in words; None where the deed is the same."""
        if self.already and not shown.already:
            return self.already
        if self._deed() == shown._deed():
            return None
        changed = [
            f"{name} was {shown.facts[name]} and is {value}."
            for name, value in self.facts.items()
            if shown.facts.get(name, value) != value and isinstance(value, str | None)
        ]
        return " ".join(changed) or "Other calls are needed now; look at the new plan."

    def _deed(self) -> list[tuple[str, str, str | None, dict[str, object]]]:
        # A token of its own for each plan is no difference.
        return [
            (
                call.service,
                call.operation,
                call.region,
                {
                    key: value.replace(self.stamp, "") if self.stamp and isinstance(value, str) else value
                    for key, value in call.params.items()
                    if key != "ClientRequestToken"
                },
            )
            for call in self.calls
        ]

    def as_json(self) -> dict[str, object]:
        return {
            "name": self.step.value,
            "title": self.title,
            "stops": self.stops,
            "leaves": self.leaves,
            "reversible": self.reversible,
            "undo": self.undo,
            "calls": [call.as_json() | {"cli": str(self.where.aws(call))} for call in self.calls],
            "warnings": list(self.warnings),
            "blocked": self.blocked,
            "already": self.already,
        }
