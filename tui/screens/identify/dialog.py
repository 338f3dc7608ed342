"""Paste what was leaked: what it says of itself is read here and offline, then AWS is asked whose it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from textual import on
from textual.app import ComposeResult

from services.aws.errors import AwsError
from services.aws.reach import Reach
from services.base.keyservices import ACCESS_KEY, TEMPORARY
from services.keys.anywhere import look_up_anywhere
from services.keys.handed import handed_in
from services.keys.inventory import Key
from services.keys.token import TokenError
from services.keys.whose import Answer, KeyFacts, offline
from tui.commands.bindings import bindings
from tui.commands.command import Command
from tui.dialogs.sentence import SentenceDialog
from tui.frame.dialog import Dialog
from tui.look.lines import Line
from tui.routes import Route, ToIdentify, ToKey, ToRunbook
from tui.screens.identify.commands import IDENTIFY
from tui.screens.identify.texts import facts_lines, why_not_opened
from tui.settings.accounts import checked_role
from tui.settings.context import Subject
from tui.settings.place import Place
from tui.widgets.page import Page
from tui.widgets.secretfield import SecretField

_FIRST: Line = (
    (
        "Paste a key, an ID or a whole message and press enter. It is decoded on this machine, and never "
        "shown or stored.",
        "quiet",
    ),
)


class IdentifyDialog(Dialog[None]):
    """Its subject is the key in sight, once it is found."""

    scope = IDENTIFY
    BINDINGS = bindings(scope)

    def __init__(self, to: ToIdentify) -> None:
        super().__init__()
        self._pasted = to.pasted
        self._facts: list[KeyFacts] = []
        self._at = 0
        self._answered = 0
        """How many of them AWS was asked for."""
        self._next: str | None = None
        self._roles: dict[str, str] = {}
        """What was typed for accounts that no role is configured for."""

    def body(self) -> ComposeResult:
        self.entitle("identify a leaked key")
        yield SecretField("the leaked key, or text with it")
        yield Page(id="told", more="j for more")

    def on_mount(self) -> None:
        self._ask(_FIRST)
        if self._pasted is not None:
            self._field.give(self._pasted)
            self._pasted = None

    @property
    def _field(self) -> SecretField:
        return self.query_one(SecretField)

    @property
    def _shown(self) -> KeyFacts | None:
        return self._facts[self._at] if self._facts else None

    @property
    def _searching(self) -> bool:
        """Whether the key in sight is still looked for."""
        return self._answered <= self._at < len(self._facts)

    @property
    def _unreached(self) -> str | None:
        """The account that the key in sight is in, where a role there can be asked for."""
        facts = self._shown
        if facts is None or facts.answer is not Answer.OTHER_ACCOUNT or self.stanch.options.go is None:
            return None
        return facts.account

    @property
    def subject(self) -> Subject | None:
        facts = self._shown
        if facts is None or facts.respond_to is None:
            return None
        found = facts.credential
        return Subject(facts.respond_to, facts.user or "", found.service if found else TEMPORARY)

    @on(SecretField.Given)
    def _given(self) -> None:
        if self._field.is_empty:
            # What was given at once with it has taken all.
            return
        try:
            keys = handed_in(self._field.take())
        except TokenError as error:
            self._ask((("! ", "warn"), (str(error), "text")))
            return
        options = self.stanch.options
        self._facts = [offline(key, options.now(), options.decoy_accounts) for key in keys]
        self._at, self._answered, self._next = 0, 0, None
        self._field.display = False
        self.set_focus(None)
        self._tell()
        self.run_worker(self._look_up(), exclusive=True, group="match")

    async def _found(self, facts: KeyFacts, role: str | None = None) -> KeyFacts:
        options = self.stanch.options
        async with Reach(await self.stanch.aws(), role) as reach:
            return await look_up_anywhere(reach, facts.key, options.now(), options.decoy_accounts)

    async def _look_there(self, account: str, wanted: str) -> None:
        """Ask for a role, look all keys of that account up by it, and go on with *wanted*."""
        known = (await self.stanch.aws()).ways.may_lead_to(account)
        why = "The configured role was no way in." if known else f"No role is configured for {account}."
        told = f"{why} The name of the one to assume there:"
        role = await self.app.push_screen_wait(SentenceDialog(f"look it up in account {account}", told))
        if not role:
            return
        try:
            self.say(f"Looking in account {account}…")
            every = self._facts
            for at, facts in enumerate(every):
                if facts.account == account and facts.answer is Answer.OTHER_ACCOUNT:
                    every[at] = await self._found(facts, checked_role(role))
        except (AwsError, ValueError) as error:
            self.report("looking for a leaked key", error)
            return
        self.hush()
        self._tell()
        self.commands_changed()
        if self.subject:
            self._roles[account] = role
            self.call_later(self.action_command, wanted)

    async def _look_up(self) -> None:
        for at, facts in enumerate(self._facts):
            try:
                self._facts[at] = await self._found(facts)
            except AwsError as error:
                self.report("looking for a leaked key", error)
                self._facts[at] = replace(facts, answer=Answer.UNREADABLE, said=(str(error),))
            self._answered = at + 1
            self._tell()
            self.commands_changed()
            if self._next and not self._searching:
                self.call_later(self.action_command, self._next)
                self._next = None

    async def action_command(self, command_id: str) -> None:
        if command_id in ("open_found", "respond") and self._searching:
            self._next = command_id
            self.say("As soon as its key is found.")
            return
        if command_id in ("open_found", "respond") and (account := self._unreached):
            self.run_worker(self._look_there(account, command_id), exclusive=True, group="role")
            return
        await super().action_command(command_id)

    def _ask(self, line: Line) -> None:
        """Wait for a key, saying *line*."""
        self._facts = []
        self._field.display = True
        self.set_focus(self._field)
        self._entitle(())
        self.query_one("#told", Page).show([line])

    def _tell(self) -> None:
        if (facts := self._shown) is None:
            return
        self._entitle(self._facts)
        lines = facts_lines(facts, self.stanch.context.account, self.stanch.options.now(), self._searching)
        if self._unreached and not self._searching:
            lines.append((("enter asks for a role in it, to look it up there", "accent"),))
        self.query_one("#told", Page).show(lines)

    def _entitle(self, facts: Sequence[KeyFacts]) -> None:
        which = f"{self._at + 1} of {len(facts)} keys · tab" if len(facts) > 1 else ""
        self.entitle("identify a leaked key", which)

    def why_not(self, command: Command) -> str | None:
        if command.id in ("respond", "open_found") and self._unreached and not self._searching:
            return None
        if command.id == "respond" and self._facts and self.subject is None:
            return why_not_opened(self._shown, self._searching)
        return super().why_not(command)

    def refuses(self, command_id: str) -> str | None:
        if command_id == "again" and not self._facts:
            return "none was read yet"
        if command_id == "open_found":
            return why_not_opened(self._shown, self._searching)
        if command_id == "next_handed" and len(self._facts) < 2:
            return "there is no other"
        return None

    def do_next_handed(self) -> None:
        self._at, self._next = (self._at + 1) % len(self._facts), None
        self._tell()
        self.commands_changed()

    def do_again(self) -> None:
        self.workers.cancel_group(self, "match")
        self.workers.cancel_group(self, "role")
        self._ask(_FIRST)

    def do_open_found(self) -> None:
        facts = self._shown
        assert facts is not None
        assert facts.credential is not None
        if facts.credential.service == ACCESS_KEY:
            # The screen of one key is that of a service-specific credential.
            self.do_respond()
            return
        self._leave_for(ToKey(Key(facts.credential)))

    def do_respond(self) -> None:
        if self.subject:
            self._leave_for(ToRunbook(self.subject.key_id, self.subject.user or None))

    def _leave_for(self, route: Route) -> None:
        """In the account that the key in sight was found in, which may be another."""
        facts, ours = self._shown, self.stanch.context.account
        self.dismiss()
        if facts and facts.account and ours and facts.account != ours:
            self.stanch.go(Place(account=facts.account, role=self._roles.get(facts.account)), route)
        else:
            self.stanch.open(route)

    def do_back(self) -> None:
        self._field.wipe()
        self.dismiss()
