"""What opens over or beside any screen: calls, settings, a command of one's own, the palette."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sandbox.scenario.cast import KeyInUse
from sandbox.wire.server import Sandbox
from services.aws.callrecord import Made
from tests.tui.abroad import palette
from tests.tui.conftest import Gate
from tests.tui.pictures.album import Opened, keep, keep_dressed
from tests.tui.piloting import Driver
from tui.app.table import load_commands
from tui.commands import hooks, table
from tui.settings.hooks import HookConfig

load_commands()

SETTINGS = 'theme = "dark"\nrefresh_seconds = 30\n[keys]\ncases = "f8"\n'
HELD = "ListAccountAliases"


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """How long a call takes is always the same."""

    def seconds(made: Made) -> float:
        return 12.4 if made.call.operation == HELD else len(made.call.operation) / 200

    monkeypatch.setattr(Made, "seconds", property(seconds))


async def test_calls(opened: Opened, leaked: KeyInUse, frozen: Sandbox, gate: Gate, settled: None) -> None:
    frozen.faults.add("deny:ListAccountAliases")
    async with opened("cases") as driver:
        await driver.wait("No case yet", "123456789012")
        await answered(driver, "ListAccountAliases")
        await driver.press("ampersand")
        await driver.wait("none under way")
        await keep(driver, "calls-80x24")
        await keep_dressed(driver, "calls", "120x40", "200x60", "16-colours")
        await driver.press("slash")
        await driver.type("aliases denied")
        await keep(driver, "calls-filtering")
        await driver.press("enter")
        await keep(driver, "calls-filtered")
        await driver.press("slash", "ctrl+u")
        await driver.type("kms")
        await driver.press("enter")
        await keep(driver, "calls-filter-without-match")


async def answered(driver: Driver, operation: str) -> None:
    """Until that was, and nothing is waited for."""
    calls = driver.app.calls
    await driver.until(
        lambda: not calls.open and operation in {made.call.operation for made in calls.ended},
        f"{operation} was not answered",
    )


async def test_a_call_that_is_waited_for(opened: Opened, frozen: Sandbox, gate: Gate, settled: None) -> None:
    held = gate(HELD)
    async with opened("cases") as driver:
        await driver.wait("No case yet", "123456789012")
        await driver.press("ampersand")
        await driver.wait(f"waiting for iam {HELD}")
        await keep(driver, "calls-waiting")
        held.set()
        await driver.wait("none under way")


def written(path: Path, text: str, mode: int = 0o600) -> None:
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)


async def test_settings(
    opened: Opened, frozen: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Where it is has another length in every run.
    monkeypatch.chdir(tmp_path)
    path = Path("config.toml")
    written(path, SETTINGS)
    async with opened("cases", config_file=path) as driver:
        await driver.wait("No case yet", "123456789012")
        await driver.press("f2")
        await driver.wait("theme dark file")
        await keep(driver, "settings-80x24")
        await keep_dressed(driver, "settings", "120x40", "16-colours")
        await driver.press("slash")
        await driver.type("refresh_seconds")
        await driver.press("enter", "x")
        await driver.wait("Now 30")
        await keep(driver, "settings-asking")
        await driver.type("soon")
        await driver.press("enter")
        await driver.wait("soon isn't a number")
        await keep(driver, "settings-no-number")
        await driver.press("G", "enter")
        await keep(driver, "settings-by-hand")
        written(path, SETTINGS, 0o666)
        await driver.press("g", "enter")
        await driver.wait("Change it by hand")
        await keep(driver, "settings-refused")
        written(path, "theme = ")
        await driver.press("ctrl+r")
        await keep(driver, "settings-of-a-file-that-cannot-be-read")


async def test_settings_of_a_run_without_a_file(opened: Opened, frozen: Sandbox) -> None:
    async with opened("cases", config_file=None) as driver:
        await driver.wait("No case yet", "123456789012")
        await driver.press("f2", "enter")
        await driver.wait("started with --no-config")
        await keep(driver, "settings-without-a-file")


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A command `whois` for this test alone, which says more once the file that is returned is there."""
    monkeypatch.setattr(table, "ADDED", [])
    monkeypatch.setattr(table, "BY_ID", dict(table.BY_ID))
    script, goes_on = tmp_path / "whois", tmp_path / "goes-on"
    script.write_text(
        f"#!/bin/sh\necho user: $1\necho key: $2\nuntil [ -e {goes_on} ]; do sleep 0.1; done\n"
        "printf '\\033[31mno such\\tentry\\033[0m\\n'; exit 3\n",
        encoding="utf-8",
    )
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert hooks.add([HookConfig("whois", "whois {user} {key_id}")]) == ()
    return goes_on


async def test_a_command_of_ones_own(opened: Opened, leaked: KeyInUse, own: Path) -> None:
    async with opened() as driver:
        await driver.wait("16 keys", "its user also has")
        await palette(driver, "whois")
        await driver.wait("Run whois?")
        await keep(driver, "hook-asking")
        await driver.press("y")
        await driver.wait("key: ")
        await keep(driver, "hook-running")
        written(own, "")
        await driver.wait("exit code 3")
        await keep(driver, "hook-done")
        await keep_dressed(driver, "hook-done", "120x40", "16-colours")


async def test_a_palette_without_a_match(opened: Opened, frozen: Sandbox) -> None:
    async with opened("cases") as driver:
        await driver.wait("No case yet", "123456789012")
        await driver.press("colon")
        await driver.wait("a command, or a word")
        await driver.type("xyzzy")
        await keep(driver, "palette-without-match")
        await keep_dressed(driver, "palette-without-match", "16-colours")


@pytest.mark.parametrize(("name", "options"), [("plain", {"plain": True, "graphs": "numbers"})])
async def test_calls_in_other_dress(
    opened: Opened, frozen: Sandbox, settled: None, name: str, options: dict[str, Any]
) -> None:
    async with opened("cases", **options) as driver:
        await driver.wait("No case yet", "123456789012")
        await answered(driver, "ListAccountAliases")
        await driver.press("ampersand")
        await driver.wait("none under way")
        await keep(driver, f"calls-{name}")
