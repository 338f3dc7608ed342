"""What a rotation leaves behind when its case is closed, as far as the journal tells."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from services.cases.plan import Stage, State, StepName
from services.cases.state import CaseState


def left_of(state: CaseState) -> tuple[str, ...]:
    """The gravest first, a sentence each; none where nothing is left."""
    return tuple(_left(state))


def _left(state: CaseState) -> Iterator[str]:
    for intent in state.unsettled.values():
        yield f"What became of {intent.call.operation} is unknown: resume the case to ask AWS."
    old, made, deleted = state.about, state.replacement, state.step(StepName.DELETE).state.holds
    if made and made.delivered is None:
        yield f"{made.key_id} of {made.user} was created but its secret is lost: delete it."
    if made and not deleted:
        if not state.step(StepName.DEACTIVATE).state.holds:
            yield f"The old key {old} still works, beside the new one {made.key_id}."
        else:
            yield f"The old key {old} is Inactive, and has not been deleted."
            if state.step(Stage.WATCH).state is not State.CONFIRMED:
                yield "Something may still use the old key: watch, or make it Active again."
    if made and made.delivered and made.delivered.startswith("file:"):
        path = made.delivered.removeprefix("file:")
        if Path(path).exists():
            yield f"The new secret is still in the file {path}: remove it."
