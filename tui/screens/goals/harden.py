"""Use of keys recorded: the trail that does it, its selectors merged, or a new one with its bucket."""

from __future__ import annotations

from textual.app import ComposeResult

from services.base.keyservices import full_service, short_service
from services.goals.hardening import names
from services.goals.hardening.goal import HardenGoal, Unrecordable
from tui.commands.bindings import bindings
from tui.routes import ToHarden
from tui.screens.goals.commands import HARDEN
from tui.screens.goals.goal import GoalScreen, Unchosen
from tui.widgets.form import TextRow, picked, typed
from tui.widgets.picker import Picker

_SERVICES = {
    "Logs keys": ("logs",),
    "Logs and Bedrock keys": ("logs", "bedrock"),
    "Logs, Bedrock, CodeCommit and Keyspaces keys": ("logs", "bedrock", "codecommit", "cassandra"),
}
_WHERE = ("this account", "every account of the organization")


class HardenScreen(GoalScreen):
    """*wanted* is what a case says of an earlier one; raises ValueError where that makes no sense."""

    scope = HARDEN
    BINDINGS = bindings(scope)
    verb = "Record it"
    label = "by"

    def __init__(self, to: ToHarden) -> None:
        super().__init__()
        first = self._first = dict(to.wanted or {})
        services = tuple(short_service(each) for each in first.get("services", ("logs",)))
        # What the shell can name one by one, and this form cannot, stays as the case has it.
        self._services = _SERVICES | (
            {} if services in _SERVICES.values() else {", ".join(services): services}
        )
        self._chosen = list(self._services.values()).index(services)

    def form(self) -> ComposeResult:
        first = self._first
        yield Picker("record", tuple(self._services), self._chosen, id="services")
        yield TextRow("trail", first.get("trail") or "", "the closest match, or a new one", id="trail")
        yield TextRow("bucket", first.get("bucket") or "", "for a new trail: a new one", id="bucket")
        yield Picker("for", _WHERE, int(bool(first.get("organization"))), id="organization")

    def goal(self) -> HardenGoal:
        services = list(self._services.values())[picked(self, "services")]
        try:
            return HardenGoal(
                trail=typed(self, "trail") or None,
                bucket=typed(self, "bucket") or None,
                services=tuple(full_service(each) for each in services),
                organization=picked(self, "organization") == 1,
            )
        except (names.BadName, Unrecordable) as error:
            raise Unchosen(str(error)) from None

    def heading(self) -> tuple[str, ...]:
        return ("record the use of keys", "what it would do")
