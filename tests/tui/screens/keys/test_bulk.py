"""Keys deactivated together; boto3 says which work, and each has its own case."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from sandbox.wire.server import Sandbox
from services.cases.case import CaseBook
from tests.tui.conftest import Gate
from tests.tui.piloting import Driver, driven
from tests.tui.screens.keys.test_inventory_screen import make_keys, screen
from tui.settings.options import Start

Statuses = Callable[[], dict[str, str]]


@pytest.fixture
def keys(sandbox: Sandbox, boto: Callable[..., Any]) -> list[str]:
    return make_keys(boto, "ann", "bob", "cy")


@pytest.fixture
def statuses(boto: Callable[..., Any]) -> Statuses:
    iam = boto("iam")

    def ask() -> dict[str, str]:
        found = iam.list_service_specific_credentials(AllUsers=True)["ServiceSpecificCredentials"]
        return {each["UserName"]: each["Status"] for each in found}

    return ask


@pytest.fixture
async def inventory(keys: list[str], tmp_path: Path) -> AsyncIterator[Driver]:
    async with driven(tmp_path, Start()) as driver:
        await driver.wait("3 keys · 3 active")
        yield driver


async def mark(driver: Driver, *key_ids: str) -> None:
    for key_id in key_ids:
        screen(driver).choose(key_id)
        await driver.press("space")


async def test_marked_keys_are_listed_confirmed_once_and_kept_in_a_case_each(
    inventory: Driver, keys: list[str], statuses: Statuses, tmp_path: Path
) -> None:
    await mark(inventory, keys[0], keys[2])
    await inventory.wait("● 2 marked")
    await inventory.press("D")
    await inventory.wait("Make 2 keys Inactive?", f"{keys[0]} of ann", f"{keys[2]} of cy", "2 users")
    assert keys[1] not in inventory.text.partition("Make 2 keys")[2]
    await inventory.press("enter")
    await inventory.wait_gone("Make 2 keys")
    assert set(statuses().values()) == {"Active"}
    assert CaseBook(tmp_path).cases() == ()

    await inventory.press("D")
    await inventory.wait("Make 2 keys Inactive?")
    await inventory.press("y")
    await inventory.wait("2 of 2 keys Inactive (confirmed by AWS", "3 keys · 1 active", "2 changed since")
    assert statuses() == {"ann": "Inactive", "bob": "Active", "cy": "Inactive"}
    cases = CaseBook(tmp_path).cases()
    assert {case.state().opened["key_id"] for case in cases} == {keys[0], keys[2]}
    assert all(case.flaws() == () and not case.held for case in cases)
    assert "marked" not in inventory.flat


async def test_what_cannot_be_done_is_left_out_with_its_reason(
    inventory: Driver, keys: list[str], boto: Callable[..., Any], statuses: Statuses
) -> None:
    boto("iam").update_service_specific_credential(
        UserName="ann", ServiceSpecificCredentialId=keys[0], Status="Inactive"
    )
    await inventory.press("asterisk")
    await inventory.wait("● 3 marked")
    await inventory.press("D")
    await inventory.wait("Make 2 keys Inactive?", f"{keys[0]} is skipped: The key is already Inactive.")
    await inventory.press("y")
    await inventory.wait("2 of 2 keys Inactive")
    assert set(statuses().values()) == {"Inactive"}
    await mark(inventory, keys[1])
    await inventory.press("D")
    await inventory.wait(f"Nothing to do. {keys[1]}: The key is already Inactive.")


async def test_one_that_fails_leaves_the_others(
    inventory: Driver, sandbox: Sandbox, statuses: Statuses, tmp_path: Path
) -> None:
    await inventory.press("asterisk", "D")
    await inventory.wait("Make 3 keys Inactive?")
    sandbox.faults.add("deny:UpdateServiceSpecificCredential:1")
    await inventory.press("y")
    await inventory.wait("2 of 3 keys Inactive", "1 failed: ! says why.")
    assert sorted(statuses().values()) == ["Active", "Inactive", "Inactive"]
    assert len(CaseBook(tmp_path).cases()) == 3
    await inventory.press("exclamation_mark")
    await inventory.wait("deactivate of ACCA", "Not allowed: iam:UpdateServiceSpecificCredential")


async def test_leaving_waits_for_all_that_was_confirmed(
    keys: list[str], statuses: Statuses, gate: Gate, tmp_path: Path
) -> None:
    async with driven(tmp_path, Start()) as driver:
        await driver.wait("3 keys")
        await driver.press("asterisk", "D")
        await driver.wait("Make 3 keys Inactive?")
        held = gate("UpdateServiceSpecificCredential")
        await driver.press("y")
        await driver.until(lambda: len(driver.app.under_way) == 3, "not all are under way")
        await driver.press("q")
        held.set()
    assert set(statuses().values()) == {"Inactive"}
    assert all(case.flaws() == () for case in CaseBook(tmp_path).cases())


async def test_read_only_and_nothing_marked_are_reasons(keys: list[str], tmp_path: Path) -> None:
    async with driven(tmp_path, Start()) as driver:
        await driver.wait("3 keys")
        await driver.press("D")
        await driver.wait("deactivate: mark keys first (space)")
    async with driven(tmp_path, Start(), read_only=True) as driver:
        await driver.wait("3 keys")
        await driver.press("space", "D")
        await driver.wait("● 1 marked", "deactivate: started with --read-only")
