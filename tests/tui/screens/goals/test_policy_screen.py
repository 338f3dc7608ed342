"""The policy screen: what a policy says, what attaching it would change, attached and taken away again."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from sandbox.wire.server import Sandbox
from services.cases.book import CaseBook
from services.cases.plan import Governing, State
from services.goals.governance.documents import Kind, Wanted, document
from tests.tui.conftest import Gate
from tests.tui.piloting import Driver, driven
from tui.app.clipboard import osc52
from tui.look.lines import plain
from tui.screens.goals.policy import PolicyScreen
from tui.settings.options import Start
from tui.widgets.picker import picker_line


@pytest.fixture
def iam(sandbox: Sandbox, boto: Callable[..., Any]) -> Any:
    iam = boto("iam")
    iam.create_user(UserName="web")
    iam.create_group(GroupName="developers")
    return iam


@asynccontextmanager
async def opened(state_dir: Path, **options: Any) -> AsyncIterator[Driver]:
    async with driven(state_dir, Start("cases"), **options) as driver:
        await driver.wait("No case yet")
        await driver.press("P")
        await driver.wait("attach to no target yet")
        yield driver


async def choose_whom(driver: Driver, text: str) -> None:
    await driver.press("x")
    await driver.wait("Attach it to which target?")
    await driver.type(text)
    await driver.press("enter")


def shown(driver: Driver) -> PolicyScreen:
    assert isinstance(driver.app.screen, PolicyScreen)
    return driver.app.screen


async def test_each_policy_is_read_before_anything_is_asked_of_aws(
    iam: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path) as driver:
        await driver.wait("stanch-deny-logs ── document", '"DenyLogsKeyMaking"')
        await driver.press("right")
        await driver.wait("stanch-deny-use-logs", '"logs:CallWithBearerToken"')
        await driver.press("j", "right")
        await driver.wait("stanch-deny-use-bedrock", '"bedrock-mantle:CallWithBearerToken"')
        await driver.press("k", "right", "j", "j", "left")
        await driver.wait("stanch-expiry-bedrock", "‹ at most 30 days ›")
        assert shown(driver).wanted == Wanted(Kind.EXPIRY, "bedrock.amazonaws.com", 30)
        sent: list[str] = []
        monkeypatch.setattr(driver.app._driver, "write", sent.append)
        await driver.press("y")
        await driver.wait("clipboard")
        assert osc52(json.dumps(document(shown(driver).wanted), indent=2), os.environ) in sent
        await driver.press("enter")
        await driver.wait("attach: no target is selected")


async def test_attached_seen_and_taken_away(iam: Any, tmp_path: Path) -> None:
    def names() -> list[str]:
        return list(iam.list_group_policies(GroupName="developers")["PolicyNames"])

    async with opened(tmp_path) as driver:
        await choose_whom(driver, "group:developers")
        await driver.wait("It stops every logs key of everyone in developers", "undo Remove it")
        await driver.press("enter")
        await driver.wait("whom group developers · account 123456789012", "Leave it")
        assert names() == []
        await driver.press("y")
        await driver.wait(
            "Policy stanch-deny-logs attached to group developers (confirmed by AWS", "unchanged"
        )
        assert names() == ["stanch-deny-logs"]
        (case,) = CaseBook(tmp_path).cases()
        assert case.state().step(Governing.POLICY).state is State.CONFIRMED
        assert not case.held
        await driver.press("enter")
        await driver.wait("stanch-deny-logs is already attached to group developers, unchanged")
        await driver.press("u")
        await driver.wait("Detach stanch-deny-logs from group developers?")
        await driver.press("y")
        await driver.wait("Policy stanch-deny-logs detached from group developers (confirmed by AWS")
        assert names() == []
        assert case.flaws() == ()


async def test_the_log_groups_of_a_shipper_are_named_first(iam: Any, tmp_path: Path) -> None:
    async with opened(tmp_path) as driver:
        await driver.press("X")
        await driver.wait("name groups: only for the policy write")
        await driver.press("left")
        await driver.wait("Name the log groups it may write to (X).", "log groups none yet")
        await driver.press("y")
        await driver.wait("copy: there is no document")
        await driver.press("X")
        await driver.wait("Which log groups?")
        await driver.type("/app/web /app/api")
        await driver.press("enter")
        await driver.wait("log groups /app/web, /app/api", "log-group:/app/web:*")


async def test_what_is_no_target_and_what_is_not_there(iam: Any, sandbox: Sandbox, tmp_path: Path) -> None:
    async with opened(tmp_path) as driver:
        await choose_whom(driver, "web")
        await driver.wait("'web' isn't a valid target")
        await choose_whom(driver, "user:nobody")
        await driver.wait("There is no user nobody in account 123456789012.", '"DenyLogsKeyMaking"')
        await driver.press("enter")
        await driver.wait("attach: not read yet")
        sandbox.faults.add("deny:PutUserPolicy")
        sandbox.faults.add("deny:ValidatePolicy")
        await choose_whom(driver, "user:web")
        await driver.wait("said Access Analyzer was not asked. Not allowed: access-analyzer:ValidatePolicy")
        await driver.press("enter")
        await driver.wait("Leave it")
        await driver.press("y")
        await driver.wait("Not allowed: iam:PutUserPolicy on user web")
        await driver.until(lambda: shown(driver).refuses("detach") is None, "it was not read again")
        await driver.press("u")
        # Nothing came of that case, so there is nothing in it to take back.
        await driver.wait("stanch-deny-logs is not attached to user web.")
    assert iam.list_user_policies(UserName="web")["PolicyNames"] == []


async def test_it_goes_on_though_the_screen_is_left(iam: Any, gate: Gate, tmp_path: Path) -> None:
    async with opened(tmp_path) as driver:
        await choose_whom(driver, "user:web")
        await driver.wait("undo Remove it")
        held = gate("PutUserPolicy")
        await driver.press("enter")
        await driver.wait("Leave it")
        await driver.press("y")
        await driver.until(lambda: CaseBook(tmp_path).cases(), "no case was begun")
        await driver.press("enter")
        await driver.wait("attach: Attach stanch-deny-logs to user web is under way")
        await driver.press("escape")
        await driver.wait("1 case", "stanch-deny-logs of user:web")
        held.set()

        def done() -> bool:
            (case,) = CaseBook(tmp_path).cases()
            return case.state().step(Governing.POLICY).state is State.CONFIRMED

        await driver.until(done, "it did not go on")


async def test_with_read_only_nothing_is_attached(iam: Any, tmp_path: Path) -> None:
    async with opened(tmp_path, read_only=True) as driver:
        await choose_whom(driver, "user:web")
        await driver.wait('+ { + "Version"')
        await driver.press("pagedown", "pagedown")
        await driver.wait("1 iam PutUserPolicy")
        await driver.press("pageup", "pageup")
        await driver.wait_gone("1 iam PutUserPolicy")
        await driver.press("enter")
        await driver.wait("attach: started with --read-only")


async def test_no_choice_is_cut_at_80_columns(sandbox: Sandbox, tmp_path: Path) -> None:
    async with opened(tmp_path, size=(80, 24)) as driver:
        await driver.wait("‹ deny:", "x chooses")
        for kind in ("deny-use:", "expiry:", "write:"):
            await driver.press("right")
            await driver.wait(f"‹ {kind}")
            (line,) = (each for each in driver.text.splitlines() if f"‹ {kind}" in each)
            assert " ›" in line.partition(kind)[2]
            assert "…" not in line
        await driver.wait("log groups none yet X names them")
    assert plain(picker_line("policy", "x" * 80, chosen=True, width=60)).endswith("x… ›")
