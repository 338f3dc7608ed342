"""A step's choices: how a key is replaced and where its secret goes, what the hold denies, how far back a
review looks."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Input

from services.runbook.deposit import default_name
from services.runbook.plan import StepName
from services.runbook.secret import Destination, ToFile, ToScreen, ToSecretsManager, parse_tag
from services.runbook.situation import Options
from tui.commands import bindings
from tui.screens.base import Dialog
from tui.widgets.lines import Lines
from tui.widgets.picker import Picker
from tui.widgets.rule import Rule

STEPS = (StepName.REVIEW, StepName.REPLACE, StepName.DENY)
"""Those that have choices."""

AGES: tuple[int | None, ...] = (1, 5, 30, 90, 365, None)
LONGEST_AGE = 36_600
_NEW_USER, _IN_PLACE = 1, 2
_CUSTOM = len(AGES)
_AGE_WORDS = (
    *(f"in {age} day{'s' * (age > 1)}" if age else "never" for age in AGES),
    "in another number of days",
)
_PLACES = ("Secrets Manager", "a new file (0600)", "this screen")
_WINDOWS = (1, 7, 30, 90)
# Athena needs more said than a dialog has room for: `stanch review` has its options.
_SOURCES = {
    "auto": "whatever covers the time, the cheapest first",
    "history": "the event history alone",
    "s3": "the trail's objects alone",
    "insights": "the trail's log group, by Logs Insights",
    "lake": "an event data store, by CloudTrail Lake",
}
_ANY_POLICY = "an inline one; or the ARN of one made beforehand"


class TextRow(Horizontal):
    """A labelled line to type in."""

    def __init__(self, label: str, value: str, placeholder: str, *, id: str) -> None:  # noqa: A002
        super().__init__(id=id)
        self._label = label
        self._value = value
        self._placeholder = placeholder

    def compose(self) -> ComposeResult:
        label = Lines(classes="label")
        label.draw([((f"   {self._label:<11}", "quiet"),)])
        yield label
        yield Input(self._value, placeholder=self._placeholder, compact=True)

    @property
    def text(self) -> str:
        return self.query_one(Input).value.strip()


class OptionsDialog(Dialog[Options | None]):
    """The options chosen, or None where they stay as they were."""

    scope = "options"
    BINDINGS = bindings(scope)

    def __init__(self, step: StepName, options: Options, user: str, now: datetime) -> None:
        super().__init__()
        self._step = step
        self._options = options
        self._user = user
        self._now = now

    def body(self) -> ComposeResult:
        yield Rule(f"{self._step}: choices")
        match self._step:
            case StepName.REPLACE:
                yield from self._of_replace()
            case StepName.DENY:
                choices = ("bearer tokens", "bearer tokens, and logs:PutLogEvents of access keys")
                yield Picker("deny", choices, int(self._options.also_sigv4), id="deny")
                yield TextRow("policy", self._options.hold_policy or "", _ANY_POLICY, id="policy")
            case _:
                yield from self._of_review()

    def on_mount(self) -> None:
        self.set_focus(self.query(Picker).first())
        self._arrange()

    def _of_replace(self) -> ComposeResult:
        now = self._options
        forms = (
            f"a second key of {self._user}",
            "a key of a new user, with the same policies",
            "reset this key in place: the old secret dies at once",
        )
        form = _IN_PLACE if now.in_place else _NEW_USER if now.new_user else 0
        yield Picker("form", forms, form, id="form")
        yield TextRow("new user", now.new_user or "", f"{self._user}-2", id="user")
        known = AGES.index(now.age_days) if now.age_days in AGES else _CUSTOM
        yield Picker("expires", _AGE_WORDS, known, id="expires")
        days = str(now.age_days) if known == _CUSTOM else ""
        yield TextRow("days", days, f"1 to {LONGEST_AGE}", id="days")
        place, name, kms_key, tags, path = 0, "", "", "", ""
        match now.secret_to:
            case ToSecretsManager(given, given_key, given_tags):
                name, kms_key = given or "", given_key or ""
                tags = " ".join(f"{key}={value}" for key, value in given_tags)
            case ToFile(given_path):
                place, path = 1, str(given_path)
            case ToScreen():
                place = 2
        yield Picker("secret to", _PLACES, place, id="place")
        yield TextRow("name", name, default_name(self._user), id="name")
        yield TextRow("KMS key", kms_key, "the account's own", id="kms-key")
        yield TextRow("tags", tags, "none; KEY=VALUE KEY=VALUE", id="tags")
        yield TextRow("path", path, "a path that does not exist yet", id="path")

    def _of_review(self) -> ComposeResult:
        since = self._options.since
        back = (self._now - since).days if since else 7
        nearest = min(range(len(_WINDOWS)), key=lambda at: abs(_WINDOWS[at] - back))
        windows = tuple(f"the last {days} day{'s' * (days > 1)}" for days in _WINDOWS)
        yield Picker("look at", windows, nearest, id="window")
        yield Picker(
            "read",
            tuple(_SOURCES.values()),
            list(_SOURCES).index(self._options.source) if self._options.source in _SOURCES else 0,
            id="source",
        )

    def on_picker_turned(self) -> None:
        self._arrange()

    def _arrange(self) -> None:
        """Show the lines that the choices call for."""
        if self._step is not StepName.REPLACE:
            return
        in_place, place = self._picked("form") == _IN_PLACE, self._picked("place")
        self.query_one("#user").display = self._picked("form") == _NEW_USER
        self.query_one("#expires").display = not in_place
        self.query_one("#days").display = not in_place and self._picked("expires") == _CUSTOM
        for row in ("#name", "#kms-key", "#tags"):
            self.query_one(row).display = place == 0
        self.query_one("#path").display = place == 1

    def do_next(self) -> None:
        self._move(1)

    def do_previous(self) -> None:
        self._move(-1)

    def _move(self, by: int) -> None:
        stops: list[Widget] = [
            widget
            for widget in self.query("Picker, Input")
            if widget.display and (widget.parent is None or getattr(widget.parent, "display", True))
        ]
        at = stops.index(self.focused) if self.focused in stops else 0
        self.set_focus(stops[(at + by) % len(stops)])

    def do_use(self) -> None:
        match self._step:
            case StepName.REPLACE:
                self._use_replace()
            case StepName.DENY:
                policy = self.query_one("#policy", TextRow).text or None
                sigv4 = self._picked("deny") == 1
                self.dismiss(replace(self._options, also_sigv4=sigv4, hold_policy=policy))
            case _:
                since = self._now - timedelta(days=_WINDOWS[self._picked("window")])
                self.dismiss(
                    replace(self._options, since=since, source=list(_SOURCES)[self._picked("source")])
                )

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.do_use()

    async def do_back(self) -> None:
        self.dismiss(None)

    def _use_replace(self) -> None:
        form, picked = self._picked("form"), self._picked("expires")
        in_place = form == _IN_PLACE
        if not in_place and picked == _CUSTOM:
            typed = self.query_one("#days", TextRow).text
            if not typed.isdecimal() or not 1 <= int(typed) <= LONGEST_AGE:
                self.say(f"Days are a whole number from 1 to {LONGEST_AGE:,}.", "warn")
                return
            age: int | None = int(typed)
        else:
            age = AGES[picked] if picked < _CUSTOM else self._options.age_days
        try:
            destination = self._destination()
        except ValueError as error:
            self.say(str(error), "warn")
            return
        named = self.query_one("#user", TextRow).text or f"{self._user}-2"
        self.dismiss(
            replace(
                self._options,
                in_place=in_place,
                new_user=named if form == _NEW_USER else None,
                age_days=age,
                secret_to=destination,
            )
        )

    def _destination(self) -> Destination:
        match self._picked("place"):
            case 0:
                tags = tuple(parse_tag(tag) for tag in self._typed("#tags").split())
                return ToSecretsManager(self._typed("#name") or None, self._typed("#kms-key") or None, tags)
            case 1:
                if not (path := self._typed("#path")):
                    raise ValueError("Name a file that does not exist yet.")
                return ToFile(Path(path).expanduser())
            case _:
                return ToScreen()

    def _typed(self, row_id: str) -> str:
        return self.query_one(row_id, TextRow).text

    def _picked(self, picker_id: str) -> int:
        return self.query_one(f"#{picker_id}", Picker).index
