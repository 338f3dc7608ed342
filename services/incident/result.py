"""What came of a step that was taken or undone."""

from __future__ import annotations

from dataclasses import dataclass

from services.cases.plan import State
from services.cases.secret import Secret
from services.cases.state import StepState


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a step; *secret* only where the responder asked for it on the screen."""

    step: StepState
    message: str
    secret: Secret | None = None
    left: tuple[str, ...] = ()
    """What the step should have reached and did not, a sentence each."""

    @property
    def verified(self) -> bool:
        return self.step.state.holds or self.step.state is State.UNDONE
