"""Every command of the table is taken here by its key, on its own screen; a new one that is not fails it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from sandbox.scenario.cast import Scenario
from services.cases.book import CaseBook
from tests.tui.conftest import Gate
from tests.tui.piloting import Driver, driven
from tui.app.table import load_commands
from tui.commands import table as commands
from tui.dialogs.confirm import ConfirmDialog, deed_told
from tui.dialogs.plantexts import is_for_good
from tui.frame.base import Commands
from tui.look.lines import plain
from tui.settings.options import Start
from tui.widgets.choices import Choices
from tui.widgets.rows import Rows

load_commands()

WALKED_ELSEWHERE = {
    "next_handed": "tests/tui/screens/identify/test_identify_screen.py",
    "account": "tests/tui/app/test_moving.py",
    "organization": "tests/tui/screens/keys/test_organization_screen.py",
    "go_to_account": "tests/tui/screens/keys/test_organization_screen.py",
    "sort_accounts": "tests/tui/screens/keys/test_organization_screen.py",
    "profile": "tests/tui/app/test_moving.py",
    "region": "tests/tui/app/test_moving.py",
    "alert": "tests/tui/test_drill.py",
    "quiet": "tests/tui/screens/runbook/test_access_key_screen.py",
    "take_over": "tests/tui/screens/runbook/test_case_end.py",
    "quit": "tests/tui/test_on_a_terminal.py",
    "sign_in": "tests/tui/test_signing_in.py",
    "suspend": "tests/tui/app/test_job_control.py",
}

KEY_OF_USER = re.compile(r"\b(?:ACCA|AKIA)[A-Z0-9]{16,17} of [\w-]+ · [\w-]+")

BY_A_FIELD = {"choose"}
"""Enter is the field's own; that the palette's `theme` is done, which has no key, shows that it works."""


@pytest.fixture
def performed(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The ids of commands that were done, and not only refused."""
    done: set[str] = set()
    on_screens, in_lists = Commands.action_command, Rows.action_command

    async def screen_action(self: Commands[Any], command_id: str) -> None:
        if self.why_not(commands.BY_ID[command_id]) is None:
            done.add(command_id)
        await on_screens(self, command_id)

    def list_action(self: Rows, command_id: str) -> None:
        done.add(command_id)
        in_lists(self, command_id)

    monkeypatch.setattr(Commands, "action_command", screen_action)
    monkeypatch.setattr(Rows, "action_command", list_action)
    return done


async def take(driver: Driver, *steps: str) -> None:
    """``id``: its key; ``~words``: wait; ``!words``: until gone; ``^words``: back; ``"text``, ``=key``."""
    for step in steps:
        match step[0]:
            case "~":
                await driver.wait(step[1:])
                names_what_it_is_about(driver)
            case "^":
                await back_to(driver, step[1:])
            case "!":
                await driver.wait_gone(step[1:])
            case '"':
                await driver.type(step[1:])
            case "=":
                await driver.press(step[1:])
            case _:
                await driver.press(commands.BY_ID[step].keys[0])


def names_what_it_is_about(driver: Driver) -> None:
    """A confirmation in sight: account, endpoint, who signs, and the key and its user where it is of one."""
    dialog = driver.app.screen
    if not isinstance(dialog, ConfirmDialog):
        return
    deed, context = dialog.deed, driver.app.context
    lines = [plain(line) for line in deed_told(deed, 500, context.signed)]
    assert f"account {context.account}" in lines[0]
    assert any(line.startswith("as ") and "(environment)" in line for line in lines), lines
    assert any(line.startswith("at ") and f"{context.endpoint}," in line for line in lines), lines
    if deed.label == "key":
        # One by its id and its user, or several in lines of their own.
        assert any(KEY_OF_USER.search(line) for line in lines), lines
    *_, (_, role) = dialog.query_one(Choices).lines[0]
    assert role in (("alarm", "banner", "greyed") if is_for_good(deed.plan) else ("text", "cursor"))


async def back_to(driver: Driver, words: str) -> None:
    """As many steps back as it takes."""
    for _ in range(6):
        if words in driver.flat:
            return
        await driver.press(commands.BY_ID["back"].keys[0])
        await driver.pilot.pause()
    await driver.wait(words)


