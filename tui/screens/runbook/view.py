"""What a runbook shows above its graph: the key, the case's state, the steps, and the chosen step in full."""

from __future__ import annotations

from datetime import datetime

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from services.cases.plan import Deed, StepName, steps_of
from services.incident.handling import Handling
from services.keys.accesskeys import service_told_by
from tui.dialogs import steps
from tui.dialogs.steps import StepRow
from tui.frame.keyline import key_line
from tui.look.lines import Line, fit, wrap
from tui.screens.runbook.planview import PlanView
from tui.screens.runbook.steplist import StepList, lever_line
from tui.settings.context import OpenCase
from tui.widgets.lines import Lines
from tui.widgets.rule import Rule


class RunbookView(Vertical):
    """*trouble* is why there is no handling, where there will be none."""

    def compose(self) -> ComposeResult:
        yield Lines(id="key")
        yield Lines(id="case")
        yield StepList()
        yield Lines(id="levers")
        yield Rule(id="step-rule")
        yield PlanView()

    class Ready(Message):
        """It has its size, or another one: time to show."""

    @property
    def step(self) -> Deed:
        steps = self.query_one_optional(StepList)
        return steps.step if steps else StepName.DEACTIVATE

    def on_resize(self) -> None:
        self.post_message(self.Ready())

    def show_key(self, key_id: str, user: str | None, handling: Handling | None, now: datetime) -> None:
        key = handling.runbook.key if handling and handling.runbook else key_id
        self.query_one("#key", Lines).draw([fit(key_line(key, user, now), self.size.width)])

    def show(
        self,
        key_id: str,
        handling: Handling | None,
        trouble: str | None,
        at: datetime,
        *,
        read_only: bool,
    ) -> None:
        self._show_case(handling, read_only=read_only)
        self._show_levers(handling)
        rows = _rows(key_id, handling, trouble)
        self.query_one(StepList).show(rows)
        step = self.step
        row = next(each for each in rows if each.step is step)
        self.query_one("#step-rule", Rule).entitle(f"{row.number} {step}")
        view = self.query_one(PlanView)
        if handling is None:
            view.show_step(row, steps.NOTHING, None)
            return
        plan, now = handling.plans.get(step), handling.state.step(step)
        ways = steps.ways(step, plan, handling.state, read_only=read_only)
        view.show_step(row, now, plan, ways, steps.found(step, handling, at))

    def _show_levers(self, handling: Handling | None) -> None:
        rows = steps.lever_rows(handling.state, handling.under_way, steps.waits(handling)) if handling else ()
        widget = self.query_one("#levers", Lines)
        widget.styles.height = len(rows)
        widget.draw([lever_line(row, self.size.width) for row in rows])

    def _show_case(self, handling: Handling | None, *, read_only: bool) -> None:
        sentence: Line = ()
        if handling and handling.barred:
            way = " T takes it over." if handling.contested and not read_only else ""
            said = steps.without_shell_ways(handling.barred)
            sentence = (("! ", "warn"), (f"{said} You can still plan.{way}", "warn"))
        elif handling and handling.closed:
            words = "This case is closed: open the key from the inventory to start another."
            sentence = (("· ", "quiet"), (words, "quiet"))
        lines = wrap(sentence, self.size.width - 2, indent=2) if sentence else []
        widget = self.query_one("#case", Lines)
        widget.styles.height = len(lines)
        widget.draw([((" ", "text"), *line) for line in lines])


def _rows(key_id: str, handling: Handling | None, trouble: str | None) -> tuple[StepRow, ...]:
    if handling is None:
        deeds = steps_of(service_told_by(key_id))
        return steps.waiting(deeds, trouble or "reading the key", failed=trouble is not None)
    waits = steps.waits(handling)
    return steps.rows(handling.state, handling.plans, handling.unplanned, handling.under_way, waits)


def open_case(handling: Handling) -> OpenCase | None:
    """What the status line shows of the case, where there is one."""
    state = handling.state
    if handling.case is None or state.opened_at is None:
        return None
    return OpenCase(handling.case.id, state.opened_at, state.closed_at)
