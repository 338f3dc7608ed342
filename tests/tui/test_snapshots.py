"""Every screen in every state that matters, as it was agreed to look; album.py says how to agree anew."""

from __future__ import annotations

import random
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine

from sandbox.scenario.cast import KeyInUse, Scenario
from sandbox.scenario.registry import SCENARIOS
from sandbox.server import Sandbox
from tests.tui.album import keep
from tests.tui.conftest import Gate
from tests.tui.piloting import Driver, driven
from tui.options import Start

NOW = datetime(2026, 11, 23, 14, 2, 9, tzinfo=UTC)
SMALL, LARGE = (80, 24), (120, 40)
READING = 60.0
"""Seconds that some 400 objects of a trail may take on a busy machine."""
SIZES = {"80x24": SMALL, "120x40": LARGE}


@pytest.fixture
def frozen(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """The same second for everybody, and the same ids in every run."""
    rng = random.Random(1)
    monkeypatch.setattr("sandbox.credentials.secrets.token_bytes", rng.randbytes)
    monkeypatch.setenv("LOGNAME", "ada")
    monkeypatch.setattr(socket, "gethostname", lambda: "bastion")
    sandbox.world.settings.lookup_per_second = None
    sandbox.world.settings.trail_delay = 0.2
    with time_machine.travel(NOW, tick=False):
        yield sandbox


@pytest.fixture
def scenario(frozen: Sandbox) -> Scenario:
    return SCENARIOS["leaked-key"](frozen.world)


@pytest.fixture
def leaked(scenario: Scenario) -> KeyInUse:
    assert scenario.leaked
    return scenario.leaked


Opened = Callable[..., Any]


@pytest.fixture
def opened(tmp_path: Path) -> Opened:
    """`async with opened("runbook", leaked) as driver`, on 80×24 if nothing else is said."""

    @asynccontextmanager
    async def open_(
        screen: Any = "inventory", key: KeyInUse | None = None, size: tuple[int, int] = SMALL, **options: Any
    ) -> AsyncIterator[Driver]:
        options.setdefault("theme", "dark")
        (tmp_path / "state").mkdir(exist_ok=True)
        start = Start(screen, key_id=key.key_id, user=key.user) if key else Start(screen)
        async with driven(tmp_path / "state", start, size=size, **options) as driver:
            yield driver

    return open_


async def test_inventory(opened: Opened, leaked: KeyInUse, frozen: Sandbox, gate: Gate) -> None:
    held = gate("ListServiceSpecificCredentials")
    async with opened() as driver:
        await keep(driver, "inventory-loading")
        held.set()
        await driver.wait("16 keys", "its user also holds")
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


@pytest.mark.parametrize(
    ("name", "size", "options"),
    [
        ("120x40", LARGE, {}),
        ("60x20", (60, 20), {}),
        ("200x60", (200, 60), {}),
        ("16-colours", SMALL, {"theme": "terminal"}),
        ("light", SMALL, {"theme": "light"}),
        ("high-contrast", SMALL, {"theme": "high-contrast"}),
        ("plain", SMALL, {"plain": True, "graphs": "numbers"}),
        ("read-only", SMALL, {"read_only": True}),
    ],
)
async def test_inventory_in_other_dress(
    opened: Opened, leaked: KeyInUse, name: str, size: tuple[int, int], options: dict[str, Any]
) -> None:
    async with opened(size=size, **options) as driver:
        await driver.wait("16 keys", "its user also holds")
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


async def test_identify(opened: Opened, leaked: KeyInUse) -> None:
    async with opened() as driver:
        await driver.wait("16 keys", "its user also holds")
        await driver.press("i")
        await keep(driver, "identify-empty")
        await driver.type("no token")
        await keep(driver, "identify-no-token")
        await driver.press("escape", "i")
        await driver.type(leaked.token)
        await driver.wait(leaked.key_id)
        await keep(driver, "identify-matched")


@pytest.mark.long
async def test_runbook(opened: Opened, leaked: KeyInUse, gate: Gate, boto: Callable[..., Any]) -> None:
    held = gate("ListServiceSpecificCredentials")
    async with opened("runbook", leaked) as driver:
        await keep(driver, "runbook-loading")
        held.set()
        await driver.wait("5 · deny Put")
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
        await driver.press("5", "enter", "y")
        await driver.wait("5 ✓ deny")
        await keep(driver, "runbook-held")
        await driver.press("p")
        await keep(driver, "plans")
        await driver.press("escape", "n")
        await keep(driver, "note")
        await driver.press("escape", "w")
        await driver.wait("hold")
        await keep(driver, "sweep")
        await driver.press("escape", "s")
        await keep(driver, "groups")
        await driver.press("escape", "c")
        await keep(driver, "cases-one")


@pytest.mark.parametrize(
    ("name", "size", "options"),
    [
        ("120x40", LARGE, {}),
        ("16-colours", SMALL, {"theme": "terminal"}),
        ("read-only", SMALL, {"read_only": True}),
        ("plain", SMALL, {"plain": True, "graphs": "numbers"}),
    ],
)
async def test_runbook_in_other_dress(
    opened: Opened, leaked: KeyInUse, name: str, size: tuple[int, int], options: dict[str, Any]
) -> None:
    async with opened("runbook", leaked, size, **options) as driver:
        await driver.wait("5 · deny Put")
        await keep(driver, f"runbook-{name}")


async def test_runbook_of_no_key_and_of_what_cannot_be_read(
    opened: Opened, leaked: KeyInUse, frozen: Sandbox
) -> None:
    gone = KeyInUse(**{**_fields(leaked), "key_id": "ACCAEXAMPLE2222222222"})
    async with opened("runbook", gone) as driver:
        await keep(driver, "runbook-no-such-key")
    frozen.faults.add("deny:ListUserPolicies")
    async with opened("runbook", leaked) as driver:
        await keep(driver, "runbook-in-part")


async def test_events(opened: Opened, leaked: KeyInUse, frozen: Sandbox, gate: Gate) -> None:
    held = gate("GetObject")
    async with opened("events", leaked) as driver:
        await driver.wait("10 matches")
        await keep(driver, "events-loading")
        held.set()
        await driver.wait("TIME▾", "CallWithBearerToken", seconds=READING)
        await keep(driver, "events-full-80x24")
        await driver.press("a")
        await keep(driver, "events-by-address")
        await driver.press("escape", "f")
        await keep(driver, "events-findings")
        await driver.press("escape", "enter")
        await keep(driver, "events-record")
    frozen.faults.add("deny:LookupEvents")
    async with opened("events", leaked, LARGE) as driver:
        await driver.wait("TIME▾", "unreadable", seconds=READING)
        await keep(driver, "events-in-part-120x40")


async def test_events_of_nobody(opened: Opened, leaked: KeyInUse, frozen: Sandbox) -> None:
    unused = KeyInUse(**{**_fields(leaked), "user": "ci-mirror"})
    async with opened("events", unused, theme="terminal") as driver:
        await driver.wait("none is no proof", seconds=READING)
        await keep(driver, "events-none-16-colours")
    frozen.faults.add("expired:*")
    async with opened("events", leaked) as driver:
        await keep(driver, "events-expired")


@pytest.mark.parametrize(
    ("name", "size", "options"),
    [
        ("80x24", SMALL, {}),
        ("120x40", LARGE, {}),
        ("16-colours", SMALL, {"theme": "terminal"}),
        ("plain", SMALL, {"plain": True, "graphs": "numbers"}),
    ],
)
async def test_key(
    opened: Opened, leaked: KeyInUse, name: str, size: tuple[int, int], options: dict[str, Any]
) -> None:
    async with opened(size=size, **options) as driver:
        await at_the_leaked_key(driver)
        await driver.press("enter")
        await driver.wait("may write", "CreateAccessKey" if size is LARGE else "no case is open")
        await keep(driver, f"key-{name}")


async def test_key_loading_and_in_part(opened: Opened, leaked: KeyInUse, frozen: Sandbox, gate: Gate) -> None:
    held = gate("SimulatePrincipalPolicy")
    async with opened() as driver:
        await at_the_leaked_key(driver)
        frozen.faults.add("deny:LookupEvents")
        frozen.faults.add("deny:GetLoginProfile")
        await driver.press("enter")
        await driver.wait("no case is open", "asking whether")
        await keep(driver, "key-loading")
        held.set()
        await driver.wait("may write", "not known")
        await keep(driver, "key-in-part")


async def at_the_leaked_key(driver: Driver) -> None:
    await driver.wait("16 keys", "its user also holds")
    await driver.press("slash")
    await driver.type("user:hlc")
    await driver.press("enter")
    await driver.wait("1 of 16", "2 access keys")


async def test_marked_keys(opened: Opened, leaked: KeyInUse) -> None:
    async with opened() as driver:
        await driver.wait("16 keys", "its user also holds")
        await driver.press("space", "j", "space")
        await keep(driver, "inventory-marked")
        await driver.press("D")
        await driver.wait("Leave it")
        await keep(driver, "bulk-confirm")
        await driver.press("escape", "u")
        await keep(driver, "inventory-by-user")


@pytest.mark.parametrize(
    ("name", "size", "options"),
    [("80x24", SMALL, {}), ("120x40", LARGE, {}), ("60x20-16-colours", (60, 20), {"theme": "terminal"})],
)
async def test_log_groups(
    opened: Opened, leaked: KeyInUse, name: str, size: tuple[int, int], options: dict[str, Any]
) -> None:
    async with opened(size=size, **options) as driver:
        await driver.press("l")
        await driver.wait("5 log groups", "flowing")
        await keep(driver, f"log-groups-{name}")


async def test_log_groups_empty_and_denied(opened: Opened, frozen: Sandbox) -> None:
    async with opened() as driver:
        await driver.press("l")
        await driver.wait_gone("looking")
        await keep(driver, "log-groups-empty")
    frozen.faults.add("deny:DescribeLogGroups")
    async with opened() as driver:
        await driver.press("l")
        await driver.wait("Not allowed")
        await keep(driver, "log-groups-denied")


async def test_audit(opened: Opened, leaked: KeyInUse, frozen: Sandbox, gate: Gate) -> None:
    held = gate("GetEventSelectors")
    async with opened() as driver:
        await driver.press("A")
        await keep(driver, "audit-loading")
        held.set()
        await driver.wait("is too broad")
        await keep(driver, "audit-full")
        await driver.press("enter")
        await keep(driver, "audit-finding")
    frozen.faults.add("deny:DescribeTrails")
    async with opened(theme="terminal") as driver:
        await driver.press("A")
        await driver.wait("not known")
        await keep(driver, "audit-in-part-16-colours")


@pytest.mark.parametrize(
    ("name", "options"), [("80x24", {}), ("read-only", {"read_only": True}), ("plain", {"plain": True})]
)
async def test_policy(opened: Opened, leaked: KeyInUse, name: str, options: dict[str, Any]) -> None:
    async with opened(**options) as driver:
        await driver.press("P")
        await driver.wait("nobody yet", "more lines")
        await keep(driver, f"policy-{name}")


async def test_welcome_and_guide(opened: Opened, leaked: KeyInUse) -> None:
    async with opened(demo=True, leaked=lambda: "ACWL" + "x" * 120) as driver:
        await driver.wait("This token was found", "16 keys")
        await keep(driver, "welcome")
        await driver.press("escape")
        await keep(driver, "inventory-guided")


async def test_levers_of_a_read_only_run(opened: Opened, leaked: KeyInUse, frozen: Sandbox) -> None:
    frozen.faults.add("deny:ListMFADevices")
    frozen.faults.add("deny:ListAccessKeys")
    async with opened("runbook", leaked, read_only=True) as driver:
        await driver.wait("5 · deny Put")
        await driver.press("w")
        await driver.wait("Not read, so not known")
        await keep(driver, "sweep-in-part-read-only")
        await driver.press("escape", "s")
        await driver.wait("flowing")
        await keep(driver, "groups-read-only")


async def test_the_runbook_of_a_key_that_writes_no_logs(opened: Opened, leaked: KeyInUse) -> None:
    async with opened() as driver:
        await driver.wait("16 keys")
        await driver.press("slash")
        await driver.type("user:dana")
        await driver.press("enter", "r")
        await driver.wait("5 ! deny")
        await keep(driver, "runbook-of-a-password")


@pytest.mark.parametrize("size", SIZES)
async def test_traffic(opened: Opened, leaked: KeyInUse, size: str) -> None:
    async with opened("traffic", size=SIZES[size]) as driver:
        await driver.wait("in all")
        await keep(driver, f"traffic-{size}")
        await driver.press("enter")
        await driver.wait("IncomingLogEvents ── newest")
        await keep(driver, f"traffic-large-{size}")
        await driver.press("s", "space")
        await keep(driver, f"traffic-sum-paused-{size}")


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("16-colours-ascii", {"theme": "terminal", "graphs": "ascii"}),
        ("plain", {"plain": True, "graphs": "numbers"}),
    ],
)
async def test_traffic_in_other_dress(
    opened: Opened, leaked: KeyInUse, name: str, options: dict[str, Any]
) -> None:
    async with opened("traffic", **options) as driver:
        await driver.wait("in all")
        await keep(driver, f"traffic-{name}")


