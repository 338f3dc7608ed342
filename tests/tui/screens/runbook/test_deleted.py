"""A key that is gone for good: nothing is offered that could bring it back."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.conftest import LeakedKey
from tests.tui.piloting import Driver
from tests.tui.screens.runbook.test_runbook_screen import opened, said


async def delete(driver: Driver, key: LeakedKey) -> None:
    await driver.press("4", "o")
    await driver.wait("Give a reason")
    await driver.type("the service is deleted")
    await driver.press("enter")
    await driver.wait("Type the last four characters of")
    await driver.type(key.key_id[-4:])
    await driver.press("enter")
    await driver.wait("4 ✓ delete")


async def deactivate(driver: Driver) -> None:
    await driver.press("1", "enter")
    await driver.wait("Leave it")
    await driver.press("y")
    await driver.wait("1 ✓ deactivate", "u to make it Active again")


@pytest.mark.parametrize("deactivated", [True, False])
async def test_a_deleted_key_is_not_offered_for_undo(
    leaked_key: LeakedKey, tmp_path: Path, *, deactivated: bool
) -> None:
    async with opened(tmp_path, leaked_key) as driver:
        if deactivated:
            await deactivate(driver)
        await delete(driver, leaked_key)
        await driver.press("1")
        if not deactivated:
            await driver.press("enter")
        await driver.wait("The key has been deleted: nobody can use it.")
        assert "✓ Inactive" not in said(driver)
        assert "Active again" not in driver.flat
        await driver.press("u")
        await driver.wait("undo: The key has been deleted")
        await driver.press("p")
        await driver.wait("Review what web did.")
        assert "Active again" not in driver.flat
