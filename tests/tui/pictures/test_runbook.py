"""The runbook from its first look to the hold, its dialogs and levers, and the cases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine

from sandbox.scenario.cast import KeyInUse
from sandbox.wire.server import Sandbox
from tests.tui.conftest import Gate
from tests.tui.pictures.album import NOW, READING, Opened, keep, keep_dressed
from tests.tui.screens.cases.test_cases_screen import begin


@pytest.mark.long
async def test_runbook(opened: Opened, leaked: KeyInUse, gate: Gate, boto: Callable[..., Any]) -> None:
    held = gate("ListServiceSpecificCredentials")
    async with opened("runbook", leaked) as driver:
        await keep(driver, "runbook-loading")
        held.set()
        await driver.wait("5 · deny Attach")
        await keep(driver, "runbook-fresh-80x24")
        await driver.press("enter")
        await keep(driver, "runbook-confirm")
        await driver.press("y")
        await driver.wait("1 ✓ deactivate")
        await keep(driver, "runbook-deactivated")
        await driver.press("2", "enter")
        await driver.wait("2 ✓ review", seconds=READING)
        await keep(driver, "runbook-reviewed")
        await driver.press("3")
        await keep(driver, "runbook-replace")
        await driver.press("x")
        await keep(driver, "runbook-options")
        await driver.press("down", "down", "left")
        await driver.wait("‹ this screen ›")
        await driver.press("enter")
        await driver.wait_gone("‹ this screen ›")
        await driver.press("enter", "y")
        await driver.wait("••••")
        await keep(driver, "secret-masked")
        await driver.press("v", "escape")
        await driver.wait("3 ✓ replace")
        await driver.press("4")
        await keep(driver, "runbook-delete-waits")
        await driver.press("o")
        await driver.wait("Give a reason")
        await keep(driver, "runbook-override")
        await driver.type("the service is deleted")
        await driver.press("enter")
        await driver.wait("Type the last four characters")
        await driver.type("ZZZZ")
        await driver.press("enter")
        await keep(driver, "runbook-typed-confirmation")
        await driver.press("escape")
        await driver.press("5", "enter", "y")
        await driver.wait("5 ✓ deny")
        await keep(driver, "runbook-held")
        await driver.press("p")
        await keep(driver, "plans")
        await driver.press("escape", "J")
        await keep(driver, "note")
        await driver.press("escape", "w")
        await driver.wait("has 6 other things")
        await keep(driver, "sweep")
        await driver.press("escape", "B")
        await keep(driver, "groups")
        await driver.press("escape", "c")
        await keep(driver, "cases-one")


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("read-only", {"read_only": True}),
        ("plain", {"plain": True, "graphs": "numbers"}),
    ],
)
async def test_runbook_with_other_options(
    opened: Opened, leaked: KeyInUse, name: str, options: dict[str, Any]
) -> None:
    async with opened("runbook", leaked, **options) as driver:
        await driver.wait("5 · deny Attach")
        await keep(driver, f"runbook-{name}")


async def test_runbook_of_no_key_and_of_what_cannot_be_read(
    opened: Opened, leaked: KeyInUse, frozen: Sandbox
) -> None:
    gone = replace(leaked, key_id="ACCAEXAMPLE2222222222")
    async with opened("runbook", gone) as driver:
        await keep(driver, "runbook-no-such-key")
    frozen.faults.add("deny:ListUserPolicies")
    async with opened("runbook", leaked) as driver:
        await keep(driver, "runbook-in-part")


async def test_the_runbook_of_a_key_that_writes_no_logs(opened: Opened, leaked: KeyInUse) -> None:
    async with opened() as driver:
        await driver.wait("16 keys")
        await driver.press("slash")
        await driver.type("user:dana")
        await driver.press("enter", "r")
        await driver.wait("5 · deny Attach the deny policy to dana")
        await keep(driver, "runbook-of-a-password")


async def test_levers_of_a_read_only_run(opened: Opened, leaked: KeyInUse, frozen: Sandbox) -> None:
    frozen.faults.add("deny:ListMFADevices")
    frozen.faults.add("deny:ListAccessKeys")
    async with opened("runbook", leaked, read_only=True) as driver:
        await driver.wait("5 · deny Attach")
        await driver.press("w")
        await driver.wait("Not read, so not known")
        await keep(driver, "sweep-in-part-read-only")
        await driver.press("escape", "B")
        await driver.wait("flowing")
        await keep(driver, "groups-read-only")


async def test_runbook_and_levers_in_other_dress(opened: Opened, leaked: KeyInUse) -> None:
    async with opened("runbook", leaked) as driver:
        await driver.wait("5 · deny Attach")
        await keep_dressed(driver, "runbook", "120x40", "16-colours")
        await driver.press("w")
        await driver.wait("has 5 other things")
        await keep_dressed(driver, "sweep", "120x40", "16-colours")
        await driver.press("escape", "B")
        await driver.wait("flowing")
        await keep_dressed(driver, "groups", "120x40", "16-colours")


async def test_cases(opened: Opened, frozen: Sandbox) -> None:
    async with opened("cases") as driver:
        await keep(driver, "cases-none")


@pytest.mark.parametrize(
    ("dresses", "options"),
    [
        (("120x40", "16-colours"), {}),
        ((), {"read_only": True}),
    ],
)
async def test_cases_whole_and_altered(
    opened: Opened, frozen: Sandbox, tmp_path: Path, dresses: tuple[str, ...], options: dict[str, Any]
) -> None:
    with time_machine.travel(NOW - timedelta(minutes=5), tick=False):
        begin(tmp_path / "state", "ACCAAAAAAAAAAAAAAAAAA")
    altered = begin(tmp_path / "state", "ACCABBBBBBBBBBBBBBBBB", "vendor-a").journal.path
    altered.write_bytes(altered.read_bytes().replace(b"hello", b"hallo"))
    async with opened("cases", **options) as driver:
        await driver.wait("2 cases", "1 flaw")
        await keep_dressed(driver, "cases-altered", *dresses)
        if not dresses:
            await keep(driver, "cases-altered-read-only")
