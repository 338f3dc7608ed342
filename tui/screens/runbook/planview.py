"""The chosen step in full, under the list of all of them."""

from __future__ import annotations

from collections.abc import Sequence

from services.cases.plan import Plan
from services.cases.state import StepState
from tui.dialogs.plantexts import step_told
from tui.dialogs.steps import StepRow
from tui.widgets.page import Page


class PlanView(Page):
    """Shows one step at its own width; what does not fit is said, and scrolled to."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, more="pgdn, or p for all steps")
        self._step: tuple[StepRow, StepState, Plan | None, tuple[str, ...], tuple[str, ...]] | None = None

    def show_step(
        self,
        row: StepRow,
        now: StepState,
        plan: Plan | None,
        ways: Sequence[str] = (),
        found: Sequence[str] = (),
    ) -> None:
        if self._step is None or self._step[0].step is not row.step:
            self._top = 0
        self._step = (row, now, plan, tuple(ways), tuple(found))
        self._rewrap()

    def _rewrap(self) -> None:
        if self._step and (width := self.size.width - 2) > 0:
            self._wrapped = list(step_told(*self._step, width))
            self.move(0)
