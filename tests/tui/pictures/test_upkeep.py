"""The quiet weeks: audit, policy, keys set up and rotated."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.scenario.cast import KeyInUse
from sandbox.server import Sandbox
from tests.tui.conftest import Gate
from tests.tui.pictures.album import Opened, keep


async def test_audit(opened: Opened, leaked: KeyInUse, frozen: Sandbox, gate: Gate) -> None:
    held = gate("GetEventSelectors")
    async with opened() as driver:
        await driver.press("A")
        await keep(driver, "audit-loading")
        held.set()
        await driver.wait("is too broad")
        await keep(driver, "audit-full")
        await driver.press("enter")
        await keep(driver, "audit-finding")
    frozen.faults.add("deny:DescribeTrails")
    async with opened(theme="terminal") as driver:
        await driver.press("A")
        await driver.wait("not known")
        await keep(driver, "audit-in-part-16-colours")


@pytest.mark.parametrize(
    ("name", "options"), [("80x24", {}), ("read-only", {"read_only": True}), ("plain", {"plain": True})]
)
async def test_policy(opened: Opened, leaked: KeyInUse, name: str, options: dict[str, Any]) -> None:
    async with opened(**options) as driver:
        await driver.press("P")
        await driver.wait("nobody yet", "more lines")
        await keep(driver, f"policy-{name}")


async def test_setup(opened: Opened, leaked: KeyInUse) -> None:
    async with opened("cases") as driver:
        await driver.wait("No case yet", "123456789012")
        await driver.press("N")
        await driver.wait("CreateUser")
        await keep(driver, "setup-80x24")


async def test_rotation(opened: Opened, leaked: KeyInUse, gate: Gate) -> None:
    held = gate("GetMetricData")
    async with opened("inventory") as driver:
        await driver.wait("16 keys")
        await driver.press("slash")
        await driver.type("user:vendor-b")
        await driver.wait("1 of 16")
        await driver.press("enter", "O")
        await driver.wait("No second key was made yet")
        await keep(driver, "rotation-fresh")
        await driver.press("enter")
        await driver.wait("Leave it")
        await driver.press("y")
        await driver.wait("both work")
        await driver.press("ctrl+l")
        await keep(driver, "rotation-both-work")
    held.set()