@pytest.mark.long
async def test_every_command(scenario: Scenario, tmp_path: Path, performed: set[str], gate: Gate) -> None:
    assert scenario.leaked
    leaked = scenario.leaked
    start = Start("inventory")
    options = {"leaked": lambda: leaked.token, "config_file": tmp_path / "new" / "config.toml"}
    async with driven(tmp_path, start, size=(120, 40), demo=True, **options) as driver:
        await take(driver, "~This token was found", "try", f"~{leaked.key_id}", "again", "~Paste")
        await take(driver, "=escape")
        await take(
            driver,
            "~16 keys",
            "identify",
            f'"{leaked.token}',
            f"~{leaked.key_id}, active",
            "open_found",
            "=escape",
        )
        await inventory(driver)
        await from_anywhere(driver)
        await traffic(driver)
        await log_groups(driver)
        await audit(driver)
        await policy(driver)
        await scan(driver, tmp_path, leaked.token)
        await goals(driver)
        await rotation(driver)
        await events(driver, gate)
        await runbook(driver, leaked.key_id)
        await cases(driver)
        assert driver.app.is_running
    assert all(case.flaws() == () for case in CaseBook(tmp_path).cases())
    known = {command.id for command in commands.every()}
    assert known - performed - WALKED_ELSEWHERE.keys() == BY_A_FIELD


@pytest.mark.parametrize(("command", "file"), WALKED_ELSEWHERE.items())
def test_what_is_walked_elsewhere_is(command: str, file: str) -> None:
    text = (Path(__file__).parents[2] / file).read_text(encoding="utf-8")
    # What has no key is done by its name.
    pressed = (*commands.BY_ID[command].keys, command)[0]
    assert f'"{pressed}"' in text


async def inventory(driver: Driver) -> None:
    await take(driver, "~16 keys", "down", "up", "page_down", "page_up", "half_down", "half_up")
    await take(driver, "bottom", "top")
    await take(driver, "sort", "~KEY ID▴", "reverse", "~KEY ID▾", "reverse", "group", "group")
    await take(driver, "filter", '"user:vendor-a', "~2 of 16", "=enter", "mark_all", "mark_all", "mark")
    await take(driver, "deactivate_marked", "~Leave", "=escape", "mark_all", "mark_all", "=escape")
    await take(driver, "~16 keys")
    await take(driver, "open", "~no case is open", "follow", "~1 · deactivate", "^no case is open")
    await take(driver, "back", "~KEY ID")


async def from_anywhere(driver: Driver) -> None:
    await take(driver, "help", "~What you can do here", "=escape", "errors", "~in this run", "=escape")
    await take(driver, "calls", "~none under way", "filter_calls", '"iam 200', "=enter", "~calls shown")
    await take(driver, "=escape", "!calls shown", "=escape", "settings", "~refresh_seconds")
    await take(driver, "change", "~theme dark file", "unset", "~theme the program's own", "=escape")
    await take(driver, "palette", "~a command", "next_found", "previous_found", "=escape")
    await take(driver, "palette", '"colours', "choose", "~Colours:", "redraw", "refresh", "guide", "guide")
    await take(driver, "palette", '"screenshot', "choose", "~Saved")


async def traffic(driver: Driver) -> None:
    await take(
        driver, "traffic", "~in all", "next_flow", "previous_flow", "zoom", "~IncomingLogEvents", "zoom"
    )
    await take(
        driver,
        "pause",
        "pause",
        "point_left",
        "point_right",
        "log_scale",
        "log_scale",
        "earlier",
        "earlier",
        "later",
        "latest",
        "wider",
        "narrower",
        "window",
    )
    await take(driver, "all_groups", "all_groups", "total", "total", "baseline", "graph_style", "^KEY ID")


async def log_groups(driver: Driver) -> None:
    await take(driver, "~KEY ID", "log_groups", "~/aws/hlc-logs/vendor-a", "every_flow", "sort_groups")
    await take(driver, "filter_groups", '"vendor', "~1 of 5", "=enter", "graph", "~IncomingLogEvents")
    await take(driver, "^LOG GROUP", "^KEY ID")


async def audit(driver: Driver) -> None:
    await take(driver, "~KEY ID", "audit", "~is too broad", "open_finding", "!enter evidence", "copy")
    await take(driver, "back", "~enter evidence", "search", '"broad', "=enter", "~'broad': line")
    await take(driver, "search_next", "search_previous", "^KEY ID", "forward", "~enter evidence", "^KEY ID")


async def policy(driver: Driver) -> None:
    await take(driver, "~KEY ID", "policy", "~attach to user", "=left", "~Name the log groups")
    await take(driver, "groups_named", "~Which log groups?", "=escape", "!Which log groups?", "=right")
    await take(driver, "next_choice", "previous_choice", "text_down", "text_up", "copy", "~clipboard")
    await take(driver, "whom", "~Attach it to which target?", '"group:ci', "=enter", "~everyone in ci")
    await take(driver, "attach", "~Leave it", "=y", "~attached to group ci (confirmed by AWS", "detach")
    await take(driver, "~Leave it", "=y", "~detached from group ci (confirmed by AWS", "^KEY ID")


