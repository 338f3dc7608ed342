"""A key for CloudWatch Logs with all it needs: the user, its policy, log groups and streams, and the key."""

from __future__ import annotations

from textual.app import ComposeResult

from services.aws import ingestion
from services.aws.errors import AwsError
from services.cases.deposit import shown_name
from services.cases.secret import ToSecretsManager, parse_destination
from services.goals.engine import Upkeep
from services.goals.issuing.names import BadName
from services.goals.issuing.setup import SetupGoal
from services.goals.issuing.snippets import Sending, snippets
from services.goals.issuing.wanted import DEFAULT_STREAM, DEFAULT_USER, KeySetup, PolicyChoice, default_group
from services.incident.situation import DEFAULT_AGE_DAYS
from tui.commands.bindings import bindings
from tui.dialogs.secretplace import SecretPlace
from tui.routes import ToSetup
from tui.screens.goals.commands import SETUP
from tui.screens.goals.goal import GoalScreen, Unchosen
from tui.widgets.agepicker import AgePicker
from tui.widgets.form import TextRow, picked, typed
from tui.widgets.picker import Picker

_POLICIES = {
    PolicyChoice.CUSTOM: "for these log groups and no others",
    PolicyChoice.MANAGED: "AWS's CloudWatchLogsAPIKeyAccess, for every log group",
}
_TRIALS = ("send none", "send one with the new key, to see it accepted")


class SetupScreen(GoalScreen):
    """*wanted* is what a case says of an earlier one; raises ValueError where that makes no sense."""

    scope = SETUP
    BINDINGS = bindings(scope)
    verb = "Set it up"
    label = "for"

    def __init__(self, to: ToSetup) -> None:
        super().__init__()
        first = self._first = dict(to.wanted or {})
        self._policy = PolicyChoice(first.get("policy", PolicyChoice.CUSTOM))
        self._to = parse_destination(first["secret_to"]) if "secret_to" in first else ToSecretsManager()

    def form(self) -> ComposeResult:
        first = self._first
        yield TextRow("user", first.get("user", ""), DEFAULT_USER, id="user")
        yield TextRow("log groups", " ".join(first.get("log_groups", ())), "/aws/hlc-logs/USER", id="groups")
        yield TextRow("log stream", first.get("log_stream", ""), DEFAULT_STREAM, id="stream")
        yield Picker("policy", tuple(_POLICIES.values()), list(_POLICIES).index(self._policy), id="policy")
        yield AgePicker(first.get("age_days", DEFAULT_AGE_DAYS))
        yield SecretPlace(self._to, shown_name("USER"))
        yield Picker("event", _TRIALS, id="trial")

    def on_mount(self) -> None:
        super().on_mount()
        # In which Region is known once the profile was read.
        self.watch(self.app, "context", self._region_known, init=False)

    def _region_known(self) -> None:
        if self._upkeep is None and self.drawable:
            self.changed()

    def goal(self) -> SetupGoal:
        if not (regions := self.stanch.context.regions):
            raise Unchosen(self.stanch.context.trouble or "connecting to AWS…")
        user = typed(self, "user") or DEFAULT_USER
        try:
            return SetupGoal(
                KeySetup(
                    user=user,
                    region=self._first.get("region") or regions[0],
                    log_groups=tuple(dict.fromkeys(typed(self, "groups").split())) or (default_group(user),),
                    log_stream=typed(self, "stream") or DEFAULT_STREAM,
                    policy=list(_POLICIES)[picked(self, "policy")],
                    age_days=self.query_one(AgePicker).days,
                    secret_to=self.query_one(SecretPlace).destination,
                    send_event=picked(self, "trial") == 1,
                )
            )
        except (BadName, ValueError) as error:
            raise Unchosen(str(error)) from None

    def heading(self) -> tuple[str, ...]:
        return ("set up a key", "how to send with it" if self._result else "what it would do")

    async def after(self, upkeep: Upkeep) -> tuple[str, ...]:
        assert isinstance(upkeep.goal, SetupGoal)
        wanted, made, trial = upkeep.goal.setup, upkeep.state.replacement, upkeep.trial
        try:
            base = await ingestion.endpoint(upkeep.aws, wanted.region)
        except AwsError as error:
            self.stanch.keep("looking for the ingestion endpoint", error)
            return ()
        told = [trial.words, ""] if trial else []
        secret, lies = (made.delivered, made.region) if made else (None, None)
        sending = Sending(base, wanted.log_groups[0], wanted.log_stream, secret, upkeep.aws.where, lies)
        for name, text in snippets(sending).items():
            told += [f"{_TITLES[name]}:", "", *text.splitlines(), ""]
        return tuple(told)


_TITLES = {
    "curl": "To try it",
    "opentelemetry": "OpenTelemetry Collector",
    "fluent_bit": "Fluent Bit",
    "vector": "Vector",
}
