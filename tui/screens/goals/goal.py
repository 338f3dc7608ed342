"""What shall stand in the account: chosen in a form, planned below it, brought about and taken back."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Input

from services.aws.errors import AwsError, ReadOnly
from services.cases.book import CaseBook
from services.cases.errors import RunbookError
from services.cases.plan import Plan
from services.cases.secret import ToScreen
from services.goals import book
from services.goals.engine import Offer, Upkeep
from services.goals.goal import Goal
from tui.dialogs.confirm import ConfirmDialog, Deed
from tui.dialogs.doubt import ask_doubts
from tui.dialogs.inhand import rescue, show
from tui.dialogs.steps import without_shell_ways
from tui.frame.base import StanchScreen
from tui.screens.goals.offerview import OfferView
from tui.widgets import form
from tui.widgets.rule import Rule

_TYPING_SECONDS = 0.4
"""After the last letter: AWS is not asked about half a name."""


class Unchosen(Exception):
    """What is chosen makes no goal yet; the message says what is missing."""


class GoalScreen(StanchScreen):
    """Plans anew whenever another choice is made.

    *verb* and *verb_back* are the buttons' words, and *label* says what the goal's `whose` names.
    """

    verb = "Do it"
    verb_back = "Undo it"
    label = "whom"

    def __init__(self) -> None:
        super().__init__()
        self._upkeep: Upkeep | None = None
        self._offer: Offer | None = None
        self._doing: str | None = None
        self._result: tuple[str, ...] = ()
        self._choice = 0
        """Counts the choices: what was planned for an earlier one is not shown."""

    def form(self) -> ComposeResult:
        """The lines to choose by."""
        raise NotImplementedError

    def goal(self) -> Goal | None:
        """What is chosen, None where that needs nothing of AWS yet; raises Unchosen."""
        raise NotImplementedError

    def document(self) -> Mapping[str, object] | None:
        """What can be shown before AWS is asked."""
        return None

    def heading(self) -> tuple[str, ...]:
        """Of the lower part."""
        raise NotImplementedError

    async def after(self, upkeep: Upkeep) -> tuple[str, ...]:
        """What is shown, line by line, once it stands; raises nothing of AWS's."""
        return ()

    def body(self) -> ComposeResult:
        with VerticalScroll(id="form", can_focus=False):
            yield from self.form()
        yield Rule(id="text-rule")
        yield OfferView(id="text")

    def on_mount(self) -> None:
        self.set_focus(form.stops(self)[0])
        self.changed()

    def on_picker_turned(self) -> None:
        self.changed()

    def on_input_changed(self, event: Input.Changed) -> None:
        self.changed(after=_TYPING_SECONDS)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.call_later(self.action_command, "bring_about")

    def changed(self, *, after: float = 0) -> None:
        """Another choice: plan it, *after* that many seconds without a further one."""
        self._result = ()
        self._look_again(after)

    def _look_again(self, after: float = 0) -> None:
        self._upkeep = self._offer = None
        self._choice += 1
        text = self.query_one("#text", OfferView)
        try:
            goal = self.goal()
        except Unchosen as missing:
            text.tell(str(missing))
        else:
            words = "" if self._result or not goal else "asking AWS what is there…"
            text.tell(words, self.document(), result=self._result)
            if goal:
                self.run_worker(self._plan(goal, self._choice, after), group="plan")
        self.query_one("#text-rule", Rule).entitle(*self.heading())
        self.commands_changed()

    async def _plan(self, goal: Goal, choice: int, after: float) -> None:
        await asyncio.sleep(after)
        # Not cancelled by the next letter: a worker that never began would be a warning.
        if choice != self._choice or not self.drawable:
            return
        text = self.query_one("#text", OfferView)
        try:
            upkeep = await book.look_up(await self.stanch.aws(), self._cases, goal)
            offer = await upkeep.offer()
        except (AwsError, RunbookError) as error:
            if choice != self._choice:
                return
            text.tell(without_shell_ways(str(error)), self.document())
            self.stanch.keep(f"reading {goal.whose}", error)
        else:
            if choice != self._choice:
                return
            self._upkeep, self._offer = upkeep, offer
            text.tell(made=self.document(), offer=offer, result=self._result)
        self.commands_changed()

    @property
    def _cases(self) -> CaseBook:
        return CaseBook(self.stanch.options.state_dir)

    # Commands

    def refuses(self, command_id: str) -> str | None:
        if not self.is_mounted:
            return None
        match command_id:
            case "bring_about" | "take_back" if self._doing:
                return f"{self._doing} is under way"
            case "bring_about" | "take_back" if self._offer is None:
                return "not read yet"
        return None

    def do_next_choice(self) -> None:
        form.move(self, 1)

    def do_previous_choice(self) -> None:
        form.move(self, -1)

    def do_text_down(self) -> None:
        self.query_one("#text", OfferView).do_page_down()

    def do_text_up(self) -> None:
        self.query_one("#text", OfferView).do_page_up()

    def do_bring_about(self) -> None:
        self.run_worker(self._ask(undo=False), group="ask", exclusive=True)

    def do_take_back(self) -> None:
        self.run_worker(self._ask(undo=True), group="ask", exclusive=True)

    def copied(self) -> str | None:
        """What came of it, else the commands that do the same."""
        plan = self._offer.plan if self._offer else None
        calls = [str(plan.where.aws(call)) for call in plan.calls] if plan else []
        return "\n".join(self._result or calls) or None

    def do_refresh(self) -> None:
        self.changed()

    async def _ask(self, *, undo: bool) -> None:
        """Confirm and begin; a deed that was begun goes on though the screen is left."""
        upkeep, offer = self._upkeep, self._offer
        assert upkeep
        assert offer
        try:
            if undo:
                # What is taken back is what its case did, though that case is done.
                upkeep = await book.look_up(upkeep.aws, self._cases, upkeep.goal, undoing=True)
            found, doubted = await self._settled(upkeep), upkeep.state.doubt(undo=undo) is not None
            if found:
                self.say(" ".join(found))
            if doubted:
                with await asyncio.to_thread(book.begin, upkeep, self._cases):
                    await ask_doubts(self.app, upkeep, undo=undo)
            if found or doubted:
                # What is planned now is another thing: look at it first.
                self._look_again()
                return
            plan = (await upkeep.offer_undo()).plan if undo else offer.plan
        except (AwsError, RunbookError) as error:
            self.report(f"reading {upkeep.goal.whose}", error)
            return
        if reason := plan.blocked or plan.already:
            self.say(without_shell_ways(reason), "warn")
            return
        whose = f"{upkeep.goal.whose} · account {upkeep.caller.account}"
        verb = self.verb_back if undo else self.verb
        if await self.app.push_screen_wait(ConfirmDialog(Deed(plan, whose, verb, label=self.label))):
            self._doing = plan.title
            self.commands_changed()
            self.stanch.desk.carry(plan.title, self._do(upkeep, plan, undo=undo))

    async def _settled(self, upkeep: Upkeep) -> tuple[str, ...]:
        """What AWS says came of a run that was cut off."""
        if not upkeep.state.unsettled:
            return ()
        with await asyncio.to_thread(book.begin, upkeep, self._cases):
            return await upkeep.resume()

    async def _do(self, upkeep: Upkeep, plan: Plan, *, undo: bool) -> None:
        result: tuple[str, ...] = ()
        try:
            case = await asyncio.to_thread(book.begin, upkeep, self._cases)
            try:
                for words in await upkeep.resume():
                    self.stanch.keep_words(f"going on with {plan.title}", words)
                step = await (upkeep.undo(plan) if undo else upkeep.apply(plan))
                if not undo:
                    await self._hand_over(upkeep)
                    result = await self.after(upkeep)
                await upkeep.told()
            finally:
                case.__exit__(None, None, None)
            said = f"{step.words[:1].upper()}{step.words[1:]}. Case {case.id}."
        except (AwsError, ReadOnly, RunbookError) as error:
            self.stanch.keep(plan.title, error)
            words = without_shell_ways(str(error))
            said = f"{words}  (! shows it again)"
            await self.stanch.desk.ask(rescue(self.app, upkeep, words))
        self._doing = None
        if self.drawable:
            self._result = result
            self._look_again()
            self.say(said)

    async def _hand_over(self, upkeep: Upkeep) -> None:
        """A secret that was asked for on the screen is shown to who is there, whatever screen that is."""
        if isinstance(upkeep.goal.secret_to, ToScreen) and upkeep.secret:
            await self.stanch.desk.ask(show(self.app, upkeep))
