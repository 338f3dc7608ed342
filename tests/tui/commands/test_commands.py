"""The one table: every row can be done, and no key means two things."""

from __future__ import annotations

import inspect
from collections import Counter
from typing import Any

import pytest

from tui.app.table import load_commands
from tui.commands import table as commands
from tui.commands.command import Command
from tui.commands.everywhere import SHARED
from tui.commands.table import SCOPES, Kind
from tui.dialogs.confirm import ConfirmDialog
from tui.dialogs.mfacode import MfaCodeDialog
from tui.dialogs.options import OptionsDialog
from tui.dialogs.question import QuestionDialog
from tui.dialogs.secret import SecretDialog
from tui.dialogs.sentence import SentenceDialog
from tui.dialogs.welcome import WelcomeDialog
from tui.frame.base import Commands
from tui.screens.audit.screen import AuditScreen, FindingScreen
from tui.screens.calls.screen import CallsScreen
from tui.screens.cases.screen import CasesScreen
from tui.screens.errors.screen import ErrorsScreen
from tui.screens.events.screen import EventsScreen
from tui.screens.goals.harden import HardenScreen
from tui.screens.goals.issue import IssueScreen
from tui.screens.goals.policy import PolicyScreen
from tui.screens.goals.setup import SetupScreen
from tui.screens.help.palette import PaletteDialog
from tui.screens.help.screen import HelpScreen
from tui.screens.hook.screen import HookScreen
from tui.screens.identify.dialog import IdentifyDialog
from tui.screens.keys.inventory import InventoryScreen
from tui.screens.keys.key import KeyScreen
from tui.screens.keys.organization import OrganizationScreen
from tui.screens.keys.policydocument import PolicyDocumentScreen
from tui.screens.loggroups.screen import LogGroupsScreen
from tui.screens.rotation.screen import RotationScreen
from tui.screens.runbook.groups import GroupsScreen
from tui.screens.runbook.screen import RunbookScreen
from tui.screens.runbook.sweep import SweepScreen
from tui.screens.scan.screen import ScanScreen
from tui.screens.settings.screen import SettingsScreen
from tui.screens.traffic.screen import TrafficScreen
from tui.widgets.rows import Rows

load_commands()

SCREENS: tuple[type[Commands[Any]], ...] = (
    InventoryScreen,
    TrafficScreen,
    LogGroupsScreen,
    OrganizationScreen,
    KeyScreen,
    PolicyDocumentScreen,
    IdentifyDialog,
    MfaCodeDialog,
    HelpScreen,
    ErrorsScreen,
    CallsScreen,
    HookScreen,
    SettingsScreen,
    PaletteDialog,
    RunbookScreen,
    EventsScreen,
    CasesScreen,
    SweepScreen,
    GroupsScreen,
    AuditScreen,
    FindingScreen,
    PolicyScreen,
    ScanScreen,
    SetupScreen,
    IssueScreen,
    HardenScreen,
    RotationScreen,
    ConfirmDialog,
    OptionsDialog,
    QuestionDialog,
    SecretDialog,
    SentenceDialog,
    WelcomeDialog,
)


def test_an_id_means_one_command() -> None:
    with pytest.raises(AssertionError, match="two commands filter"):
        commands.screen("another", Command("filter", ("x",), "x", "X."))


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.__name__)
def test_every_command_of_a_screen_can_be_done_there(screen: type[Commands[Any]]) -> None:
    missing = [
        command.id
        for command in commands.within(screen.scope)
        if not (hasattr(screen, f"do_{command.id}") or command.to)
    ]
    assert missing == []


@pytest.mark.parametrize("scope", sorted(SCOPES))
def test_a_key_has_one_meaning(scope: str) -> None:
    counts = Counter(key for command in commands.within(scope) for key in command.keys)
    assert [key for key, times in counts.items() if times > 1] == []


@pytest.mark.parametrize(
    "screen",
    [InventoryScreen, EventsScreen, CasesScreen, SweepScreen, GroupsScreen, ErrorsScreen, CallsScreen],
)
def test_a_list_on_a_screen_takes_no_key_of_the_screens_own(screen: type[Commands[Any]]) -> None:
    moves = {key for command in commands.within("list") for key in command.keys}
    own = {key: command.id for command in commands.within(screen.scope) for key in command.keys}
    assert {key: own[key] for key in moves & own.keys()} == {}


def test_lists_move_and_do_nothing_else() -> None:
    listed = commands.within("list")
    assert {command.id for command in listed} >= {"down", "up", "top", "bottom"}
    assert all(hasattr(Rows, f"do_{command.id}") for command in listed)
    assert "quit" not in {command.id for command in listed}


def test_a_dialog_has_only_its_own_commands_and_the_way_back() -> None:
    dialogs = [name for name, scope in SCOPES.items() if scope.kind is Kind.DIALOG]
    assert len(dialogs) > 5
    for scope in dialogs:
        found = {command.id for command in commands.within(scope)}
        assert "back" in found
        assert "quit" not in found


def test_what_a_screen_lacks_is_what_others_have() -> None:
    shared = {command.id for command in SHARED}
    assert {scope: lost for scope, has in SCOPES.items() if (lost := has.lacks - shared)} == {}


def test_every_command_is_explained() -> None:
    for command in commands.every():
        assert command.help.endswith("."), command.id
        by_name = ("account", "alert", "organization", "profile", "region", "theme", "screenshot")
        assert command.keys or command.id in by_name, command.id


def test_every_scope_is_of_a_screen() -> None:
    lists = {name for name, scope in SCOPES.items() if scope.kind is Kind.LIST}
    assert set(SCOPES) - lists == {screen.scope for screen in SCREENS} | {"plans", "record"}


def test_the_shown_key_is_the_one_on_the_keyboard() -> None:
    assert Command("x", ("question_mark", "h"), "x", "X.").shown_key == "?"
    assert commands.BY_ID["filter"].shown_key == "/"


def test_no_command_waits_in_the_turn_of_its_key() -> None:
    """All other keys would wait with it, and with them a dialog that AWS's answer may need."""
    load_commands()
    # To leave waits for screens alone, and for nobody outside.
    leaving = {"do_back", "do_done"}
    found = set[str]()
    for kind in below(Commands):
        for name, do in inspect.getmembers(kind, inspect.isfunction):
            if name.startswith("do_") and name not in leaving:
                answer = inspect.signature(do).return_annotation
                if inspect.iscoroutinefunction(do) or "Awaitable" in str(answer):
                    found.add(f"{kind.__name__}.{name}")
    assert found == set()


def below(kind: type[Any]) -> set[type[Any]]:
    return {kind} | {each for one in kind.__subclasses__() for each in below(one)}
