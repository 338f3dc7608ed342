"""Where a case stands, worked out from its journal alone.

Kinds of line: ``opened`` · ``intent`` · ``outcome`` · ``settled`` · ``verified`` · ``delivered`` ·
``metadata`` · ``override`` · ``review`` · ``sweep`` · ``quiet`` · ``traffic`` · ``note`` ·
``suspected`` · ``watched`` · ``compromised`` · ``made`` · ``exported`` · ``handed`` · ``trying`` ·
``tried`` · ``told`` · ``responder`` · ``closed``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.aws.call import Call
from services.cases.plan import Deed, Stage, State, StepName, steps_of
from services.cases.window import after, outside


@dataclass(frozen=True, slots=True)
class Intent:
    """A call that was about to be sent; *undo* when it takes a step back.

    *sent* is when it went out, by AWS's clock; None where that is not known.
    """

    seq: int
    at: datetime
    step: Deed
    call: Call
    facts: Mapping[str, Any]
    undo: bool = False
    sent: datetime | None = None
    secret_to: str | None = None
    """Where the secret that the call gives was to go, ``kind:name``."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A call that may have made one of *candidates*, or none; only the responder can say.

    Where it is as the call wanted it (*holds*), that matters only once it is to be taken back.
    """

    intent: Intent
    candidates: tuple[str, ...]
    words: str
    holds: bool = False


@dataclass(frozen=True, slots=True)
class SentCall:
    call: Call
    at: datetime
    request_id: str | None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class StepState:
    state: State = State.TODO
    at: datetime | None = None
    words: str = ""
    calls: tuple[SentCall, ...] = ()
    undoing: bool = False
    """Whether the newest intent was to take the step back."""
    sent: datetime | None = None
    """When the newest call went out, by AWS's clock."""


@dataclass(frozen=True, slots=True)
class Replacement:
    """The new key; *delivered* names where its secret went, None where it is lost."""

    key_id: str
    user: str
    at: datetime
    delivered: str | None = None
    in_place: bool = False
    secret_to: str | None = None
    """Where its secret was to go, ``kind:name``."""
    made: datetime | None = None
    """When its call was sent, by AWS's clock."""
    at_by_aws: datetime | None = None
    """As *at*, by AWS's clock."""
    region: str | None = None
    """Where its secret lies in Secrets Manager, as far as that is known."""


@dataclass(frozen=True, slots=True)
class Thing:
    """When the call that made it was sent, by AWS's clock, and the id that AWS gave it, as far as known."""

    sent: datetime | None
    unique: str = ""


