"""The list of log groups, against the sandbox: what each is like, and what comes in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sandbox.wire.server import Sandbox
from tests.tui.piloting import Driver, driven
from tests.tui.screens.traffic.test_traffic_screen import QUICK, Account, stands_still
from tui.screens.loggroups.screen import LogGroupsScreen
from tui.screens.traffic.screen import TrafficScreen
from tui.settings.options import Start

Boto = Callable[..., Any]


@pytest.fixture
def account(sandbox: Sandbox, boto: Boto) -> Account:
    return Account(sandbox, boto)


async def opened(driver: Driver) -> LogGroupsScreen:
    await driver.until(lambda: len(driver.app.screen_stack) > 1, "no first screen")
    await driver.press("L")
    screen = driver.app.screen
    assert isinstance(screen, LogGroupsScreen)
    return screen


def row(driver: Driver, name: str) -> str:
    """The line of the table that begins with *name*."""
    return next(line for line in driver.text.splitlines() if line.startswith(f" {name}"))


async def test_each_group_is_told_with_its_switch_key_retention_and_flow(
    account: Account, boto: Boto, tmp_path: Path
) -> None:
    account.group("/aws/weak", 1_000)
    account.group("/aws/strong", 70_000)
    account.group("/aws/signed", 9_000, bearer=False)
    key = boto("kms").create_key()["KeyMetadata"]["Arn"]
    logs = boto("logs")
    logs.create_log_group(logGroupName="/aws/own", kmsKeyId=key)
    logs.put_retention_policy(logGroupName="/aws/own", retentionInDays=30)
    async with driven(tmp_path, Start(), **QUICK) as driver:
        screen = await opened(driver)
        await driver.wait(
            "4 log groups · 2 with bearer tokens on", "▶ flowing 14.0 kB/s", "kB/s in the 2 read"
        )
        assert [each.group.name for each in screen.table.rows[:2]] == ["/aws/strong", "/aws/weak"]
        assert "▇" in row(driver, "/aws/strong")
        assert row(driver, "/aws/signed").split()[1:] == ["us-east-1", "off", "aws", "ever", "not", "read"]
        assert row(driver, "/aws/own").split()[1:5] == ["us-east-1", "off", "own", "30d"]
        screen.table.choose("/aws/own@us-east-1")
        await driver.wait(f"encrypted with {key}, kept for 30 days", "Accepts only signed calls")
        await driver.press("enter")
        await driver.wait("graph: its flow is not read: a reads it")
        await driver.press("a")
        await driver.wait("▶ flowing 1.8 kB/s", "never seen", "kB/s in all")


async def test_enter_shows_the_graph_and_esc_comes_back(account: Account, tmp_path: Path) -> None:
    account.group("/aws/app", 1_000)
    account.group("/aws/other", 2_000)
    async with driven(tmp_path, Start(), **QUICK) as driver:
        screen = await opened(driver)
        await driver.wait("2 log groups", "▶ flowing 200 B/s")
        screen.table.choose("/aws/app@us-east-1")
        await driver.press("enter")
        await driver.wait("/aws/app ── IncomingBytes", "group 2 of 2")
        assert isinstance(driver.app.screen, TrafficScreen)
        await driver.until(lambda: not screen._poll.running, "it goes on asking")
        await driver.press("escape", "escape")
        await driver.wait("2 log groups")
        assert screen.is_current


async def test_filter_sort_and_refresh(account: Account, tmp_path: Path) -> None:
    account.group("/aws/app", 1_000)
    account.group("/aws/over", 2_000, until=timedelta(seconds=120))
    async with driven(tmp_path, Start(), **QUICK) as driver:
        screen = await opened(driver)
        await driver.wait("2 log groups", "■ stopped")
        await driver.press("slash")
        await driver.type("us-east gone")
        await driver.wait("1 of 2 log groups shown")
        await driver.press("enter")
        assert screen.table.has_focus
        await driver.press("slash")
        await driver.type("[/x]")
        await driver.wait("No log group matches “[/x]”")
        await driver.press("escape")
        await driver.wait("2 log groups ·")
        await driver.press("s")
        await driver.wait("Sorted by log group.", "LOG GROUP▴")
        await driver.pilot.click("#rows", offset=(4, 0))
        await driver.wait("LOG GROUP▾")
        account.group("/aws/new", 3_000)
        await driver.press("ctrl+r")
        await driver.wait("3 log groups")


async def test_it_asks_only_while_it_is_seen(account: Account, tmp_path: Path) -> None:
    account.group("/aws/app", 1_000)
    async with driven(tmp_path, Start(), **QUICK) as driver:
        await opened(driver)
        await driver.until(lambda: account.calls > 2, "it asked no more")
        await driver.press("question_mark")
        await driver.wait("What you can do here")
        await stands_still(driver, account)


async def test_none_some_unread_and_an_error_are_sentences(
    sandbox: Sandbox, account: Account, tmp_path: Path
) -> None:
    async with driven(tmp_path, Start(), **QUICK) as driver:
        await opened(driver)
        await driver.wait("There are no log groups here.", "Regions: us-east-1")
    account.group("/aws/app", 1_000)
    sandbox.faults.add("deny:GetMetricData")
    async with driven(tmp_path, Start(), **QUICK) as driver:
        await opened(driver)
        await driver.wait("1 log group · ! Not allowed: cloudwatch:GetMetricData", "could not be (!)")
        sandbox.faults.clear()
        sandbox.faults.add("deny:DescribeLogGroups")
        await driver.press("ctrl+r")
        await driver.wait("· ! ")
        await driver.press("exclamation_mark")
        await driver.wait("logs:DescribeLogGroups")
