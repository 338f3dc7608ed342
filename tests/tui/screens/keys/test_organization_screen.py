"""The keys of every account on screen: rows as they come, refusals by name, and enter goes there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sandbox.account.world import ACCOUNT
from sandbox.scenario import two_accounts
from sandbox.scenario.cast import KeyInUse
from sandbox.scenario.registry import SCENARIOS
from sandbox.scenario.two_accounts import REFUSING, SUSPENDED, THERE
from sandbox.wire.server import Sandbox
from tests.principals import make_user
from tests.tui.abroad import opened, palette, status_line
from tests.tui.conftest import Gate


@pytest.fixture
def leaked(sandbox: Sandbox, boto: Callable[..., Any]) -> KeyInUse:
    sandbox.world.settings.lookup_per_second = None
    found = SCENARIOS["two-accounts"](sandbox.world).leaked
    assert found is not None
    make_user(boto("iam"), "ours")
    return found


async def test_accounts_come_as_they_answer_and_enter_goes_to_one(
    leaked: KeyInUse, tmp_path: Path, boto: Callable[..., Any], gate: Gate
) -> None:
    boto("iam").create_service_specific_credential(UserName="ours", ServiceName="logs.amazonaws.com")
    async with opened(tmp_path) as driver:
        await driver.wait("1 key")
        held = gate("ListServiceSpecificCredentials")
        await palette(driver, "organization")
        await driver.wait("2 still asked")
        # What is left goes on with nothing, and is read anew when somebody comes back.
        await driver.press("escape")
        await driver.wait_gone("still asked")
        await palette(driver, "organization")
        # What needs no answer is there before anybody answered.
        await driver.wait("0 keys in 0 of 4 accounts", "2 not read", "2 still asked", "payments")
        assert leaked.key_id not in driver.text
        held.set()
        await driver.wait("2 keys in 2 of 4 accounts · 2 not read", leaked.key_id, THERE, "old-playgro")
        assert "still asked" not in driver.text
        await driver.press("g")
        await driver.wait("sts:AssumeRole", f"account {REFUSING} (payments)")
        await driver.press("s")
        await driver.wait("ACCOUNT▴")
        await driver.press("slash")
        await driver.type(leaked.key_id)
        await driver.press("enter")
        await driver.wait(f"account {THERE} (workloads)", f"role/{two_accounts.ROLE}", "never expires")
        await driver.press("enter")
        await driver.until(lambda: THERE in status_line(driver), "it did not go there")
        await driver.wait(leaked.key_id, "no case is open", leaked.user)


async def test_an_account_that_refuses_leaves_everything_as_it_is(leaked: KeyInUse, tmp_path: Path) -> None:
    async with opened(tmp_path) as driver:
        await palette(driver, "organization")
        await driver.wait("1 key in 2 of 4 accounts · 2 not read")
        # The cursor stays on the row that came first, whichever that was.
        await driver.press("g")
        await driver.wait(f"account {REFUSING}", "more lines: tab, then j")
        # It is as it says.
        await driver.press("tab")
        await driver.wait("more lines: j for more")
        await driver.press("j", "j")
        await driver.wait_gone("more lines")
        await driver.press("shift+tab", "enter")
        await driver.wait("Not allowed: sts:AssumeRole", REFUSING)
        assert ACCOUNT in status_line(driver)
        await driver.press("down")
        await driver.wait(f"account {SUSPENDED} (old-playground)", "It is suspended")


async def test_a_role_is_asked_for_once_where_none_is_configured(leaked: KeyInUse, tmp_path: Path) -> None:
    async with opened(tmp_path, None) as driver:
        await palette(driver, "organization", "the keys of every account", two_accounts.ROLE)
        await driver.wait("1 key in 2 of 4 accounts", leaked.key_id)
        await driver.press("slash")
        await driver.type(leaked.key_id)
        await driver.press("enter", "enter")
        await driver.until(lambda: THERE in status_line(driver), "it did not go there")


async def test_outside_an_organization_it_says_so(sandbox: Sandbox, tmp_path: Path) -> None:
    async with opened(tmp_path) as driver:
        await palette(driver, "organization")
        await driver.wait("listed with credentials of its management account", "ctrl+r tries again")
