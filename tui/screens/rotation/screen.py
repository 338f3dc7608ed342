"""One key replaced without a gap: where its rotation stands, the flow meanwhile, and the way on or back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from textual.app import ComposeResult

from services.aws.errors import AwsError, ReadOnly
from services.cases.book import CaseBook
from services.cases.errors import CaseHeld, NoSuchKey, RunbookError
from services.cases.plan import Plan, StepName
from services.cases.preflight import warned
from services.incident.result import Result
from services.incident.situation import Options
from services.rotation import opening
from services.rotation.engine import Rotation
from services.rotation.stages import Next, Standing
from tui.commands.bindings import bindings
from tui.dialogs.confirm import ConfirmDialog, Deed, key_told
from tui.dialogs.doubt import ask_doubts
from tui.dialogs.inhand import rescue, show
from tui.dialogs.options import OptionsDialog
from tui.dialogs.sentence import SentenceDialog
from tui.dialogs.steps import without_shell_ways
from tui.flows.graph import FlowGraph
from tui.flows.graphscreen import GraphScreen
from tui.flows.marks import Mark
from tui.flows.reader import FlowReader
from tui.frame.keyline import key_line
from tui.frame.polling import Poll
from tui.look.lines import fit
from tui.routes import ToRotation
from tui.screens.rotation import texts as rotationtexts
from tui.screens.rotation.commands import ROTATION
from tui.settings.context import Subject
from tui.widgets.lines import Lines
from tui.widgets.page import Page
from tui.widgets.rule import Rule, rule

Act = Callable[[Rotation], Awaitable[Result]]
_Stopped = (AwsError, ReadOnly, RunbookError)


class RotationScreen(GraphScreen):
    """The case is held only while something is done: others may go on with it in between."""

    scope = ROTATION
    BINDINGS = bindings(scope)

    def __init__(self, to: ToRotation) -> None:
        super().__init__()
        self._key_id, self._user = to.key_id, to.user
        self._options = Options()
        self._rotation: Rotation | None = None
        self._standing: Standing | None = None
        self._trouble: str | None = None
        self._doing: str | None = None

    @property
    def subject(self) -> Subject | None:
        key = self._rotation.key if self._rotation else None
        return Subject(key.id, key.user, key.service) if key else None

    def body(self) -> ComposeResult:
        yield Lines(id="key")
        yield Lines(id="stages")
        yield Rule(id="row-rule")
        yield Page(id="row-text")
        yield FlowGraph(self._draw_flow, style=self.stanch.graphs, id="flow")

    def on_mount(self) -> None:
        options = self.stanch.options
        self._flows = FlowReader(options, self.stanch.aws, self._draw_flow)
        self._polls = (
            Poll(self, options.poll_seconds, self._look),
            Poll(self, options.poll_seconds, self._read_flow),
        )
        self._draw()

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        for poll in self._polls:
            poll.start()

    def on_screen_suspend(self) -> None:
        for poll in self._polls:
            poll.stop()

    def on_resize(self) -> None:
        self._draw()

    # Reading

    async def _look(self) -> bool:
        if self._doing:
            return True
        try:
            cases = CaseBook(self.stanch.options.state_dir)
            found = await opening.look_up(await self.stanch.aws(), cases, self._key_id, user=self._user)
            standing = await found.standing(self._options)
        except _Stopped as error:
            if str(error) != self._trouble:
                self.stanch.keep(f"looking at the rotation of {self._key_id}", error)
            self._trouble = str(error)
            if isinstance(error, NoSuchKey):
                self._standing = None
            self._draw()
            return False
        self._rotation, self._standing, self._trouble = found, standing, found.barred
        self._draw()
        return True

    async def _read_flow(self) -> bool:
        if self.of_logs is False:
            return True
        try:
            await self._flows.read()
        except AwsError as error:
            self.stanch.keep("reading IncomingBytes", error)
            return False
        self._draw_flow()
        return True

    # Showing

    def _draw(self) -> None:
        if not self.drawable or not (width := self.size.width):
            return
        rotation, now = self._rotation, self.stanch.options.now()
        key = rotation.key if rotation else self._key_id
        self.query_one("#key", Lines).draw([fit(key_line(key, self._user, now), width)])
        stages = rotationtexts.stages(rotation.state if rotation else None, width)
        self.query_one("#stages", Lines).draw(stages)
        case = f"case {rotation.case.id}" if rotation and rotation.case else "no case yet"
        self.query_one("#row-rule", Rule).entitle("where it stands", self._doing or case)
        told = rotationtexts.told(self._standing, self._trouble, width - 2, waiting=rotation is None)
        self.query_one("#row-text", Page).show(told)
        self._draw_flow()
        self.commands_changed()

    def _draw_flow(self) -> None:
        if not self.drawable:
            return
        graph = self.query_one("#flow", FlowGraph)
        state = self._rotation.state if self._rotation else None
        marks = tuple(Mark(when, name) for when, name in state.marks) if state else ()
        self.set_class(self.of_logs is False, "-not-of-logs")
        if self.of_logs and (flow := self._flows.flow(marks, state.watched if state else ())):
            graph.show(flow)
        elif graph.size.width:
            graph.clear()
            told = self._flows.told if self.of_logs else "reading the key"
            graph.draw([rule("IncomingBytes", told, graph.size.width)])

    # Commands

    def refuses(self, command_id: str) -> str | None:
        if command_id not in ("next_stage", "back_again", "end_rotation", "delete_anyway"):
            return None
        if self._doing:
            return f"{self._doing} is under way"
        if self._rotation is None or self._standing is None:
            return "not read yet"
        standing, made = self._standing, self._rotation.state.replacement
        match command_id:
            case "next_stage" if standing.next is Next.DONE:
                return "nothing is left to do"
            case "next_stage" if standing.next is Next.WATCH:
                return "not certain yet: wait, or press o to delete anyway"
            case "back_again" if standing.old is None or standing.old.status != "Inactive":
                return "the old key is not Inactive"
            case "end_rotation" if made is None:
                return "no second key was created yet"
            case "end_rotation" if standing.old and standing.old.status == "Inactive":
                return "the old key is made Active again first (b)"
            case "delete_anyway" if standing.next not in (Next.WATCH, Next.DELETE):
                return "the old key is made Inactive first"
        return None

    def do_next_stage(self) -> None:
        match self._standing.next if self._standing else Next.DONE:
            case Next.REPLACE:
                self._ask(StepName.REPLACE, "Make it")
            case Next.IMPORT:
                self._ask(StepName.DEACTIVATE, "It is imported: go on", imported=True)
            case Next.DEACTIVATE:
                self._ask(StepName.DEACTIVATE, "Make it Inactive")
            case Next.DELETE:
                self._ask(StepName.DELETE, "Delete it")

    def do_back_again(self) -> None:
        self._ask(StepName.DEACTIVATE, "Make it Active", undo=True)

    def do_end_rotation(self) -> None:
        self._ask(StepName.REPLACE, "Delete the new key", undo=True)

    def do_delete_anyway(self) -> None:
        def reasoned(reason: str | None) -> None:
            if reason:
                self._ask(StepName.DELETE, "Delete it", override=reason)

        told = "It is journaled. Whatever still sends the old key is denied permanently."
        self.app.push_screen(SentenceDialog("Why delete it before that is certain?", told), reasoned)

    def do_rotation_options(self) -> None:
        def chosen(options: Options | None) -> None:
            if options:
                self._options = options

        user, now = self._rotation.key.user if self._rotation else "", self.stanch.options.now()
        dialog = OptionsDialog(StepName.REPLACE, self._options, user, now, forms=False)
        self.app.push_screen(dialog, chosen)

    def do_next_graph(self) -> None:
        self._flows.next()
        self._draw_flow()

    def do_refresh(self) -> None:
        self.stanch.reintroduce()
        for poll in self._polls:
            poll.now()

    # Doing

    def _ask(
        self,
        step: StepName,
        verb: str,
        *,
        undo: bool = False,
        imported: bool = False,
        override: str | None = None,
    ) -> None:
        rotation = self._rotation
        assert rotation
        options = rotationtexts.with_override(self._options, override)
        self.run_worker(
            self._asked(rotation, step, verb, options, undo, imported), group="ask", exclusive=True
        )

    async def _asked(
        self, rotation: Rotation, step: StepName, verb: str, options: Options, undo: bool, imported: bool
    ) -> None:
        try:
            if rotation.state.doubt(undo=undo):
                cases = CaseBook(self.stanch.options.state_dir)
                with await asyncio.to_thread(opening.begin, rotation, cases):
                    await ask_doubts(self.app, rotation, undo=undo)
                self._polls[0].now()
                return
            plan = await self._planned(rotation, step, options, undo, imported)
        except _Stopped as error:
            self.report("planning the rotation", error)
            return
        if plan.blocked or plan.already:
            self.say(without_shell_ways(plan.blocked or plan.already or ""), "warn")
            return
        key = rotation.key
        whose = key_told(key, rotation.caller.account)
        typed = key.id if step is StepName.DELETE else None
        if await self.app.push_screen_wait(ConfirmDialog(Deed(plan, whose, verb, typed=typed))):
            self._doing = plan.title
            self._draw()
            self.stanch.desk.carry(plan.title, self._do(rotation, step, options, undo, imported, plan))

    async def _planned(
        self, rotation: Rotation, step: StepName, options: Options, undo: bool, imported: bool
    ) -> Plan:
        plan = await (rotation.plan_undo if undo else rotation.plan)(step, options)
        if imported and plan.blocked and plan.overridable:
            plan = await rotationtexts.once_imported(rotation)
        return warned(plan, await rotation.preflight(plan))

    async def _do(
        self, rotation: Rotation, step: StepName, options: Options, undo: bool, imported: bool, plan: Plan
    ) -> None:
        cases = CaseBook(self.stanch.options.state_dir)
        try:
            rotation.guard()
            case = await asyncio.to_thread(opening.begin, rotation, cases)
            try:
                for words in await rotation.resume():
                    self.stanch.keep_words("going on with a rotation", words)
                if imported:
                    await rotation.imported(f"imported (reported by {rotation.caller.name})")
                result = await self._take(rotation, step, options, undo, plan)
                if result.secret:
                    await self.stanch.desk.ask(show(self.app, rotation))
                    await rotation.verify(StepName.REPLACE)
            finally:
                case.__exit__(None, None, None)
            said = f"{result.message.rstrip('.')}. Case {case.id}."
        except (*_Stopped, CaseHeld) as error:
            self.stanch.keep(plan.title, error)
            said = f"{without_shell_ways(str(error))}  (! shows it again)"
            await self.stanch.desk.ask(rescue(self.app, rotation, str(error)))
        self._doing = None
        if self.drawable:
            self.say(said)
            self._polls[0].now()
            self._draw()

    async def _take(
        self, rotation: Rotation, step: StepName, options: Options, undo: bool, plan: Plan
    ) -> Result:
        if undo and step is StepName.REPLACE:
            return await rotation.abandon(options, shown=plan)
        return await (rotation.undo if undo else rotation.apply)(step, options, shown=plan)
