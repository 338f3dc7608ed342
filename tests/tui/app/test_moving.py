"""From one account to another while the screen is open, and back: what is under way keeps it where it is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sandbox.account.world import ACCOUNT
from sandbox.scenario import two_accounts
from sandbox.scenario.cast import KeyInUse
from sandbox.scenario.registry import SCENARIOS
from sandbox.scenario.two_accounts import THERE
from sandbox.wire.server import Sandbox
from services.cases.book import CaseBook
from tests.principals import make_user
from tests.tui.abroad import opened, palette, status_line
from tui.routes import ToCases
from tui.settings.place import Place


@pytest.fixture
def leaked(sandbox: Sandbox) -> KeyInUse:
    sandbox.world.settings.lookup_per_second = None
    found = SCENARIOS["two-accounts"](sandbox.world).leaked
    assert found is not None
    return found


async def test_a_token_leads_to_its_account_where_its_key_is_stopped_and_back(
    leaked: KeyInUse, tmp_path: Path, boto: Callable[..., Any]
) -> None:
    make_user(boto("iam"), "ours")
    async with opened(tmp_path) as driver:
        await driver.press("i")
        await driver.wait("identify a leaked key")
        await driver.type(leaked.token)
        await driver.wait(f"{THERE}, which is not this one", "active, made")
        await driver.press("r")
        await driver.wait(THERE, "deactivate")
        await driver.until(lambda: THERE in status_line(driver), "the status line names the other account")
        assert two_accounts.ROLE in str(driver.app.context.credentials)
        await driver.wait("UpdateServiceSpecificCredential")
        await driver.press("enter")
        await driver.wait("Make it Inactive ]", THERE)
        await driver.press("y")
        await driver.until(lambda: _journaled(tmp_path) == [THERE], "it was not sent")
        await driver.until(lambda: not driver.app.under_way, "it did not end")
        await palette(driver, "account", "go to another account", ACCOUNT)
        await driver.until(lambda: ACCOUNT in status_line(driver), "it did not come back")
        (case,) = CaseBook(tmp_path).cases()
        assert case.state().closed_at is None


def _journaled(state_dir: Path) -> list[str]:
    cases = CaseBook(state_dir).cases()
    return [
        str(each.data["account"])
        for case in cases
        for each in case.journal.entries()
        if each.kind == "intent"
    ]


async def test_what_keeps_it_where_it_is(leaked: KeyInUse, sandbox: Sandbox, tmp_path: Path) -> None:
    async with opened(tmp_path) as driver:
        await palette(driver, "account", "go to another account", "12")
        await driver.wait("12 digits")
        await palette(driver, "account", "go to another account", two_accounts.SUSPENDED)
        await driver.wait("Not allowed: sts:AssumeRole")
        assert ACCOUNT in status_line(driver)
        await palette(driver, "profile", "use another profile", "nobody")
        await driver.wait("nobody")
        await palette(driver, "region", "look in other Regions", "eu-west-1")
        await driver.until(lambda: driver.app.context.regions == ("eu-west-1",), "it does not look there")
        ended = asyncio.Event()
        driver.app.desk.carry("setting up", _until(ended))
        await palette(driver, "account")
        await driver.wait("setting up is under way")
        ended.set()


async def test_the_screens_of_where_one_was_are_not_gone_forward_to(leaked: KeyInUse, tmp_path: Path) -> None:
    async with opened(tmp_path) as driver:
        # Left while AWS is asked: there is time to look around on the way.
        driver.app.left_behind.append(ToCases())
        driver.app.go(Place(account=THERE))
        await driver.until(lambda: THERE in status_line(driver), "it did not go there")
        await driver.wait("KEY ID")
        await driver.press("]")
        await driver.wait("there is no screen to go forward to")


async def _until(ended: asyncio.Event) -> None:
    await ended.wait()


async def test_a_role_is_asked_for_where_none_is_configured(leaked: KeyInUse, tmp_path: Path) -> None:
    async with opened(tmp_path, None) as driver:
        role = ("No role is configured", two_accounts.ROLE)
        await palette(driver, "account", "go to another account", THERE, *role)
        await driver.until(lambda: THERE in status_line(driver), "it did not go there")
        await driver.wait("1 key", leaked.user)


@pytest.mark.parametrize("key", ["r", "enter"])
async def test_a_key_of_an_account_without_a_role_asks_for_one(
    leaked: KeyInUse, tmp_path: Path, key: str
) -> None:
    async with opened(tmp_path, None) as driver:
        await driver.press("i")
        await driver.wait("identify a leaked key")
        await driver.type(leaked.token)
        await driver.wait("you are signed in to", "enter asks for a role in it")
        await driver.press(key)
        await driver.wait(f"look it up in account {THERE}", f"No role is configured for {THERE}")
        await driver.press("escape")
        await driver.wait("enter asks for a role in it")
        for answer, said in (
            ("a b", "role must be a role's name"),
            ("nobody", "Not allowed: sts:AssumeRole"),
        ):
            await driver.press(key)
            await driver.wait("look it up in account")
            await driver.type(answer)
            await driver.press("enter")
            await driver.wait(said)
        await driver.press(key)
        await driver.wait("look it up in account")
        await driver.type(two_accounts.ROLE)
        await driver.press("enter")
        await driver.until(lambda: THERE in status_line(driver), "it did not go there")
        await driver.wait(leaked.key_id, "deactivate" if key == "r" else "no case is open")


async def test_another_role_is_asked_for_where_the_configured_one_is_no_way_in(
    leaked: KeyInUse, tmp_path: Path
) -> None:
    async with opened(tmp_path, "nobody-made-it") as driver:
        await driver.press("i")
        await driver.wait("identify a leaked key")
        await driver.type(leaked.token)
        await driver.wait(f"Not looked up in account {THERE}", "Not allowed", "enter asks for a role in it")
        await driver.press("r")
        await driver.wait("The configured role was no way in.")
        await driver.type(two_accounts.ROLE)
        await driver.press("enter")
        await driver.until(lambda: THERE in status_line(driver), "it did not go there")
        await driver.wait(leaked.key_id, "deactivate")
