"""Moving about in the runbook: from step to step, and in the plan of the one that is selected."""

from __future__ import annotations

from tui.flows.graphscreen import GraphScreen
from tui.screens.runbook.planview import PlanView
from tui.screens.runbook.steplist import StepList


class StepMoves(GraphScreen):
    """A screen with a list of steps and one plan."""

    def do_step_down(self) -> None:
        self.query_one(StepList).move(1)

    def do_step_up(self) -> None:
        self.query_one(StepList).move(-1)

    def do_step_1(self) -> None:
        self.query_one(StepList).choose(0)

    def do_step_2(self) -> None:
        self.query_one(StepList).choose(1)

    def do_step_3(self) -> None:
        self.query_one(StepList).choose(2)

    def do_step_4(self) -> None:
        self.query_one(StepList).choose(3)

    def do_step_5(self) -> None:
        self.query_one(StepList).choose(4)

    def do_step_6(self) -> None:
        self.query_one(StepList).choose(5)

    def do_plan_down(self) -> None:
        self.query_one(PlanView).do_page_down()

    def do_plan_up(self) -> None:
        self.query_one(PlanView).do_page_up()
