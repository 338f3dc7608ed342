"""The keys of every account of an organization, as its accounts answer."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from sandbox.scenario import two_accounts
from sandbox.scenario.registry import SCENARIOS
from sandbox.scenario.two_accounts import REFUSING, SUSPENDED
from sandbox.wire.server import Sandbox
from tests.principals import make_user
from tests.tui.abroad import palette
from tests.tui.conftest import Gate
from tests.tui.pictures.album import Opened, keep, keep_dressed
from tui.settings.accounts import Accounts
from tui.settings.config import Config
from tui.shell.common import Setup
from tui.shell.connecting import as_set_up
from tui.shell.going import go_by


@pytest.fixture
def organization(frozen: Sandbox, boto: Callable[..., Any]) -> None:
    SCENARIOS["two-accounts"](frozen.world)
    make_user(boto("iam"), "ours")
    boto("iam").create_service_specific_credential(UserName="ours", ServiceName="logs.amazonaws.com")


@pytest.fixture
def ways(frozen: Sandbox, tmp_path: Path) -> Callable[[str | None], dict[str, Any]]:
    """The options of an app that may go to other accounts, by that role where one is configured."""

    def by(role: str | None) -> dict[str, Any]:
        state = tmp_path / "state"
        setup = Setup(None, ("us-east-1",), False, state, config=Config(accounts=Accounts(role)))
        return {"connect": as_set_up(setup), "go": partial(go_by, setup)}

    return by


Ways = Callable[[str | None], dict[str, Any]]


async def test_organization(opened: Opened, organization: None, ways: Ways, gate: Gate) -> None:
    async with opened("cases", **ways(two_accounts.ROLE)) as driver:
        await driver.wait("No case yet", "123456789012")
        held = gate("ListServiceSpecificCredentials")
        await palette(driver, "organization")
        await driver.wait("2 not read", "2 still asked")
        await driver.press("g")
        await keep(driver, "organization-reading")
        held.set()
        await driver.wait("2 keys in 2 of 4 accounts · 2 not read", "as of")
        await driver.press("G")
        await keep(driver, "organization-80x24")
        await keep_dressed(driver, "organization", "120x40", "16-colours")
        await driver.press("g")
        await driver.wait(f"account {REFUSING}")
        await keep(driver, "organization-refused")
        await driver.press("down")
        await driver.wait(f"account {SUSPENDED}")
        await keep(driver, "organization-suspended")


async def test_the_role_is_asked_for(opened: Opened, organization: None, ways: Ways) -> None:
    async with opened("cases", **ways(None)) as driver:
        await driver.wait("No case yet", "123456789012")
        await palette(driver, "organization")
        await driver.wait("No role is configured")
        await keep(driver, "organization-asking")


async def test_outside_an_organization(opened: Opened, frozen: Sandbox, ways: Ways) -> None:
    async with opened("cases", **ways(two_accounts.ROLE)) as driver:
        await driver.wait("No case yet", "123456789012")
        await palette(driver, "organization")
        await driver.wait("ctrl+r tries again")
        await keep(driver, "organization-none")
        await keep_dressed(driver, "organization-none", "120x40")
