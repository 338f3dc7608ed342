"""The one table: every row can be done, and no key means two things."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tui.commands import table as commands
from tui.commands.command import DIALOGS, WIDGETS, Command
from tui.dialogs.confirm import ConfirmDialog
from tui.dialogs.options import OptionsDialog
from tui.dialogs.question import QuestionDialog
from tui.dialogs.secret import SecretDialog
from tui.dialogs.sentence import SentenceDialog
from tui.dialogs.welcome import WelcomeDialog
from tui.frame.base import Commands
from tui.screens.audit.screen import AuditScreen, FindingScreen
from tui.screens.cases.screen import CasesScreen
from tui.screens.errors.screen import ErrorsScreen
from tui.screens.events.screen import EventsScreen
from tui.screens.goals.harden import HardenScreen
from tui.screens.goals.issue import IssueScreen
from tui.screens.goals.policy import PolicyScreen
from tui.screens.goals.setup import SetupScreen
from tui.screens.help.palette import PaletteDialog
from tui.screens.help.screen import HelpScreen
from tui.screens.identify.dialog import IdentifyDialog
from tui.screens.keys.inventory import InventoryScreen
from tui.screens.keys.key import KeyScreen
from tui.screens.keys.policydocument import PolicyDocumentScreen
from tui.screens.loggroups.screen import LogGroupsScreen
from tui.screens.rotation.screen import RotationScreen
from tui.screens.runbook.groups import GroupsScreen
from tui.screens.runbook.screen import RunbookScreen
from tui.screens.runbook.sweep import SweepScreen
from tui.screens.scan.screen import ScanScreen
from tui.screens.traffic.screen import TrafficScreen
from tui.widgets.rows import Rows

SCREENS: tuple[type[Commands[Any]], ...] = (
    InventoryScreen,
    TrafficScreen,
    LogGroupsScreen,
    KeyScreen,
    PolicyDocumentScreen,
    IdentifyDialog,
    HelpScreen,
    ErrorsScreen,
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


def test_ids_are_unique() -> None:
    counts = Counter(command.id for command in commands.COMMANDS)
    assert [name for name, times in counts.items() if times > 1] == []


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.__name__)
def test_every_command_of_a_screen_can_be_done_there(screen: type[Commands[Any]]) -> None:
    missing = [
        command.id
        for command in commands.within(screen.scope)
        if not (hasattr(screen, f"do_{command.id}") or command.to)
    ]
    assert missing == []


@pytest.mark.parametrize("scope", sorted({screen.scope for screen in SCREENS} | WIDGETS))
def test_a_key_has_one_meaning(scope: str) -> None:
    counts = Counter(key for command in commands.within(scope) for key in command.keys)
    assert [key for key, times in counts.items() if times > 1] == []


@pytest.mark.parametrize(
    "screen", [InventoryScreen, EventsScreen, CasesScreen, SweepScreen, GroupsScreen, ErrorsScreen]
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
    for scope in DIALOGS:
        found = {command.id for command in commands.within(scope)}
        assert "back" in found
        assert "quit" not in found


def test_every_command_is_explained() -> None:
    for command in commands.COMMANDS:
        assert command.help.endswith("."), command.id
        assert command.keys or command.id == "theme", command.id


def test_a_scope_of_its_own_is_found_by_a_screen_somewhere() -> None:
    scopes = {screen.scope for screen in SCREENS} | WIDGETS | {"screens", "anywhere"}
    known = {scope for command in commands.COMMANDS for scope in command.scopes}
    assert known <= scopes | {"plans", "record", "findings"}


def test_the_shown_key_is_the_one_on_the_keyboard() -> None:
    assert Command("x", ("question_mark", "h"), "x", "X.").shown_key == "?"
    assert commands.BY_ID["filter"].shown_key == "/"
