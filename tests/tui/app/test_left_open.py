"""A case that was left open is offered on start, and stays in sight until it is closed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from services.aws.iam import Credential
from services.base.clock import now
from services.cases.book import CaseBook
from services.cases.case import Case
from tests.tui.conftest import LeakedKey
from tests.tui.piloting import driven
from tui.frame.statusline import status
from tui.look.lines import plain
from tui.screens.runbook.screen import RunbookScreen
from tui.settings.context import Context
from tui.settings.options import Start

ACCOUNT = "123456789012"
INVENTORY = Start("inventory")


def begin(state_dir: Path, key_id: str, account: str = ACCOUNT, minutes: int = 0) -> Case:
    credential = Credential(key_id, "web", "logs.amazonaws.com", "Active", now())
    at = now() - timedelta(minutes=minutes)
    return CaseBook(state_dir).create(credential, account=account, caller_arn="arn:me", now=at)


async def test_an_open_case_is_offered_and_gone_on_with(leaked_key: LeakedKey, tmp_path: Path) -> None:
    closed = begin(tmp_path, leaked_key.key_id)
    with closed:
        closed.append("closed", remaining=[])
    begin(tmp_path, leaked_key.key_id, account="210987654321")
    case = begin(tmp_path, leaked_key.key_id, minutes=90)
    async with driven(tmp_path, INVENTORY) as driver:
        await driver.wait(f"Case {case.id} of web has been open since", "to resume it", "1 case open 01:30:")
        await driver.press("c")
        await driver.wait("3 cases")
        while driver.app.screen.query_one("#cases").chosen.id != case.id:  # type: ignore[attr-defined]
            await driver.press("j")
        await driver.press("enter")
        await driver.wait(f"Case {case.id} resumed", f"case {case.id} open 01:30:")
        assert isinstance(driver.app.screen, RunbookScreen)
        await driver.press("escape")
        await driver.wait("1 case open")
        await driver.press("C")
        await driver.wait(f"Close case {case.id}")
        await driver.press("y")
        await driver.wait_gone("1 case open")


async def test_of_several_the_newest_is_named(leaked_key: LeakedKey, tmp_path: Path) -> None:
    begin(tmp_path, leaked_key.key_id, minutes=5)
    newest = begin(tmp_path, leaked_key.key_id, minutes=1)
    async with driven(tmp_path, INVENTORY) as driver:
        await driver.wait(f"2 cases are open. The newest: case {newest.id} of web", "2 cases open 00:05:")


async def test_no_clock_runs_backwards_when_a_screen_is_left(leaked_key: LeakedKey, tmp_path: Path) -> None:
    """Its case is the older one; and where it was closed on it, it counts no more."""
    case = begin(tmp_path, leaked_key.key_id, minutes=90)
    begin(tmp_path, "ACCAZZZZZZZZZZZZZZZZZ", minutes=1)
    start = Start("runbook", key_id=leaked_key.key_id, user="web")
    async with driven(tmp_path, start) as driver:
        await driver.wait(f"case {case.id} open 01:30:")
        seen: list[str] = []
        driver.app.watch(driver.app, "context", lambda context: seen.append(status_text(context)), init=False)
        await driver.press("escape")
        await driver.wait("2 cases open 01:30:")
    assert seen
    assert all("01:30:" in line for line in seen), seen


def status_text(context: Context) -> str:
    return plain(status(context, 120, now()))


async def test_nothing_is_offered_where_nothing_was_left(leaked_key: LeakedKey, tmp_path: Path) -> None:
    async with driven(tmp_path, INVENTORY) as driver:
        await driver.wait("1 key", ACCOUNT)
        assert "case" not in driver.flat.partition("KEY ID")[0]