async def scan(driver: Driver, folder: Path, token: str) -> None:
    leaked = folder / "leaked.env"
    leaked.write_text(token, encoding="utf-8")
    await take(driver, "~KEY ID", "scan", "~AWS is not contacted", f'"{leaked}', "=enter", "~1 key found")
    await take(driver, "look_elsewhere", "=enter", "~1 key found", "respond_found", "~1 · deactivate")
    await take(driver, "^KEY ID")


async def goals(driver: Driver) -> None:
    await take(driver, "~KEY ID", "setup", "~CreateUser", "bring_about", "~Leave it", "=y", "~To try it")
    await take(driver, "=ctrl+y", "~clipboard", "take_back", "~Leave it", "=y", "~is undone")
    await take(driver, "^KEY ID", "issue", "~issue a key", "^KEY ID")
    await take(driver, "harden", "~record the use of keys", "^KEY ID")


async def rotation(driver: Driver) -> None:
    await take(driver, "~KEY ID", "filter", '"user:vendor-b', "~1 of 16", "=enter", "rotate")
    await take(
        driver, "~No second key was created yet", "rotation_options", "~secret to", "=escape", "next_graph"
    )
    await take(driver, "next_stage", "~Leave it", "=y", "~both work", "next_stage", "~Leave it", "=y")
    await take(driver, "~is Inactive since", "delete_anyway", "~Why delete it", "=escape")
    await take(driver, "back_again", "~Leave it", "=y", "~both work", "end_rotation", "~Leave it", "=y")
    await take(driver, "~No second key was created yet", "back", "~1 of 16", "=escape", "~KEY ID")


async def events(driver: Driver, gate: Gate) -> None:
    await take(
        driver,
        "~KEY ID",
        "filter",
        '"user:hlc',
        "~1 of 16",
        "=enter",
        "events",
        "~TIME▾",
        "whole_head",
        "whole_head",
    )
    for side in ("address", "agent", "region", "resource", "error"):
        await take(driver, f"by_{side}", "~EVENTS▾")
    await take(driver, "by_error", "~TIME▾", "record", "~eventName", "pager", "~no terminal to give")
    await take(driver, "back", "findings", "~Findings")
    await take(driver, "back")
    await take(driver, "filter_events", '"createaccesskey', "~1 of 2,", "=escape", "suspect", "~new since")
    held = gate("LookupEvents")
    await take(driver, "refresh", "~esc stops", "stop", "!esc stops")
    held.set()
    await take(driver, "^KEY ID")


async def runbook(driver: Driver, key_id: str) -> None:
    await take(
        driver, "respond", "~5 · deny Attach", "step_down", "step_up", "plan_down", "plan_up", "next_group"
    )
    for number in range(1, 7):
        await take(driver, f"step_{number}")
    await take(driver, "plans", "~aws iam", "back", "note", '"seen', "use", "!a remark")
    await take(driver, "step_1", "take", "~Leave it", "more", "less", "other", "other", "press")
    await take(driver, "!Leave it")
    await take(
        driver, "take", "~Leave it", "yes", "~1 ✓ deactivate", "undo", "~Leave it", "yes", "~↶ deactivate"
    )
    await take(driver, "events", "~TIME▾", "~kept in case", "export", "~saved to case", "back", "~5 · deny")
    await take(driver, "step_3", "options", "~secret to", "next", "next", "previous", "next", "=left")
    await take(driver, "~‹ this screen ›", "use", "!‹ this screen ›", "take", "~Leave it", "yes", "~••••")
    await take(driver, "reveal", "~ACWL", "copy", "~clipboard", "done", "~3 ✓ replace")
    await take(driver, "end_sessions", "~Leave it", "yes", "~K ✓ sessions", "end_sessions", "~Leave it")
    await take(driver, "yes", "~K ↶ sessions")
    await take(driver, "sweep", "~access key", "act", "~Leave it", "yes", "~Inactive, made", "put_back")
    await take(driver, "~Leave it", "yes", "!Inactive, made", "back", "~5 · deny")
    await take(
        driver,
        "groups",
        "~3 with bearer tokens on",
        "switch_off",
        "~Leave it",
        "yes",
        "~2 with bearer tokens on",
    )
    await take(
        driver,
        "switch_on",
        "~Leave it",
        "yes",
        "~3 with bearer tokens on",
        "back",
        "~5 · deny",
        "step_4",
        "override",
        '"retired',
        "=enter",
    )
    await take(driver, "~last four", f'"{key_id[-4:]}', "=enter", "~4 ✓ delete", "report", "~report")
    await take(driver, "back")


async def cases(driver: Driver) -> None:
    await take(driver, "~KEY ID", "cases", "~1 open", "verify", "~intact", "go_on", "~4 ✓ delete", "back")
    await take(driver, "~1 open", "close_case", "~Close", "=y", "~closed", "back", "~KEY ID")
