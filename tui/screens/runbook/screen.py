"""The runbook of one key: its steps, each planned before it is taken, undone where that is possible."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from textual.app import ComposeResult
from textual.timer import Timer

from services.cases.plan import Deed, LeverName, StepName
from services.incident.handling import Handling
from services.incident.outcome import Stopped
from tui.commands.bindings import bindings
from tui.commands.command import Command
from tui.dialogs import steps
from tui.dialogs.asking import Asking
from tui.flows.graph import FlowGraph
from tui.flows.marks import Mark
from tui.flows.reader import FlowReader
from tui.frame import guide
from tui.frame.base import StanchScreen
from tui.frame.polling import Poll
from tui.routes import ToEvents, ToRunbook, ToSweep
from tui.screens.runbook.commands import RUNBOOK
from tui.screens.runbook.planview import PlanView
from tui.screens.runbook.refusals import refused
from tui.screens.runbook.steplist import StepList
from tui.screens.runbook.stepmoves import StepMoves
from tui.screens.runbook.view import RunbookView, open_case
from tui.settings.context import Subject
from tui.widgets.rule import rule

LOOK_SECONDS = 15.0
"""Between two looks whether AWS agrees by now and the replacement is in use; a demo looks more often."""

_PATIENCE = 0.4
"""Seconds until it is said what a key that was pressed waits for."""

_CALM = 0.05
"""Seconds within which changes are drawn together."""


class RunbookScreen(StepMoves):
    """Asks AWS for the key and plans all steps; the first can be taken before the others are planned."""

    scope = RUNBOOK
    BINDINGS = bindings(scope)
    VERTICAL_BREAKPOINTS = [(0, "-short"), (20, "-usual"), (32, "-tall")]  # noqa: RUF012 (Textual's own shape)

    def __init__(self, to: ToRunbook) -> None:
        super().__init__()
        self._key_id = to.key_id
        self._user = to.user
        self._wanted_case = to.case
        self._handling: Handling | None = None
        self._trouble: str | None = None
        self._read = asyncio.Event()  # or could not be
        self._asking: object = None
        self._reading_quiet = False
        self._drawing: Timer | None = None
        self._waits: dict[Deed, str] = {}
        """What the steps were said to wait for."""
        self._written: str | None = None
        """Where the report is, until another step is looked at."""

    def body(self) -> ComposeResult:
        options = self.stanch.options
        self._flows = FlowReader(options, self.stanch.aws, self._draw_flow)
        self._polls = (
            Poll(self, options.poll_seconds, self._read_flow),
            Poll(self, min(options.poll_seconds, LOOK_SECONDS), self._look),
        )
        yield RunbookView()
        yield FlowGraph(self._draw_flow, style=self.stanch.graphs, id="flow")

    @property
    def subject(self) -> Subject | None:
        key = self._handling.runbook.key if self._handling and self._handling.runbook else None
        if key:
            return Subject(key.id, key.user, key.service)
        return Subject(self._key_id, self._user) if self._user else None

    @property
    def _step(self) -> Deed:
        # A key may come before the view is there.
        view = self.query_one_optional(RunbookView)
        return view.step if view else StepName.DEACTIVATE

    def guidance(self) -> str | None:
        if self._handling is None or self._handling.closed:
            return None
        return guide.on_runbook(self._handling.state)

    def on_mount(self) -> None:
        self._draw()
        self.stanch.each_second(self, self._tick)
        self.run_worker(self._open(), group="open", exclusive=True)

    def on_unmount(self) -> None:
        shown = self.stanch.context.case
        if shown and self._handling and self._handling.case and shown.case == self._handling.case.id:
            # Another runbook below may have put its own there by now.
            self.app.run_worker(self.stanch.leave_case(shown.case), group="left-open")
        if self._handling:
            self._handling.on_change.remove(self._changed)
            self.stanch.desk.release(self._handling)

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        for poll in self._polls:
            poll.start()
        self._draw()

    def on_screen_suspend(self) -> None:
        for poll in self._polls:
            poll.stop()

    def on_runbook_view_ready(self) -> None:
        self._draw()

    async def _open(self) -> None:
        try:
            handling = await self.stanch.desk.open(self._key_id, self._user, self._wanted_case)
        except Stopped as error:
            self._trouble = str(error)
            self.report(f"opening the runbook of {self._key_id}", error)
            self._read.set()
            self._draw()
            return
        self._trouble = None
        self._handling = handling
        self._read.set()
        handling.on_change.append(self._changed)
        self._draw()
        if handling.case and handling.case.held and not handling.closed:
            found = " ".join((*handling.notices, *handling.settled))
            self.say(f"Case {handling.case.id} resumed. {found}".rstrip(), "warn" if found else "info")
        elif handling.notices:
            self.say(" ".join(handling.notices), "warn")
        await handling.plan()

    async def _look(self) -> bool:
        try:
            if self._handling and not self._asking:
                await self._handling.look_again()
        except Stopped as error:
            self.stanch.keep("reading the steps back", error)
            return False
        return True

    async def _read_flow(self) -> bool:
        await self._read.wait()
        try:
            if self.of_logs:
                await self._flows.read()
        except Stopped as error:
            self.stanch.keep("reading IncomingBytes", error)
            return False
        finally:
            self._draw_flow()
        if told := self._flows.changed:
            self.say(" ".join(told), "warn")
            self.app.bell()
        return True

    # What is drawn.

    def _changed(self) -> None:
        if self._drawing is None:
            self._drawing = self.set_timer(_CALM, self._draw)

    def _tick(self) -> None:
        """Count the seconds that a step waits for AWS."""
        if self._handling and self.is_current and (waits := steps.waits(self._handling)) != self._waits:
            self._waits = waits
            self._draw()

    def _draw(self) -> None:
        self._drawing = None
        if not self.drawable or not (view := self.query_one(RunbookView)).size.width:
            return
        handling = self._handling
        now = self.stanch.options.now()
        view.show_key(self._key_id, self._user, handling, now)
        view.show(self._key_id, handling, self._trouble, now, read_only=self.read_only)
        if handling and handling.unchecked(self._step):
            self.run_worker(handling.check(self._step), group="check")
        self._draw_flow()
        if handling and self.is_current:
            self.stanch.show_case(open_case(handling))
        self.commands_changed()

    def _draw_flow(self) -> None:
        if not self.drawable:
            return
        graph, handling = self.query_one("#flow", FlowGraph), self._handling
        marks = tuple(Mark(at, name) for at, name in handling.state.marks) if handling else ()
        review = handling.work.review if handling else None
        used = {event.log_group for event in review.use if event.log_group} if review else set()
        self.set_class(self.of_logs is False, "-not-of-logs")
        self.set_class(self._flows.nothing, "-no-flow")
        if self.of_logs and (flow := self._flows.flow(marks, used)):
            graph.show(flow)
        elif graph.size.width:
            told = self._flows.told if self.of_logs else self._trouble or "reading the key"
            graph.clear()
            graph.draw([rule("IncomingBytes", told, graph.size.width)])

    def on_step_list_chosen(self, event: StepList.Chosen) -> None:
        self._written = None
        self._draw()

    # What can be done.

    def copied(self) -> str | None:
        """The report that was written just now, else the commands of the selected step, else the key's ID."""
        if self._written:
            return self._written
        plan = self._handling.plans.get(self._step) if self._handling else None
        calls = [str(plan.where.aws(call)) for call in plan.calls] if plan else []
        return "\n".join(calls) or self._key_id

    def paged(self) -> str | None:
        """The plan of the selected step."""
        return "\n".join(self.query_one(PlanView).texts()) if self.drawable else None

    def refuses(self, command_id: str) -> str | None:
        if self._reading_quiet and command_id == "quiet":
            return "it is being looked at"
        return refused(command_id, self._step, self._handling, self._trouble, read_only=self.read_only)

    def do_end_sessions(self) -> None:
        self._ask(self._end_sessions)

    def do_take(self) -> None:
        step = self._step
        if (onward := self._onward) is not None:
            self.query_one(StepList).choose(onward)
            return
        if self._handling is None:
            self.say(f"{step}: asked as soon as the key is read.")
        self._ask(lambda asking: asking.take(step), f"{step}: asking AWS what stands in its way…")

    @property
    def _onward(self) -> int | None:
        """Where the next open step is, from one that is done: enter goes on there, and does nothing twice."""
        handling = self._handling
        if handling is None or handling.closed or self._step in handling.under_way:
            return None
        return handling.state.next_open if handling.state.step(self._step).state.holds else None

    def label_of(self, command: Command) -> str:
        return "next step" if command.id == "take" and self._onward is not None else super().label_of(command)

    def do_undo(self) -> None:
        step = self._step
        self._ask(lambda asking: asking.undo(step), f"{step}: asking AWS what undoing it takes…")

    def do_override(self) -> None:
        self._ask(lambda asking: asking.override())

    def do_options(self) -> None:
        step = self._step
        self._ask(lambda asking: self._choose(asking, step))

    def do_note(self) -> None:
        self._ask(self._note)

    def do_next_group(self) -> None:
        self._flows.next()
        self._draw_flow()

    def do_plans(self) -> None:
        from tui.screens.runbook.plans import PlansScreen

        if self._handling:
            self.app.push_screen(PlansScreen(self._handling))

    def do_sweep(self) -> None:
        if self._handling:
            self.stanch.open(ToSweep(self._handling))

    def do_groups(self) -> None:
        from tui.screens.runbook.groups import GroupsScreen

        if self._handling:
            self.app.push_screen(GroupsScreen(self._handling))

    def do_quiet(self) -> None:
        if self._handling and not self._reading_quiet:
            self._reading_quiet = True
            self.say("Reading the records since the containment…", topic="quiet")
            self.run_worker(self._look_for_quiet(self._handling), group="quiet")

    def do_report(self) -> None:
        self._ask(self._report)

    def do_take_over(self) -> None:
        self._ask(self._take_over)

    def do_close_case(self) -> None:
        self._ask(lambda asking: asking.close())

    def do_events(self) -> None:
        if self._handling and self._handling.runbook:
            key = self._handling.runbook.key
            self.stanch.open(ToEvents(key.user, key.id, key.service, self._handling))

    def do_refresh(self) -> None:
        if self._handling is None:
            self._trouble = None
            self._read.clear()
            self.run_worker(self._open(), group="open", exclusive=True)
        else:
            self.run_worker(self._refresh(self._handling), group="look", exclusive=True)

    async def do_back(self) -> None:
        left = list(self._handling.under_way) if self._handling else []
        await self.stanch.back()
        if left and isinstance(screen := self.app.screen, StanchScreen):
            words = f"{' and '.join(left)} of {self._key_id} continues; the result will be shown here."
            screen.call_after_refresh(screen.say, words)

    def _ask(self, question: Callable[[Asking], Awaitable[None]], meanwhile: str = "") -> None:
        """One question at a time: a key pressed twice must not ask, or do, anything twice.

        *meanwhile* is said where it takes a while until the question can be asked.
        """
        if self._asking:
            self.say("AWS is still being asked for what you chose before: press the key again after that.")
            return
        self._asking = question
        if meanwhile and self._handling:
            self.set_timer(_PATIENCE, lambda: self._still_asking(question, meanwhile))
        self.run_worker(self._asked(question), group="ask")

    def _still_asking(self, question: object, words: str) -> None:
        if self._asking is question and self.is_active:
            self.say(words, topic="asked")

    async def _asked(self, question: Callable[[Asking], Awaitable[None]]) -> None:
        try:
            await self._read.wait()
            if self._handling:
                await question(Asking(self.app, self.stanch.desk, self._handling, self.stanch.context))
        except Stopped as error:
            self.say(steps.without_shell_ways(str(error)), "warn")
        finally:
            self._asking = None
            self.hush("asked")
            self._changed()

    async def _choose(self, asking: Asking, step: Deed) -> None:
        await asking.choose(step)
        if self._handling:
            self.run_worker(self._handling.plan(step), group="plan")

    async def _end_sessions(self, asking: Asking) -> None:
        if handling := self._handling:
            ended = handling.state.step(LeverName.SESSIONS).state.holds
            await asking.pull(LeverName.SESSIONS, handling.options, undo=ended)

    async def _note(self, asking: Asking) -> None:
        if await asking.note():
            self.say("Note added to the journal.")

    async def _take_over(self, asking: Asking) -> None:
        if await asking.take_over() and self._handling and (case := self._handling.case):
            self.say(" ".join((f"Case {case.id} is yours now.", *self._handling.settled)))

    async def _report(self, asking: Asking) -> None:
        from tui.dialogs.casework import write_report

        self.say("Writing the report…", topic="asked")
        if self._handling:
            self._written = str(await write_report(self._handling))
            self.say(f"Report written to {self._written} (y copies the path)")

    async def _look_for_quiet(self, handling: Handling) -> None:
        try:
            found = await handling.quiet()
        except Stopped as error:
            self.say(steps.without_shell_ways(str(error)), "warn")
        else:
            self.say(" ".join((found.words(self.stanch.options.now()), *found.unread)))
        finally:
            self._reading_quiet = False
            self.hush("quiet")
            self._changed()

    async def _refresh(self, handling: Handling) -> None:
        try:
            found = await handling.settle()
            await handling.look_again()
        except Stopped as error:
            self.report("reading the steps back", error)
            return
        await handling.plan()
        self.say(" ".join(found) or "Refreshed.")
