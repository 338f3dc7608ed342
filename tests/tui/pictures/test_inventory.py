"""The inventory and what opens on it: identify, the marked keys, the welcome, help, errors."""

from __future__ import annotations

from typing import Any

import pytest
from rich.color import ColorSystem

from sandbox.scenario.cast import KeyInUse
from sandbox.wire.server import Sandbox
from tests.tui.conftest import Gate
from tests.tui.pictures.album import Opened, keep, keep_dressed


async def test_inventory(opened: Opened, leaked: KeyInUse, frozen: Sandbox, gate: Gate) -> None:
    held = gate("ListServiceSpecificCredentials")
    async with opened() as driver:
        await keep(driver, "inventory-loading")
        held.set()
        await driver.wait("16 keys", "its user also has")
        await keep(driver, "inventory-full-80x24")
        await driver.press("slash")
        await driver.type("nobody")
        await keep(driver, "inventory-filter-without-match")
        await driver.press("escape", "enter")
        await keep(driver, "inventory-details")
        await driver.press("escape", "question_mark")
        await keep(driver, "help-of-the-inventory")
        await driver.press("escape", "exclamation_mark")
        await keep(driver, "errors-none")
        await driver.press("escape", "colon")
        await keep(driver, "palette")
        await driver.press("escape")
        frozen.faults.add("expired:ListServiceSpecificCredentials")
        await driver.press("ctrl+r")
        await keep(driver, "inventory-expired-after-it-was-read")
        await driver.press("exclamation_mark")
        await keep(driver, "errors-one")


async def test_inventory_in_other_dress(opened: Opened, leaked: KeyInUse) -> None:
    async with opened() as driver:
        await driver.wait("16 keys", "its user also has")
        for style in {segment.style for strip in driver.strips for segment in strip if segment.style}:
            # As a test before this one may have sent it.
            style._ansi = None
            style._make_ansi_codes(ColorSystem.EIGHT_BIT)
        await keep_dressed(
            driver, "inventory", "120x40", "60x20", "200x60", "16-colours", "light", "high-contrast"
        )


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("plain", {"plain": True, "graphs": "numbers"}),
        ("read-only", {"read_only": True}),
    ],
)
async def test_inventory_with_other_options(
    opened: Opened, leaked: KeyInUse, name: str, options: dict[str, Any]
) -> None:
    async with opened(**options) as driver:
        await driver.wait("16 keys", "its user also has")
        await keep(driver, f"inventory-{name}")


async def test_inventory_of_an_empty_account_and_of_none(opened: Opened, frozen: Sandbox) -> None:
    async with opened() as driver:
        await keep(driver, "inventory-empty")
    frozen.faults.add("expired:*")
    async with opened() as driver:
        await keep(driver, "inventory-expired")


async def test_inventory_in_part(opened: Opened, leaked: KeyInUse, frozen: Sandbox) -> None:
    frozen.faults.add("deny:ListServiceSpecificCredentials:1")
    frozen.faults.add("deny:ListAccessKeys")
    async with opened() as driver:
        await driver.wait("16 keys")
        await keep(driver, "inventory-in-part")


async def test_marked_keys(opened: Opened, leaked: KeyInUse) -> None:
    async with opened() as driver:
        await driver.wait("16 keys", "its user also has")
        await driver.press("space", "j", "space")
        await keep(driver, "inventory-marked")
        await driver.press("D")
        await driver.wait("Leave it")
        await keep(driver, "bulk-confirm")
        await driver.press("escape", "1")
        await keep(driver, "inventory-by-user")


async def test_identify(opened: Opened, leaked: KeyInUse) -> None:
    async with opened() as driver:
        await driver.wait("16 keys", "its user also has")
        await driver.press("i")
        await keep(driver, "identify-empty")
        await driver.type("no token")
        await keep(driver, "identify-no-token")
        await driver.press("escape", "i")
        await driver.type(leaked.token)
        await driver.wait(f"{leaked.key_id}, active")
        await keep(driver, "identify-matched")
        await keep_dressed(driver, "identify-matched", "120x40", "16-colours")


async def test_welcome_and_guide(opened: Opened, leaked: KeyInUse) -> None:
    async with opened(demo=True, leaked=lambda: "ACWL" + "x" * 120) as driver:
        await driver.wait("This token was found", "16 keys")
        await keep(driver, "welcome")
        await driver.press("escape")
        await keep(driver, "inventory-guided")
