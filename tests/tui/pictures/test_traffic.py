"""IncomingBytes in graphs, and the log groups."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from sandbox.scenario.cast import KeyInUse
from sandbox.wire.server import Sandbox
from tests.tui.conftest import Gate
from tests.tui.pictures.album import NOW, SIZES, SMALL, Opened, keep, keep_dressed


@pytest.mark.parametrize("size", SIZES)
async def test_traffic(opened: Opened, leaked: KeyInUse, size: str) -> None:
    async with opened("traffic", size=SIZES[size]) as driver:
        await driver.wait("in all")
        await keep(driver, f"traffic-{size}")
        await driver.press("enter")
        await driver.wait("IncomingLogEvents ── ")
        await keep(driver, f"traffic-large-{size}")
        await driver.press("Z", "space")
        await keep(driver, f"traffic-sum-paused-{size}")


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("16-colours-ascii", {"theme": "terminal", "graphs": "ascii"}),
        ("plain", {"plain": True, "graphs": "numbers"}),
    ],
)
async def test_traffic_in_other_dress(
    opened: Opened, leaked: KeyInUse, name: str, options: dict[str, Any]
) -> None:
    async with opened("traffic", **options) as driver:
        await driver.wait("in all")
        await keep(driver, f"traffic-{name}")


async def test_traffic_with_what_was_done_in_it(opened: Opened, leaked: KeyInUse) -> None:
    with time_machine.travel(NOW - timedelta(minutes=25), tick=False):
        async with opened("runbook", leaked) as driver:
            await driver.wait("5 · deny Attach")
            await driver.press("enter", "y")
            await driver.wait("1 ✓ deactivate")
            with time_machine.travel(NOW - timedelta(minutes=10), tick=False):
                await driver.press("5", "enter", "y")
                await driver.wait("5 ✓ deny")
    async with opened("traffic") as driver:
        await driver.wait("in all", "1 deactivate")
        await driver.press(*["left"] * 8)
        await keep(driver, "traffic-read-out-80x24")
        await keep_dressed(driver, "traffic-read-out", "120x40", "16-colours")
        await driver.press("Y")
        await keep(driver, "traffic-log-scale")
        await driver.press("Y", "v")
        await keep(driver, "traffic-braille")
        await driver.press("enter")
        await driver.wait("IncomingLogEvents ── ")
        await keep(driver, "traffic-large-braille")
        await driver.press("v", "v", "v", "Z")
        await driver.wait_gone("IncomingLogEvents ── ")
        await keep_dressed(driver, "traffic-sum", "16-colours")


async def test_traffic_loading_empty_and_denied(opened: Opened, frozen: Sandbox, gate: Gate) -> None:
    held = gate("DescribeLogGroups")
    async with opened("traffic") as driver:
        await driver.wait("looking")
        await keep(driver, "traffic-loading")
        held.set()
        await driver.wait_gone("looking")
        await keep(driver, "traffic-empty")
    frozen.faults.add("deny:DescribeLogGroups")
    async with opened("traffic") as driver:
        await keep(driver, "traffic-denied")


@pytest.mark.parametrize(
    ("name", "size", "options"),
    [("80x24", SMALL, {}), ("60x20-16-colours", (60, 20), {"theme": "terminal"})],
)
async def test_log_groups(
    opened: Opened, leaked: KeyInUse, name: str, size: tuple[int, int], options: dict[str, Any]
) -> None:
    async with opened(size=size, **options) as driver:
        await driver.press("L")
        await driver.wait("5 log groups", "flowing")
        await keep(driver, f"log-groups-{name}")
        if size is SMALL:
            await keep_dressed(driver, "log-groups", "120x40")
            await driver.press("slash")
            await driver.type("vendor")
            await driver.wait("1 of 5")
            await keep(driver, "log-groups-filtering")
            await driver.press("enter")
            await keep(driver, "log-groups-filtered")
            await driver.press("slash", "ctrl+u")
            await driver.type("nobody")
            await driver.wait_gone("vendor")
            await keep(driver, "log-groups-filter-without-match")


async def test_log_groups_empty_and_denied(opened: Opened, frozen: Sandbox) -> None:
    async with opened() as driver:
        await driver.press("L")
        await driver.wait_gone("looking")
        await keep(driver, "log-groups-empty")
    frozen.faults.add("deny:DescribeLogGroups")
    async with opened() as driver:
        await driver.press("L")
        await driver.wait("Not allowed")
        await keep(driver, "log-groups-denied")