@dataclass(frozen=True, slots=True)
class CaseState:
    """Everything the journal says so far."""

    opened: Mapping[str, Any] = field(default_factory=dict)
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    responders: tuple[Mapping[str, Any], ...] = ()
    """Everybody who worked on it, in turn: responder (an ARN), login and host; the opener first."""
    steps: Mapping[Deed, StepState] = field(default_factory=dict)
    unsettled: Mapping[int, Intent] = field(default_factory=dict)
    doubts: Mapping[int, Doubt] = field(default_factory=dict)
    """Calls of which AWS cannot tell what they made, by the number of their intent."""
    replacement: Replacement | None = None
    keys: tuple[str, ...] = ()
    """Ids of all keys that this case made."""
    first_facts: Mapping[str, Any] | None = None
    """What the case's first call was planned on."""
    told: bool = False
    """Whether the responder was told how the last deed ended."""
    reviews: tuple[Mapping[str, Any], ...] = ()
    done: tuple[Call, ...] = ()
    """Every call that AWS is known to have acted on, in order."""
    made_things: Mapping[tuple[str, str], Thing] = field(default_factory=dict)
    """What this case made or changed last, by operation and name: a namesake made later is another's."""
    done_by: Mapping[Deed, tuple[Call, ...]] = field(default_factory=dict)
    """The same, by what it was done for."""
    marks: tuple[tuple[datetime, str], ...] = ()
    """When the runbook acted, for the time axis of a graph."""
    marks_by_aws: Mapping[str, datetime] = field(default_factory=dict)
    """When each of these last took place by AWS's clock, as far as that was known."""
    off_since: datetime | None = None
    """Since when, by AWS's clock, the key is Inactive as far as this case knows.

    None where it was not made or found so, or made or found Active since, by whomever.
    """
    user_id: str | None = None
    """AWS's own id of the key's user, as far as that was read before the key was deleted."""
    suspected: datetime | None = None
    """Since when the key may be in wrong hands, said the responder."""
    compromised: tuple[Mapping[str, Any], ...] = ()
    """Other credentials that an intruder's address used or made, each as it was last read back."""
    made: tuple[Mapping[str, Any], ...] = ()
    """What followed credentials made, each with its record, as it was last read back."""
    quiet: Mapping[str, Any] | None = None
    """How it was when it was last looked whether nothing is used any more: at, words and enough."""
    before: Mapping[str, str | None] = field(default_factory=dict)
    """What stood where this case has put something, to the byte, until it is restored; None for nothing."""
    recorded: tuple[str, ...] = ()
    """The services whose keys' use this case let a trail record."""
    watched: tuple[str, ...] = ()
    """The log groups that the key of a rotation writes to, as far as that is known."""

    @property
    def kind(self) -> str:
        """What the case is about: an incident, unless its first line says otherwise."""
        return str(self.opened.get("kind") or INCIDENT)

    @property
    def about(self) -> str:
        """The key of an incident, or the name of what another kind of case is about."""
        return str(self.opened.get("key_id") or self.opened.get("about") or "")

    @property
    def whose(self) -> str:
        """The user, or to whom else it was done."""
        return str(self.opened.get("user") or self.opened.get("target") or "")

    @property
    def deeds(self) -> tuple[Deed, ...]:
        """An incident's five steps or a rotation's stages, taken or not; of another kind what was done."""
        if self.kind == INCIDENT:
            return steps_of(self.opened.get("service"))
        return _DEEDS.get(self.kind) or tuple(self.steps)

    @property
    def next_open(self) -> int | None:
        """The place of the first deed that is neither done nor asked for; None where there is none."""
        taken = {deed for deed in self.deeds if (at := self.step(deed).state).holds or at is State.REQUESTED}
        if self.step(StepName.DELETE).state.holds:
            # A key that is gone is stopped.
            taken.add(StepName.DEACTIVATE)
        return next((place for place, deed in enumerate(self.deeds) if deed not in taken), None)

    def step(self, name: Deed) -> StepState:
        return self.steps.get(name, StepState())

    def doubt(self, step: Deed | None = None, *, undo: bool) -> Doubt | None:
        """What is to be asked first, of that step or of any, before anything is done or taken back."""
        for doubt in self.doubts.values():
            if step in (None, doubt.intent.step) and (undo or not doubt.holds):
                return doubt
        return None

    def did(self, operation: str, **params: object) -> bool:
        """Whether such a call, with these parameters among its own, is known to have been done."""
        return any(
            call.operation == operation and params.items() <= call.params.items() for call in self.done
        )

    def made_that(self, operation: str, name: str, created: datetime | None, unique: str = "") -> bool:
        """Whether what has that *name* now is what this case made by *operation*."""
        thing = self.made_things.get((operation, name))
        if thing is None:
            return False
        return thing.unique == unique if thing.unique and unique else not outside(thing.sent, created)

    def newer(self, operation: str, name: str, created: datetime | None) -> bool:
        """Whether what has that *name* now was made after this case's *operation*, so is another's."""
        thing = self.made_things.get((operation, name))
        return thing is not None and after(thing.sent, created)

    def marked(self, name: str) -> datetime | None:
        """When *name* last took place."""
        return max((at for at, mark in self.marks if mark == name), default=None)

    def marked_by_aws(self, name: str) -> datetime | None:
        """The same by AWS's clock, to be compared with AWS's records."""
        return self.marks_by_aws.get(name)


INCIDENT, ROTATION = "incident", "rotation"

_DEEDS: Mapping[str, tuple[Deed, ...]] = {
    ROTATION: (StepName.REPLACE, Stage.IMPORT, StepName.DEACTIVATE, Stage.WATCH, StepName.DELETE),
}
