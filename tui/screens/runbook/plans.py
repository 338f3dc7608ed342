"""All steps in full: what each would send now, as AWS CLI commands too."""

from __future__ import annotations

from datetime import datetime

from textual.app import ComposeResult

from services.incident.handling import Handling
from tui.commands.bindings import bindings
from tui.dialogs import steps
from tui.dialogs.plantexts import step_told
from tui.dialogs.steps import StepRow
from tui.frame.base import StanchScreen
from tui.frame.keyline import key_line
from tui.look.lines import Line
from tui.screens.runbook.commands import PLANS
from tui.settings.context import Subject
from tui.widgets.lines import Lines
from tui.widgets.page import Page
from tui.widgets.rule import rule


class PlansPage(Page):
    def __init__(self, handling: Handling, at: datetime, *, read_only: bool) -> None:
        super().__init__()
        self._handling, self._at = handling, at
        self._read_only = read_only

    def tell(self) -> None:
        self._rewrap()

    def _rewrap(self) -> None:
        if (width := self.size.width - 2) <= 0:
            return
        handling = self._handling
        rows = steps.rows(handling.state, handling.plans, handling.unplanned, handling.under_way)
        self._wrapped = [line for row in rows for line in self._told(row, width)]
        self.move(0)

    def _told(self, row: StepRow, width: int) -> list[Line]:
        handling, step = self._handling, row.step
        plan = handling.plans.get(step)
        ways = steps.ways(step, plan, handling.state, read_only=self._read_only)
        told = step_told(
            row,
            handling.state.step(step),
            plan,
            ways,
            steps.found(step, handling, self._at),
            width,
        )
        gap: list[Line] = [()] if row.number > 1 else []
        return [*gap, rule(f"{row.number} {step}", "", width), *told]


class PlansScreen(StanchScreen):
    scope = PLANS
    BINDINGS = bindings(scope)
    AUTO_FOCUS = "PlansPage"

    def __init__(self, handling: Handling) -> None:
        super().__init__()
        self._handling = handling

    @property
    def subject(self) -> Subject | None:
        key = self._handling.runbook.key if self._handling.runbook else None
        return Subject(key.id, key.user, key.service) if key else None

    def body(self) -> ComposeResult:
        yield Lines(id="key")
        yield PlansPage(self._handling, self.stanch.options.now(), read_only=self.read_only)

    def copied(self) -> str | None:
        plans = self._handling.plans.values()
        return "\n".join(str(plan.where.aws(call)) for plan in plans for call in plan.calls) or None

    def on_mount(self) -> None:
        self._handling.on_change.append(self._redraw)
        self.call_after_refresh(self._redraw)

    def on_unmount(self) -> None:
        self._handling.on_change.remove(self._redraw)

    def _redraw(self) -> None:
        if not self.drawable:
            return
        if self._handling.runbook:
            line = key_line(self._handling.runbook.key, None, self.stanch.options.now())
            self.query_one("#key", Lines).draw([line])
        self.query_one(PlansPage).tell()
        for step in self._handling.state.deeds:
            if self._handling.unchecked(step):
                self.run_worker(self._handling.check(step), group="check")

    def do_refresh(self) -> None:
        self.run_worker(self._handling.plan(), group="plan", exclusive=True)
