"""Log groups off and on; boto3 says which take bearer tokens."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sandbox.wire.server import Sandbox
from services.cases.book import CaseBook
from tests.tui.conftest import LeakedKey
from tests.tui.screens.runbook.test_runbook_screen import opened, said, the_case
from tui.screens.runbook.screen import RunbookScreen

NAMES = ("/app/one", "/app/two", "/app/three")

Bearer = Callable[[], dict[str, bool]]


@pytest.fixture
def bearer(boto: Callable[..., Any]) -> Bearer:
    """Three groups that take bearer tokens and one that does not; asks boto3 which do."""
    logs = boto("logs")
    for name in (*NAMES, "/plain"):
        logs.create_log_group(logGroupName=name)
    for name in NAMES:
        logs.put_bearer_token_authentication(logGroupIdentifier=name, bearerTokenAuthenticationEnabled=True)

    def ask() -> dict[str, bool]:
        return {
            group["logGroupName"]: bool(group.get("bearerTokenAuthenticationEnabled"))
            for group in logs.describe_log_groups()["logGroups"]
        }

    return ask


async def test_marked_groups_go_off_and_those_alone_come_back(
    leaked_key: LeakedKey, bearer: Bearer, tmp_path: Path
) -> None:
    leaked_key.iam.create_user(UserName="shipper")
    leaked_key.iam.create_service_specific_credential(UserName="shipper", ServiceName="logs.amazonaws.com")
    async with opened(tmp_path, leaked_key) as driver:
        await driver.press("B")
        await driver.wait("4 log groups · 3 with bearer tokens on", "us-east-1")
        screen: Any = driver.app.screen
        screen.table.choose("/app/one@us-east-1")
        await driver.press("space")
        screen.table.choose("/app/two@us-east-1")
        await driver.press("space")
        await driver.wait("2 marked")
        await driver.press("enter")
        await driver.wait(
            "Turn bearer tokens off for log groups?", "1 other user has active logs keys (shipper)"
        )
        assert bearer() == {"/app/one": True, "/app/two": True, "/app/three": True, "/plain": False}
        await driver.press("y")
        await driver.wait("2 of 2 groups refuse bearer tokens", "turned off", "1 with bearer tokens on")
        assert bearer() == {"/app/one": False, "/app/two": False, "/app/three": True, "/plain": False}

        await driver.press("escape")
        await driver.wait(
            "B ✓ log groups 2 of 2 groups refuse bearer tokens (confirmed by AWS", "1 · deactivate"
        )
        assert isinstance(driver.app.screen, RunbookScreen)
        assert "log groups" not in said(driver)
        await driver.press("B")
        await driver.wait("turned off")
        await driver.press("u")
        await driver.wait("Turn bearer tokens back on for the groups?")
        await driver.press("y")
        await driver.wait("2 of 2 groups accept bearer tokens", "3 with bearer tokens on")
        assert bearer() == {"/app/one": True, "/app/two": True, "/app/three": True, "/plain": False}
        await driver.press("escape")
        await driver.wait("B ↶ log groups undone: 2 of 2 groups accept bearer tokens")
    assert the_case(tmp_path).flaws() == ()


async def test_without_marks_it_is_the_chosen_one_and_none_that_is_off(
    leaked_key: LeakedKey, bearer: Bearer, tmp_path: Path
) -> None:
    async with opened(tmp_path, leaked_key) as driver:
        await driver.press("B")
        await driver.wait("4 log groups")
        screen: Any = driver.app.screen
        screen.table.choose("/plain@us-east-1")
        await driver.press("enter")
        await driver.wait("it accepts no bearer tokens already")
        await driver.press("space")
        await driver.wait("mark: it accepts no bearer tokens")
        screen.table.choose("/app/three@us-east-1")
        await driver.press("enter")
        await driver.wait(
            "/app/three --no-bearer-token-authentication-enabled", "No other user has an active logs key."
        )
        await driver.press("escape")
        await driver.wait_gone("Leave it")
        await driver.press("u")
        await driver.wait("This case turned no group off.")
    assert bearer()["/app/three"]
    assert CaseBook(tmp_path).cases() == ()


async def test_with_read_only_nothing_is_switched(
    leaked_key: LeakedKey, bearer: Bearer, tmp_path: Path
) -> None:
    async with opened(tmp_path, leaked_key, read_only=True) as driver:
        await driver.press("B")
        await driver.wait("4 log groups")
        await driver.press("enter")
        await driver.wait("turn off: started with --read-only")
    assert bearer()["/app/one"]


async def test_regions_that_cannot_be_read_are_said(
    sandbox: Sandbox, leaked_key: LeakedKey, tmp_path: Path
) -> None:
    sandbox.faults.add("deny:DescribeLogGroups")
    async with opened(tmp_path, leaked_key) as driver:
        await driver.press("B")
        await driver.wait("DescribeLogGroups")
        await driver.press("enter")
        await driver.wait("turn off: not read yet")
