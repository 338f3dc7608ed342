"""What is read in help is done by its key at once, and from the error log one goes on."""

from __future__ import annotations

from pathlib import Path

from sandbox.scenario.cast import Scenario
from sandbox.wire.server import Sandbox
from tests.tui.piloting import driven
from tui.settings.options import Start


async def test_a_key_read_in_help_is_done_on_the_screen_below(scenario: Scenario, tmp_path: Path) -> None:
    async with driven(tmp_path, Start("inventory")) as driver:
        await driver.wait("16 keys", "its user also has")
        await driver.press("question_mark")
        await driver.wait("What you can do here: inventory", "enter open.")
        await driver.press("j", "k", "G", "g")
        assert "What you can do here" in driver.flat
        await driver.press("slash")
        await driver.type("sessions")
        await driver.press("enter")
        await driver.wait("is nowhere here.")
        await driver.press("S")
        await driver.wait("KEY ID")
        await driver.press("slash")
        await driver.wait("/ words, user:")
        await driver.type("user:vendor-b")
        await driver.wait("1 of 16")
        await driver.press("enter", "question_mark")
        await driver.wait("What you can do here")
        await driver.press("r")
        await driver.wait("vendor-b · logs", "1 · deactivate")


async def test_the_error_log_is_no_dead_end(scenario: Scenario, tmp_path: Path) -> None:
    async with driven(tmp_path, Start("inventory")) as driver:
        await driver.wait("16 keys")
        await driver.press("exclamation_mark")
        await driver.wait("0 errors in this run", "esc back : commands ? help")
        await driver.press("ctrl+r")
        assert "0 errors in this run" in driver.flat
        await driver.press("c")
        await driver.wait("No case yet")
        await driver.press("escape", "escape")
        await driver.wait("16 keys")


async def test_the_runbook_of_a_key_that_writes_no_logs_shows_no_flow(
    scenario: Scenario, tmp_path: Path
) -> None:
    async with driven(tmp_path, Start("inventory")) as driver:
        await driver.wait("16 keys")
        await driver.press("slash")
        await driver.type("user:claude")
        await driver.wait("1 of 16")
        await driver.press("enter", "r")
        await driver.wait("5 · deny", "UpdateServiceSpecificCredential")
        assert "IncomingBytes" not in driver.text
        assert "┤" not in driver.text


async def test_that_no_command_matches_is_said_beneath_what_was_typed(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with driven(tmp_path, Start("cases")) as driver:
        await driver.wait("No case yet")
        await driver.press("colon")
        await driver.wait("a command, or a word")
        lines = driver.app.screen.query_one("#sheet").size.height
        await driver.type("xyzzy")
        await driver.wait(": xyzzy Nothing matches")
        assert driver.app.screen.query_one("#sheet").size.height == lines
