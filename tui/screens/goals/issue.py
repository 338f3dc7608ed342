"""One more key for a user that exists."""

from __future__ import annotations

from textual.app import ComposeResult

from services.base.keyservices import short_service
from services.cases.deposit import shown_name
from services.cases.secret import ToSecretsManager, parse_destination
from services.goals.governance.documents import SERVICES
from services.goals.issuing.issue import IssueGoal
from services.goals.issuing.names import BadName
from services.incident.situation import DEFAULT_AGE_DAYS
from tui.commands.bindings import bindings
from tui.dialogs.secretplace import SecretPlace
from tui.routes import ToIssue
from tui.screens.goals.commands import ISSUE
from tui.screens.goals.goal import GoalScreen, Unchosen
from tui.widgets.agepicker import AgePicker
from tui.widgets.form import TextRow, picked, typed
from tui.widgets.picker import Picker


class IssueScreen(GoalScreen):
    """*wanted* is what a case says of an earlier one, or a user and a service.

    Raises ValueError where that makes no sense.
    """

    scope = ISSUE
    BINDINGS = bindings(scope)
    verb = "Make it"
    verb_back = "Delete it"
    label = "for"

    def __init__(self, to: ToIssue) -> None:
        super().__init__()
        first = self._first = dict(to.wanted or {})
        self._to = parse_destination(first["secret_to"]) if "secret_to" in first else ToSecretsManager()

    def form(self) -> ComposeResult:
        first = self._first
        services = tuple(short_service(each) for each in SERVICES)
        service = first.get("service")
        yield TextRow("user", first.get("user", ""), "a user that exists", id="user")
        yield Picker("service", services, SERVICES.index(service) if service in SERVICES else 0, id="service")
        yield AgePicker(first.get("age_days", DEFAULT_AGE_DAYS))
        yield SecretPlace(self._to, shown_name(first.get("user") or "USER"))

    def goal(self) -> IssueGoal:
        if not (user := typed(self, "user")):
            raise Unchosen("Name the user that the key is for.")
        try:
            return IssueGoal(
                user,
                SERVICES[picked(self, "service")],
                self.query_one(AgePicker).days,
                self.query_one(SecretPlace).destination,
            )
        except (BadName, ValueError) as error:
            raise Unchosen(str(error)) from None

    def heading(self) -> tuple[str, ...]:
        return ("issue a key", "what it would do")