async def test_traffic_loading_empty_and_denied(opened: Opened, frozen: Sandbox, gate: Gate) -> None:
    held = gate("DescribeLogGroups")
    async with opened("traffic") as driver:
        await driver.wait("looking")
        await keep(driver, "traffic-loading")
        held.set()
        await driver.wait_gone("looking")
        await keep(driver, "traffic-empty")
    frozen.faults.add("deny:DescribeLogGroups")
    async with opened("traffic") as driver:
        await keep(driver, "traffic-denied")


async def test_cases(opened: Opened, frozen: Sandbox) -> None:
    async with opened("cases") as driver:
        await keep(driver, "cases-none")


def _fields(key: KeyInUse) -> dict[str, Any]:
    return {name: getattr(key, name) for name in key.__dataclass_fields__}


async def test_setup(opened: Opened, leaked: KeyInUse) -> None:
    async with opened("cases") as driver:
        await driver.wait("No case yet", "123456789012")
        await driver.press("N")
        await driver.wait("CreateUser")
        await keep(driver, "setup-80x24")


async def test_rotation(opened: Opened, leaked: KeyInUse, gate: Gate) -> None:
    held = gate("GetMetricData")
    async with opened("inventory") as driver:
        await driver.wait("16 keys")
        await driver.press("slash")
        await driver.type("user:vendor-b")
        await driver.wait("1 of 16")
        await driver.press("enter", "O")
        await driver.wait("No second key was made yet")
        await keep(driver, "rotation-fresh")
        await driver.press("enter")
        await driver.wait("Leave it")
        await driver.press("y")
        await driver.wait("both work")
        await driver.press("ctrl+l")
        await keep(driver, "rotation-both-work")
    held.set()
