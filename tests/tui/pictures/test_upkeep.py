"""The quiet weeks: audit, policy, keys set up and rotated."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sandbox.scenario.cast import KeyInUse
from sandbox.wire.server import Sandbox
from tests.tui.conftest import Gate
from tests.tui.pictures.album import LARGE, Opened, keep, keep_dressed
from tests.tui.piloting import Driver

OPTIONS: dict[str, dict[str, Any]] = {
    "80x24": {},
    "read-only": {"read_only": True},
    "plain": {"plain": True},
}
DRESSES = ("120x40", "60x20", "16-colours")
"""In which it is seen with the options of 80x24."""


async def test_audit(opened: Opened, leaked: KeyInUse, frozen: Sandbox, gate: Gate) -> None:
    held = gate("GetEventSelectors")
    async with opened() as driver:
        await driver.press("A")
        await keep(driver, "audit-loading")
        held.set()
        await driver.wait("is too broad")
        await keep(driver, "audit-full")
        await keep_dressed(driver, "audit", "120x40")
        await driver.press("enter")
        await keep(driver, "audit-finding")
    frozen.faults.add("deny:DescribeTrails")
    async with opened(theme="terminal") as driver:
        await driver.press("A")
        await driver.wait("not known")
        await keep(driver, "audit-in-part-16-colours")


async def test_audit_in_plain_text(opened: Opened, leaked: KeyInUse) -> None:
    async with opened("cases", plain=True) as driver:
        await driver.wait("No case yet", "123456789012")
        await driver.press("A")
        await driver.wait("is too broad")
        await keep(driver, "audit-plain")


async def test_audit_of_no_keys_and_denied(opened: Opened, frozen: Sandbox) -> None:
    async with opened("cases") as driver:
        await driver.wait("No case yet", "123456789012")
        await driver.press("A")
        await driver.wait("is not recorded")
        await keep(driver, "audit-of-no-keys")
        frozen.faults.add("deny:ListServiceSpecificCredentials")
        await driver.press("escape", "A")
        await driver.wait("Not allowed")
        await keep(driver, "audit-denied")


@pytest.mark.parametrize("name", OPTIONS)
async def test_policy(opened: Opened, leaked: KeyInUse, name: str) -> None:
    async with opened("cases", **OPTIONS[name]) as driver:
        await driver.wait("No case yet", "123456789012")
        await driver.press("P")
        await driver.wait("no target yet", "more lines")
        await keep(driver, f"policy-{name}")
        if name == "80x24":
            await keep_dressed(driver, "policy", "16-colours")


async def test_policy_for_the_user_of_the_key_that_is_chosen(opened: Opened, leaked: KeyInUse) -> None:
    async with opened(size=LARGE) as driver:
        await driver.wait("16 keys", "its user also has")
        await driver.press("P")
        await driver.wait("Attach stanch-deny-codecommit to user dana")
        await keep(driver, "policy-of-a-user-120x40")


@pytest.mark.parametrize("dress", OPTIONS)
async def test_forms(opened: Opened, leaked: KeyInUse, dress: str) -> None:
    async with opened(**OPTIONS[dress]) as driver:
        await driver.wait("16 keys", "its user also has")
        for key, name, words in (
            ("U", "setup", "Let logs-shipper send"),
            ("I", "issue", "Make a codecommit key for dana"),
            ("H", "harden", "Nothing to do"),
        ):
            await driver.press(key)
            await driver.wait(words)
            await keep(driver, f"{name}-{dress}")
            if dress == "80x24":
                await keep_dressed(driver, name, *DRESSES)
            await driver.press("escape")


async def test_forms_asking_and_denied(opened: Opened, frozen: Sandbox, gate: Gate) -> None:
    held = gate("DescribeTrails")
    async with opened("cases") as driver:
        await driver.wait("No case yet", "123456789012")
        await driver.press("H")
        await keep(driver, "harden-asking")
        held.set()
        await driver.wait("by a new trail stanch-key-use")
        await keep(driver, "harden-new")
        await driver.press("escape")
        frozen.faults.add("deny:GetUser")
        await driver.press("U")
        await keep(driver, "setup-denied")


async def test_set_up_and_recorded(opened: Opened, frozen: Sandbox) -> None:
    async with opened("cases") as driver:
        await driver.wait("No case yet", "123456789012")
        for key, name, done in (
            ("U", "setup", "To try it:"),
            ("H", "harden", "Nothing to do"),
        ):
            await driver.press(key)
            await driver.wait("stops Nothing")
            await driver.press("enter")
            await driver.wait("Leave it")
            await keep(driver, f"{name}-confirm")
            await driver.press("y")
            await driver.wait(done)
            await keep(driver, f"{name}-done")
            await driver.press("escape")
        await driver.press("A")
        await driver.wait("no findings")
        await keep(driver, "audit-nothing")


async def test_scan(
    opened: Opened, leaked: KeyInUse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "src" / "conf").mkdir(parents=True)
    (tmp_path / "src" / "conf" / "app.env").write_text(f"# of the shipper\nKEY={leaked.token}\n")
    (tmp_path / "src" / "README").write_text("Nothing to see.\n")
    monkeypatch.chdir(tmp_path)
    async with opened("cases") as driver:
        await driver.wait("No case yet", "123456789012")
        await driver.press("F")
        await keep(driver, "scan-begun")
        await driver.type("src")
        await driver.press("enter")
        await driver.wait("1 key found")
        await keep(driver, "scan-80x24")
        await keep_dressed(driver, "scan", "120x40", "16-colours")
        await driver.press("x")
        await driver.press("ctrl+u")
        await driver.type("src/README")
        await driver.press("enter")
        await driver.wait("0 keys found")
        await keep(driver, "scan-nothing")
        await driver.press("ctrl+u")
        await driver.type("gone")
        await driver.press("enter")
        await driver.wait("1 not searched")
        await keep(driver, "scan-no-such-place")


@pytest.mark.parametrize("dress", ["read-only", "plain"])
async def test_rotation_with_other_options(opened: Opened, leaked: KeyInUse, dress: str, gate: Gate) -> None:
    gate("GetMetricData")
    async with opened(**OPTIONS[dress]) as driver:
        await at_the_rotated_key(driver)
        await keep(driver, f"rotation-{dress}")


async def test_rotation(opened: Opened, leaked: KeyInUse, gate: Gate) -> None:
    held = gate("GetMetricData")
    async with opened() as driver:
        await at_the_rotated_key(driver)
        await keep(driver, "rotation-fresh")
        await keep_dressed(driver, "rotation", "120x40", "16-colours")
        await driver.press("enter")
        await driver.wait("Leave it")
        await keep(driver, "rotation-confirm")
        await driver.press("y")
        await driver.wait("both work")
        await driver.press("ctrl+l")
        await keep(driver, "rotation-both-work")
    held.set()


async def at_the_rotated_key(driver: Driver) -> None:
    await driver.wait("16 keys")
    await driver.press("slash")
    await driver.type("user:vendor-b")
    await driver.wait("1 of 16")
    await driver.press("enter", "O")
    await driver.wait("No second key was created yet")
