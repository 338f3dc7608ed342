"""Paste a leaked key: what it says of itself is read here and offline, then its id is looked for."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult

from services.aws.errors import AwsError
from services.aws.iam import Credential
from services.keys.token import Token, TokenError, decode
from tui.commands.bindings import bindings
from tui.frame.base import Dialog
from tui.look.lines import Line, Span
from tui.routes import ToIdentify, ToInventory, ToRunbook
from tui.screens.identify.commands import IDENTIFY
from tui.settings.context import Subject
from tui.widgets.page import Page
from tui.widgets.rule import Rule
from tui.widgets.secretfield import SecretField

_FIRST: Line = (
    ("Paste the key and press enter. It is decoded on this machine, and never shown or stored.", "quiet"),
)


class IdentifyDialog(Dialog[None]):
    """Its subject is the key that was found."""

    scope = IDENTIFY
    BINDINGS = bindings(scope)

    def __init__(self, to: ToIdentify) -> None:
        super().__init__()
        self._pasted = to.pasted
        self._token: Token | None = None
        self._found: Credential | None = None
        self._search: Span = ("", "text")
        self._next: str | None = None

    def body(self) -> ComposeResult:
        yield Rule("identify a leaked key")
        yield SecretField("the leaked key, as one line")
        yield Page(id="told")

    def on_mount(self) -> None:
        self._ask(_FIRST)
        if self._pasted is not None:
            self._field.give(self._pasted)
            self._pasted = None

    @property
    def _field(self) -> SecretField:
        return self.query_one(SecretField)

    @property
    def subject(self) -> Subject | None:
        found = self._found
        return Subject(found.id, found.user, found.service) if found else None

    @on(SecretField.Given)
    def _given(self) -> None:
        if self._field.is_empty:
            # What was given at once with it has taken all.
            return
        try:
            token = decode(self._field.take())
        except TokenError as error:
            self._ask((("! ", "warn"), (str(error), "text")))
            return
        self._token, self._found, self._next = token, None, None
        self._search = ("looking for it among the account's keys…", "quiet")
        self._field.display = False
        self.set_focus(None)
        self._tell()
        self.run_worker(self._match(token), exclusive=True, group="match")

    async def _match(self, token: Token) -> None:
        from services.keys.inventory import match

        try:
            self._found = await match(await self.stanch.aws(), token)
        except AwsError as error:
            self.report("looking for the key of a token", error)
            self._search = (str(error), "warn")
        else:
            self._search = (
                "no key in this account has that alias: deleted, or belongs to another account",
                "warn",
            )
        self._tell()
        self.commands_changed()
        if self._found and self._next:
            self.call_later(self.action_command, self._next)

    async def action_command(self, command_id: str) -> None:
        if command_id in ("open_found", "respond") and self._searching:
            self._next = command_id
            self.say("As soon as its key is found.")
            return
        await super().action_command(command_id)

    @property
    def _searching(self) -> bool:
        return any(worker.group == "match" and not worker.is_finished for worker in self.workers)

    def _ask(self, line: Line) -> None:
        """Wait for a key, saying *line*."""
        self._token = self._found = None
        self._field.display = True
        self.set_focus(self._field)
        self.query_one("#told", Page).show([line])

    def _tell(self) -> None:
        if (token := self._token) is None:
            return
        facts: list[tuple[str, Span]] = [
            ("service", (f"{token.service or 'not known'} ({token.prefix})", "text")),
            ("user", (token.user or "not readable", "strong")),
            ("account", self._account(token)),
            ("alias", (token.alias, "text")),
            ("key", self._key()),
        ]
        lines: list[Line] = [((f"{name:<9}", "quiet"), told) for name, told in facts]
        if token.looks_cut:
            lines.append(
                (
                    ("! ", "warn"),
                    ("it is too short, so it was truncated, but it still names its user", "warn"),
                )
            )
        self.query_one("#told", Page).show(lines)

    def _account(self, token: Token) -> Span:
        ours = self.stanch.context.account
        if ours and token.account and token.account != ours:
            return (f"{token.account}, which is not this one ({ours})", "alarm")
        return (f"{token.account}, this one" if ours else str(token.account), "text")

    def _key(self) -> Span:
        if (found := self._found) is None:
            return self._search
        return (f"{found.id}, {found.status.lower()}, made {found.created:%Y-%m-%d}", "strong")

    def refuses(self, command_id: str) -> str | None:
        if command_id == "again" and self._token is None:
            return "none was read yet"
        return None

    def do_again(self) -> None:
        self.workers.cancel_group(self, "match")
        self._ask(_FIRST)

    async def do_open_found(self) -> None:
        if self._found:
            self.stanch.open(ToInventory(self._found.id))

    def do_respond(self) -> None:
        if self.subject:
            subject = self.subject
            self.dismiss()
            self.stanch.open(ToRunbook(subject.key_id, subject.user))

    def do_back(self) -> None:
        self._field.wipe()
        self.dismiss()
