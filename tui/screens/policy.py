"""A policy that governs keys: chosen, read, held against what is there, attached and taken away again."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace

from textual.app import ComposeResult

from services.aws.errors import AwsError, ReadOnly
from services.governance.documents import SERVICES, BadDocument, Document, Kind, Wanted, document
from services.governance.goal import PolicyGoal
from services.governance.targets import BadTarget, Target, parse_target
from services.runbook.case import CaseBook
from services.runbook.errors import RunbookError
from services.runbook.plan import Plan
from services.text import clean
from services.upkeep import book
from services.upkeep.engine import Offer, Upkeep
from tui.commands import bindings
from tui.screens.base import StanchScreen
from tui.screens.dialogs.confirm import ConfirmDialog, Deed
from tui.screens.dialogs.sentence import SentenceDialog
from tui.widgets.lines import Line, Lines, Role
from tui.widgets.page import Page
from tui.widgets.picker import Picker
from tui.widgets.planview import call_told, labelled, plan_told
from tui.widgets.rule import Rule

KINDS = tuple(Kind)
AGES = (1, 5, 30, 90, 365)
_DIFF: dict[str, Role] = {"+": "good", "-": "alarm"}


class PolicyPage(Page):
    """The document alone, or the plan and the diff, at its own width."""

    def __init__(self, *, id: str) -> None:  # noqa: A002
        super().__init__(id=id, more="pgdn")
        self._document: Document | None = None
        self._offer: Offer | None = None
        self._words = ""

    def tell(self, words: str = "", made: Document | None = None, offer: Offer | None = None) -> None:
        """*words* above it: what is waited for, or why there is nothing."""
        self._words, self._document, self._offer = words, made, offer
        self.move_to(0)
        self._rewrap()

    def _rewrap(self) -> None:
        if (width := self.size.width - 2) > 0:
            self._wrapped = [*self._wrap_words(width), *self._told(width)]
            self.move(0)

    def _wrap_words(self, width: int) -> list[Line]:
        return [*labelled("", clean(self._words), width), ()] if self._words else []

    def _told(self, width: int) -> list[Line]:
        text = json.dumps(self._document, indent=2) if self._document else ""
        lines: list[Line] = [((line, "text"),) for line in text.splitlines()]
        if (offer := self._offer) is None:
            return lines
        told = plan_told(replace(offer.plan, calls=()), (), width)
        for remark in offer.proposal.remarks:
            told += labelled("said", remark, width, "warn")
        sent = [
            line for number, call in enumerate(offer.plan.calls, 1) for line in call_told(number, call, width)
        ]
        # What changes is shown line by line; where nothing does, what is there.
        return [*told, (), *(map(_diffed, offer.proposal.diff) if offer.proposal.diff else lines), (), *sent]


class PolicyScreen(StanchScreen):
    scope = "policy"
    BINDINGS = bindings(scope)

    def __init__(self, target: Target | None = None, wanted: Wanted | None = None) -> None:
        super().__init__()
        self._target = target
        self._first = wanted or Wanted(KINDS[0])
        self._ages = tuple(sorted({*AGES, self._first.days}))
        self._log_groups = self._first.log_groups
        self._attaching: Upkeep | None = None
        self._offer: Offer | None = None
        self._doing: str | None = None

    def body(self) -> ComposeResult:
        first = self._first
        kinds = tuple(f"{kind}: {kind.told}" for kind in KINDS)
        services = tuple(each.removesuffix(".amazonaws.com") for each in SERVICES)
        ages = tuple(f"at most {age} day{'s' * (age > 1)}" for age in self._ages)
        yield Picker("policy", kinds, KINDS.index(first.kind), id="kind")
        yield Picker("service", services, SERVICES.index(first.service), id="service")
        yield Picker("days", ages, self._ages.index(first.days), id="days")
        yield Lines(id="whom")
        yield Rule(id="text-rule")
        yield PolicyPage(id="text")

    def on_mount(self) -> None:
        self.set_focus(self.query_one("#kind"))
        self._changed()

    def on_picker_turned(self) -> None:
        self._changed()

    def on_resize(self) -> None:
        self._draw_whom()

    @property
    def wanted(self) -> Wanted:
        return Wanted(
            KINDS[self._picked("kind")],
            SERVICES[self._picked("service")],
            days=self._ages[self._picked("days")],
            allow=self._first.allow,
            log_groups=self._log_groups,
        )

    def _picked(self, picker_id: str) -> int:
        return self.query_one(f"#{picker_id}", Picker).index

    def _changed(self) -> None:
        """Another policy or target: draw the document, and plan anew where there is a target."""
        self.query_one("#days").display = self.wanted.kind is Kind.EXPIRY
        self._attaching = self._offer = None
        self._draw_whom()
        text = self.query_one("#text", PolicyPage)
        try:
            made = document(self.wanted)
        except BadDocument as error:
            self._entitle("no document")
            text.tell(str(error).replace("(--log-group NAME)", "(n)"))
        else:
            self._entitle("document" if self._target is None else "what attaching it would do")
            text.tell("asking AWS what is there…" if self._target else "", made)
            if self._target:
                self.run_worker(self._plan(self._target, self.wanted), group="plan", exclusive=True)
        self.commands_changed()

    async def _plan(self, target: Target, wanted: Wanted) -> None:
        text = self.query_one("#text", PolicyPage)
        try:
            cases = CaseBook(self.stanch.options.state_dir)
            attaching = await book.look_up(await self.stanch.aws(), cases, PolicyGoal(target, wanted))
            self._attaching, self._offer = attaching, await attaching.offer()
        except (AwsError, RunbookError) as error:
            text.tell(str(error), document(wanted))
            self.stanch.keep(f"reading {target.words}", error)
        else:
            text.tell(made=document(wanted), offer=self._offer)
        self.commands_changed()

    def _draw_whom(self) -> None:
        if not self.drawable or not self.size.width:
            return
        whom = self._target.words if self._target else "nobody yet"
        groups = ", ".join(self._log_groups) or "none yet"
        line: Line = (("   attach to   ", "quiet"), (clean(whom), "strong"), ("  w chooses", "quiet"))
        if self.wanted.kind is Kind.WRITE:
            line = (
                *line,
                ("   log groups  ", "quiet"),
                (clean(groups), "strong"),
                ("  n names them", "quiet"),
            )
        self.query_one("#whom", Lines).draw([line])

    def _entitle(self, title: str) -> None:
        self.query_one("#text-rule", Rule).entitle(self.wanted.name, title)

    # Commands

    def refuses(self, command_id: str) -> str | None:
        if not self.is_mounted:
            return None
        match command_id:
            case "attach" | "detach" if self._doing:
                return f"{self._doing} is under way"
            case "attach" | "detach" if self._target is None:
                return "nobody is chosen"
            case "attach" | "detach" if self._offer is None:
                return "not read yet"
            case "groups_named" if self.wanted.kind is not Kind.WRITE:
                return "only for the policy write"
            case "copy_document" if self._made() is None:
                return "there is no document"
        return None

    def do_next_choice(self) -> None:
        self._move(1)

    def do_previous_choice(self) -> None:
        self._move(-1)

    def do_text_down(self) -> None:
        self.query_one("#text", PolicyPage).do_page_down()

    def do_text_up(self) -> None:
        self.query_one("#text", PolicyPage).do_page_up()

    def do_copy_document(self) -> None:
        self.app.copy_to_clipboard(json.dumps(self._made(), indent=2))
        self.say("Sent to the terminal's clipboard (OSC 52); not all terminals take it.")

    def do_whom(self) -> None:
        told = "user:NAME, group:NAME, role:NAME, or scp: and a root, unit or account."
        self.app.push_screen(SentenceDialog("Attach it to whom?", told), self._take_whom)

    def do_groups_named(self) -> None:
        told = "The log groups that may be written to, with spaces between them."
        self.app.push_screen(SentenceDialog("Which log groups?", told), self._take_groups)

    def do_attach(self) -> None:
        self.run_worker(self._ask(undo=False), group="ask", exclusive=True)

    def do_detach(self) -> None:
        self.run_worker(self._ask(undo=True), group="ask", exclusive=True)

    def do_refresh(self) -> None:
        self._changed()

    def _move(self, by: int) -> None:
        stops = [picker for picker in self.query(Picker) if picker.display]
        at = stops.index(self.focused) if isinstance(self.focused, Picker) else 0
        self.set_focus(stops[(at + by) % len(stops)])

    def _made(self) -> Document | None:
        try:
            return document(self.wanted)
        except BadDocument:
            return None

    def _take_whom(self, text: str | None) -> None:
        if text is None:
            return
        try:
            self._target = parse_target(text)
        except BadTarget as error:
            self.say(str(error), "warn")
        else:
            self._changed()

    def _take_groups(self, text: str | None) -> None:
        if text is not None:
            self._log_groups = tuple(text.split())
            self._changed()

    async def _ask(self, *, undo: bool) -> None:
        """Confirm and begin; a deed that was begun goes on though the screen is left."""
        attaching, offer = self._attaching, self._offer
        assert attaching
        assert offer
        try:
            plan = (await attaching.offer_undo()).plan if undo else offer.plan
        except AwsError as error:
            self.report(f"reading {attaching.goal.whose}", error)
            return
        if reason := plan.blocked or plan.already:
            self.say(reason, "warn")
            return
        whose = f"{attaching.goal.whose} · account {attaching.caller.account}"
        verb = "Take it away" if undo else "Attach it"
        if await self.app.push_screen_wait(ConfirmDialog(Deed(plan, whose, verb, label="whom"))):
            self._doing = plan.title
            self.commands_changed()
            self.app.run_worker(self._do(attaching, plan, undo=undo), group="policies")

    async def _do(self, attaching: Upkeep, plan: Plan, *, undo: bool) -> None:
        cases = CaseBook(self.stanch.options.state_dir)
        try:
            case = await asyncio.to_thread(book.begin, attaching, cases)
            try:
                for words in await attaching.resume():
                    self.stanch.keep_words("going on with a policy", words)
                step = await (attaching.undo(plan) if undo else attaching.apply(plan))
            finally:
                case.__exit__(None, None, None)
            said = f"{step.words[:1].upper()}{step.words[1:]}. Case {case.id}."
        except (AwsError, ReadOnly, RunbookError) as error:
            self.stanch.keep(plan.title, error)
            said = f"{error}  (! shows it again)"
        self._doing = None
        if self.drawable:
            self._changed()
            self.say(said)


def _diffed(line: str) -> Line:
    return ((clean(line), _DIFF.get(line[:1], "quiet")),)
