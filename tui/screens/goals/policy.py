"""A policy that governs keys: chosen, read, held against what is there, attached and taken away again."""

from __future__ import annotations

import json

from textual.app import ComposeResult

from services.base.keyservices import short_service
from services.base.text import clean
from services.goals.governance.documents import SERVICES, BadDocument, Document, Kind, Wanted, document
from services.goals.governance.goal import PolicyGoal
from services.goals.governance.targets import BadTarget, parse_target, target_of_user
from tui.commands.bindings import bindings
from tui.dialogs.sentence import SentenceDialog
from tui.look.lines import Line
from tui.routes import ToPolicy
from tui.screens.goals.commands import POLICY
from tui.screens.goals.goal import GoalScreen, Unchosen
from tui.widgets.form import picked
from tui.widgets.lines import Lines
from tui.widgets.picker import Picker

KINDS = tuple(Kind)
AGES = (1, 5, 30, 90, 365)


class PolicyScreen(GoalScreen):
    scope = POLICY
    BINDINGS = bindings(scope)
    verb = "Attach it"
    verb_back = "Remove it"

    def __init__(self, to: ToPolicy) -> None:
        super().__init__()
        self._target, wanted = to.target, to.wanted
        if to.subject:
            self._target = target_of_user(to.subject.user)
            wanted = Wanted(KINDS[0], to.subject.service) if to.subject.service in SERVICES else None
        self._first = wanted or Wanted(KINDS[0])
        self._ages = tuple(sorted({*AGES, self._first.days}))
        self._log_groups = self._first.log_groups

    def form(self) -> ComposeResult:
        first = self._first
        kinds = tuple(f"{kind}: {kind.told}" for kind in KINDS)
        services = tuple(short_service(each) for each in SERVICES)
        ages = tuple(f"at most {age} day{'s' * (age > 1)}" for age in self._ages)
        yield Picker("policy", kinds, KINDS.index(first.kind), id="kind")
        yield Picker("service", services, SERVICES.index(first.service), id="service")
        yield Picker("days", ages, self._ages.index(first.days), id="days")
        yield Lines(id="whom")

    @property
    def wanted(self) -> Wanted:
        return Wanted(
            KINDS[picked(self, "kind")],
            SERVICES[picked(self, "service")],
            days=self._ages[picked(self, "days")],
            allow=self._first.allow,
            log_groups=self._log_groups,
        )

    def goal(self) -> PolicyGoal | None:
        try:
            document(self.wanted)
        except BadDocument as error:
            raise Unchosen(str(error).replace("(--log-group NAME)", "(X)")) from None
        return PolicyGoal(self._target, self.wanted) if self._target else None

    def document(self) -> Document | None:
        try:
            return document(self.wanted)
        except BadDocument:
            return None

    def heading(self) -> tuple[str, ...]:
        if self.document() is None:
            return self.wanted.name, "no document"
        return self.wanted.name, "what attaching it would do" if self._target else "document"

    def changed(self, *, after: float = 0) -> None:
        self.query_one("#days").display = self.wanted.kind is Kind.EXPIRY
        self._draw_whom()
        super().changed(after=after)

    def on_resize(self) -> None:
        self._draw_whom()

    def _draw_whom(self) -> None:
        if not self.drawable or not self.size.width:
            return
        asked = [("attach to", self._target.words if self._target else "no target yet", "x chooses")]
        if self.wanted.kind is Kind.WRITE:
            asked.append(("log groups", ", ".join(self._log_groups) or "none yet", "X names them"))
        lines: list[Line] = [
            ((f"   {label:<12}", "quiet"), (clean(said), "strong"), (f"  {way}", "quiet"))
            for label, said, way in asked
        ]
        widget = self.query_one("#whom", Lines)
        widget.styles.height = len(lines)
        widget.draw(lines)

    # Commands

    def refuses(self, command_id: str) -> str | None:
        match command_id:
            case "attach" if self._target is None:
                return "no target is selected"
            case "attach":
                return super().refuses("bring_about")
            case "detach" if self._target is None:
                return "no target is selected"
            case "detach":
                return super().refuses("take_back")
            case "copy" if self.is_mounted and self.document() is None:
                return "there is no document"
            case "groups_named" if self.is_mounted and self.wanted.kind is not Kind.WRITE:
                return "only for the policy write"
        return None

    def do_attach(self) -> None:
        self.do_bring_about()

    def do_detach(self) -> None:
        self.do_take_back()

    def copied(self) -> str | None:
        found = self.document()
        return json.dumps(found, indent=2) if found else None

    def do_whom(self) -> None:
        told = "user:NAME, group:NAME, role:NAME, or scp: and a root, unit or account."
        self.app.push_screen(SentenceDialog("Attach it to which target?", told), self._take_whom)

    def do_groups_named(self) -> None:
        told = "The log groups it may write to, separated by spaces."
        self.app.push_screen(SentenceDialog("Which log groups?", told), self._take_groups)

    def _take_whom(self, text: str | None) -> None:
        if text is None:
            return
        try:
            self._target = parse_target(text)
        except BadTarget as error:
            self.say(str(error), "warn")
        else:
            self.changed()

    def _take_groups(self, text: str | None) -> None:
        if text is not None:
            self._log_groups = tuple(text.split())
            self.changed()
