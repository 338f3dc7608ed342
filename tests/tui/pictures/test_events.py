"""The review on the screen."""

from __future__ import annotations

from dataclasses import replace

from sandbox.scenario.cast import KeyInUse
from sandbox.wire.server import Sandbox
from tests.tui.conftest import Gate
from tests.tui.pictures.album import LARGE, READING, Opened, keep, keep_dressed


async def test_events(opened: Opened, leaked: KeyInUse, frozen: Sandbox, gate: Gate) -> None:
    held = gate("GetObject")
    async with opened("events", leaked) as driver:
        await driver.wait("11 matches")
        await keep(driver, "events-loading")
        held.set()
        await driver.wait("TIME▾", "CallWithBearerToken", seconds=READING)
        await keep(driver, "events-full-80x24")
        await driver.press("1")
        await keep(driver, "events-by-address")
        await driver.press("escape", "f")
        await keep(driver, "events-findings")
        await driver.press("escape", "enter")
        await keep(driver, "events-record")
    frozen.faults.add("deny:LookupEvents")
    async with opened("events", leaked, LARGE) as driver:
        await driver.wait("TIME▾", "unreadable", seconds=READING)
        await keep(driver, "events-in-part-120x40")


async def test_events_of_nobody(opened: Opened, leaked: KeyInUse, frozen: Sandbox) -> None:
    unused = replace(leaked, user="ci-mirror")
    async with opened("events", unused, theme="terminal") as driver:
        await driver.wait("no events is not proof", seconds=READING)
        await keep(driver, "events-none-16-colours")
    frozen.faults.add("expired:*")
    async with opened("events", leaked) as driver:
        await keep(driver, "events-expired")


async def test_events_in_other_dress(opened: Opened, leaked: KeyInUse) -> None:
    async with opened("events", leaked) as driver:
        await driver.wait("TIME▾", "CallWithBearerToken", seconds=READING)
        await keep_dressed(driver, "events-full", "120x40", "16-colours")
