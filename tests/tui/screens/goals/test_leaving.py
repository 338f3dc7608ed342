"""The program is left while something is made for the quiet weeks: what was sent is seen through."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sandbox.iam.credentials import CredentialStore
from sandbox.wire.server import Sandbox
from services.cases.book import CaseBook
from tests.patience import PATIENCE
from tests.storedsecrets import value_of
from tests.tui.conftest import LeakedKey
from tests.tui.piloting import Driver, driven
from tui.settings.options import Start


async def set_up(driver: Driver) -> None:
    await driver.press("U")
    await driver.wait("CreateUser")


async def issue(driver: Driver) -> None:
    await driver.press("I")
    await driver.wait("Make a logs key for web, 90 days.", "enter do it")


async def rotate(driver: Driver) -> None:
    await driver.press("O")
    await driver.wait("No second key was created yet")


@pytest.mark.parametrize("begin", [set_up, issue, rotate])
async def test_left_in_the_midst_of_making_a_key(
    sandbox: Sandbox,
    leaked_key: LeakedKey,
    boto: Callable[..., Any],
    tmp_path: Path,
    begin: Callable[[Driver], Any],
) -> None:
    sent, go_on = threading.Event(), threading.Event()

    def held() -> None:
        sent.set()
        go_on.wait(PATIENCE)

    sandbox.faults.on("CreateServiceSpecificCredential", "after", held)
    async with driven(tmp_path, Start("inventory")) as driver:
        await driver.wait("1 key", leaked_key.key_id)
        await begin(driver)
        await driver.press("enter")
        await driver.wait("Leave it")
        await driver.press("y")
        await driver.until(sent.is_set, "no key was made")
        assert driver.app.under_way
        (said,) = driver.app.under_way
        assert said
        driver.app.exit()
        go_on.set()
        # Closing the app waits for what it carries.
    (case,) = CaseBook(tmp_path).cases()
    state = case.state()
    assert state.unsettled == {}
    assert state.replacement
    key = sandbox.world.part(CredentialStore).get(state.replacement.key_id)
    assert key
    assert value_of(boto("secretsmanager"), key.user) == key.token
    assert not case.held
    assert case.flaws() == ()
