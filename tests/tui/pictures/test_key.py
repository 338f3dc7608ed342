"""One key with all that bears on it."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.scenario.cast import KeyInUse
from sandbox.wire.server import Sandbox
from tests.tui.conftest import Gate
from tests.tui.pictures.album import Opened, keep, keep_dressed
from tests.tui.piloting import Driver
from tests.tui.screens.keys.test_key_screen import follow


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("80x24", {}),
        ("plain", {"plain": True, "graphs": "numbers"}),
        ("read-only", {"read_only": True}),
    ],
)
async def test_key(opened: Opened, leaked: KeyInUse, name: str, options: dict[str, Any]) -> None:
    async with opened(**options) as driver:
        await at_the_leaked_key(driver)
        await driver.press("enter")
        await driver.wait("may write", "no case is open")
        await keep(driver, f"key-{name}")
        if not options:
            await keep_dressed(driver, "key", "120x40", "16-colours")


async def test_key_loading_and_in_part(opened: Opened, leaked: KeyInUse, frozen: Sandbox, gate: Gate) -> None:
    held = gate("SimulatePrincipalPolicy")
    async with opened() as driver:
        await at_the_leaked_key(driver)
        frozen.faults.add("deny:LookupEvents")
        frozen.faults.add("deny:GetLoginProfile")
        await driver.press("enter")
        await driver.wait("no case is open", "asking whether")
        await keep(driver, "key-loading")
        held.set()
        await driver.wait("may write", "not known")
        await keep(driver, "key-in-part")


async def test_a_policy_of_its_user(opened: Opened, leaked: KeyInUse) -> None:
    async with opened() as driver:
        await at_the_leaked_key(driver)
        await driver.press("enter")
        await driver.wait("may write", "CloudWatchLogsAPIKeyAccess")
        await follow(driver, "policies", "CloudWatchLogsAPIKeyAccess")
        await driver.wait("CallWithBearerToken")
        await keep(driver, "policy-document")


async def at_the_leaked_key(driver: Driver) -> None:
    await driver.wait("16 keys", "its user also has")
    await driver.press("slash")
    await driver.type("user:hlc")
    await driver.press("enter")
    await driver.wait("1 of 16", "2 access keys")
