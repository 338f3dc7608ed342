"""A step's choices: how a key is replaced and where its secret goes, what the hold denies, how far back a
review looks."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from textual.app import ComposeResult
from textual.widgets import Input

from services.base.keyservices import KeyService
from services.cases.deposit import shown_name
from services.cases.plan import Deed, StepName
from services.incident.situation import Options
from services.keys.userkeys import API_KEYS, kind_of
from tui.commands.bindings import bindings
from tui.dialogs.commands import OPTIONS
from tui.dialogs.reviewsource import ReviewSource
from tui.dialogs.secretplace import SecretPlace
from tui.frame.dialog import Dialog
from tui.widgets.agepicker import AgePicker
from tui.widgets.form import TextRow, move, picked, stops, typed
from tui.widgets.picker import Picker

STEPS = (StepName.REVIEW, StepName.REPLACE, StepName.DENY)
"""Those that have choices."""

_NEW_USER, _IN_PLACE = 1, 2
_WINDOWS = (1, 7, 30, 90)
_ANY_POLICY = "inline; or the ARN of an existing managed policy"


class OptionsDialog(Dialog[Options | None]):
    """The options chosen, or None where they stay as they were."""

    scope = OPTIONS
    BINDINGS = bindings(scope)

    def __init__(
        self,
        step: Deed,
        options: Options,
        user: str,
        now: datetime,
        *,
        forms: bool = True,
        service: str = KeyService.LOGS,
    ) -> None:
        """*forms* is False where a second key is the only way to replace one; *service* is the key's."""
        super().__init__()
        self._kind = kind_of(service)
        self._forms = forms
        self._step = step
        self._options = options
        self._user = user
        self._now = now

    def body(self) -> ComposeResult:
        self.entitle(f"{self._step}: options")
        match self._step:
            case StepName.REPLACE:
                yield from self._of_replace()
            case StepName.DENY:
                if self._kind is API_KEYS:
                    choices = ("bearer tokens", "bearer tokens, and logs:PutLogEvents of access keys")
                    yield Picker("deny", choices, int(self._options.also_sigv4), id="deny")
                yield TextRow("policy", self._options.hold_policy or "", _ANY_POLICY, id="policy")
            case _:
                yield from self._of_review()

    def on_mount(self) -> None:
        self._arrange()
        self.set_focus(stops(self)[0])

    def _of_replace(self) -> ComposeResult:
        now = self._options
        forms: tuple[str, ...] = (
            f"a second key of {self._user}",
            "a key of a new user, with the same policies",
            "reset this key in place: the old secret dies at once",
        )
        forms = forms if self._kind.resets else forms[:_IN_PLACE]
        form = _IN_PLACE if now.in_place else _NEW_USER if now.new_user else 0
        yield Picker("form", forms, form, id="form")
        yield TextRow("new user", now.new_user or "", f"{self._user}-2", id="user")
        yield AgePicker(now.age_days)
        yield SecretPlace(now.secret_to, shown_name(self._user))

    def _of_review(self) -> ComposeResult:
        since = self._options.since
        back = (self._now - since).days if since else 7
        nearest = min(range(len(_WINDOWS)), key=lambda at: abs(_WINDOWS[at] - back))
        windows = tuple(f"the last {days} day{'s' * (days > 1)}" for days in _WINDOWS)
        yield Picker("look at", windows, nearest, id="window")
        yield ReviewSource(self._options.source, self._options.athena)

    def on_picker_turned(self) -> None:
        self._arrange()

    def _arrange(self) -> None:
        """Show the lines that the choices call for."""
        if self._step is StepName.REVIEW:
            # Of files all is read.
            self.query_one("#window").display = not self.query_one(ReviewSource).in_files
        if self._step is not StepName.REPLACE:
            return
        form = picked(self, "form")
        self.query_one("#form").display = self._forms
        self.query_one("#user").display = form == _NEW_USER
        self.query_one(AgePicker).display = form != _IN_PLACE and self._kind.expires

    def do_next(self) -> None:
        move(self, 1)

    def do_previous(self) -> None:
        move(self, -1)

    def do_use(self) -> None:
        match self._step:
            case StepName.REPLACE:
                self._use_replace()
            case StepName.DENY:
                policy = self.query_one("#policy", TextRow).text or None
                sigv4 = self._kind is API_KEYS and picked(self, "deny") == 1
                self.dismiss(replace(self._options, also_sigv4=sigv4, hold_policy=policy))
            case _:
                self._use_review()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.do_use()

    async def do_back(self) -> None:
        self.dismiss(None)

    def _use_review(self) -> None:
        chosen = self.query_one(ReviewSource)
        try:
            source, athena = chosen.source, chosen.athena
        except ValueError as error:
            self.say(str(error), "warn")
            return
        since = self._now - timedelta(days=_WINDOWS[picked(self, "window")])
        since_told = None if chosen.in_files else since
        self.dismiss(replace(self._options, since=since_told, source=source, athena=athena))

    def _use_replace(self) -> None:
        form = picked(self, "form")
        try:
            age = self._options.age_days if form == _IN_PLACE else self.query_one(AgePicker).days
            destination = self.query_one(SecretPlace).destination
        except ValueError as error:
            self.say(str(error), "warn")
            return
        named = typed(self, "user") or f"{self._user}-2"
        self.dismiss(
            replace(
                self._options,
                in_place=form == _IN_PLACE,
                new_user=named if form == _NEW_USER else None,
                age_days=age,
                secret_to=destination,
            )
        )
