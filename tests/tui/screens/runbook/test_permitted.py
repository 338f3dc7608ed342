"""The runbook's screen warns of what is not allowed once a plan is looked at, and nothing waits for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from sandbox.account.world import ApiCall
from sandbox.wire.server import Sandbox
from tests.principals import allow, documented, make_user, policy, sign_as
from tests.tui.conftest import Gate, LeakedKey
from tests.tui.piloting import Driver, driven
from tui.settings.options import Start

SIMULATE = "SimulatePrincipalPolicy"
NOT_ALLOWED = "You may not: iam:UpdateServiceSpecificCredential"
PAGES = 10


@asynccontextmanager
async def opened(state_dir: Path, key: LeakedKey) -> AsyncIterator[Driver]:
    async with driven(
        state_dir, Start("runbook", key_id=key.key_id, user=key.user), size=(100, 40)
    ) as driver:
        await driver.wait("Attach the deny policy to web")
        yield driver


@pytest.fixture
def simulated(sandbox: Sandbox) -> list[tuple[str, ...]]:
    """The actions of each simulation asked for."""
    asked: list[tuple[str, ...]] = []

    def hear(call: ApiCall) -> None:
        if call.operation == SIMULATE:
            actions: Any = call.params["actionNames"]
            asked.append(tuple(actions))

    sandbox.world.on_api_call.append(hear)
    return asked


def become(
    sandbox: Sandbox, key: LeakedKey, monkeypatch: pytest.MonkeyPatch, *documents: dict[str, Any]
) -> None:
    sandbox.world.settings.enforce_policies = True
    sign_as(monkeypatch, make_user(key.iam, "night", *documents))


async def test_a_plan_that_is_looked_at_names_what_is_missing(
    leaked_key: LeakedKey,
    sandbox: Sandbox,
    simulated: list[tuple[str, ...]],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    become(sandbox, leaked_key, monkeypatch, documented("look"))
    async with opened(tmp_path, leaked_key) as driver:
        await driver.wait(NOT_ALLOWED)
        assert simulated == [("iam:UpdateServiceSpecificCredential",)], "only of the step in sight"
        await driver.press("5")
        await driver.wait("You may not: iam:PutUserPolicy")
        await driver.press("1")
        await driver.wait(NOT_ALLOWED)
        assert len(simulated) == 2, "asked once for plans alike"
        await driver.press("enter")
        await driver.wait("Leave it", NOT_ALLOWED)


async def test_all_plans_in_full_are_checked(
    leaked_key: LeakedKey, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    look, describe = documented("look"), policy(allow("secretsmanager:DescribeSecret"))
    become(sandbox, leaked_key, monkeypatch, look, describe)
    async with opened(tmp_path, leaked_key) as driver:
        await driver.press("p")
        await driver.wait(NOT_ALLOWED)
        lacking = "You may not: iam:CreateServiceSpecificCredential, secretsmanager:CreateSecret"
        for _ in range(PAGES):
            if lacking in driver.text:
                break
            await driver.press("j")
        await driver.wait(lacking)


async def test_who_may_do_it_is_not_warned(
    leaked_key: LeakedKey, simulated: list[tuple[str, ...]], tmp_path: Path
) -> None:
    async with opened(tmp_path, leaked_key) as driver:
        await driver.until(lambda: simulated, "nothing was asked")
        assert "You may not" not in driver.text


async def test_a_step_is_taken_while_the_check_waits(
    leaked_key: LeakedKey, gate: Gate, tmp_path: Path
) -> None:
    held = gate(SIMULATE)
    async with opened(tmp_path, leaked_key) as driver:
        await driver.press("enter")
        await driver.wait("Leave it")
        await driver.press("y")
        await driver.wait("1 ✓ deactivate", "Inactive (confirmed by AWS")
        assert not held.is_set()
    assert leaked_key.keys == {leaked_key.key_id: "Inactive"}
