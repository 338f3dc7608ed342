"""The list of calls to AWS: what is waited for on top, what came of the others, and each as a command."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest

from sandbox.account.world import ACCOUNT
from sandbox.wire.server import Sandbox
from services.aws.call import Call
from tests.tui.conftest import Gate, LeakedKey
from tests.tui.piloting import Driver, driven
from tui.screens.calls.screen import CallsScreen
from tui.settings.options import Start


def copied(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What goes to the terminal's clipboard from now on."""
    found: list[str] = []

    def write(text: str) -> None:
        if sent := re.search(r"\x1b\]52;c;([^\x07\x1b]*)", text):
            found.append(base64.b64decode(sent[1]).decode())

    monkeypatch.setattr(driver.app, "write_to_terminal", write)
    return found


async def test_what_is_waited_for_stands_on_top_until_it_is_answered(
    leaked_key: LeakedKey, gate: Gate, tmp_path: Path
) -> None:
    async with driven(tmp_path, Start("inventory"), size=(120, 40)) as driver:
        await driver.wait("web", "1 key")
        held = gate("ListServiceSpecificCredentials")
        await driver.press("ctrl+r", "ampersand")
        await driver.wait("waiting for iam ListServiceSpecificCredentials for", "us-east-1")
        # The seconds are counted.
        await driver.until(lambda: re.search(r"Credentials for [1-9]\d* s", driver.flat), "it stands still")
        screen = driver.app.screen
        assert isinstance(screen, CallsScreen)
        operations = [row.call.operation for row in screen.table.rows if row.ms is None]
        first = screen.table.rows[operations.index("ListServiceSpecificCredentials")]
        held.set()
        await driver.wait("none under way")
        assert first.ms is not None
        assert first.status == 200
        assert first.ms > 1_000
        screen.table.choose(str(first.number))
        await driver.wait(f"request {first.request_id}")


async def test_each_is_filtered_and_copied_as_a_command_for_its_own_account(
    leaked_key: LeakedKey, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox.faults.add("deny:ListAccountAliases")
    async with driven(tmp_path, Start("inventory")) as driver:
        await driver.wait("web", "1 key")
        clipboard = copied(driver, monkeypatch)
        await driver.press("ampersand", "slash")
        await driver.type("aliases accessdenied")
        await driver.press("enter")
        await driver.wait("1 of ", "403 AccessDenied")
        await driver.press("y")
        guard = f"grep -qx {ACCOUNT} && "
        assert guard in clipboard[0]
        assert "aws iam list-account-aliases --region us-east-1 --endpoint-url" in clipboard[0]
        await driver.press("escape")
        await driver.wait_gone("1 of ")


async def test_a_call_with_a_secret_is_copied_without_it_and_says_so(
    leaked_key: LeakedKey, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with driven(tmp_path, Start("inventory")) as driver:
        await driver.wait("web", "1 key")
        clipboard = copied(driver, monkeypatch)
        aws = await driver.app.aws()
        params = {"Name": "stanch/x", "SecretString": "hunter2-hunter2"}
        await aws.send(Call("secretsmanager", "CreateSecret", params))
        await driver.press("ampersand", "slash")
        await driver.type("createsecret")
        await driver.press("enter")
        await driver.wait("1 of ", "CreateSecret", "without SecretString")
        await driver.press("y")
        await driver.wait("Copied without SecretString")
        assert "aws secretsmanager create-secret --name stanch/x" in clipboard[0]
        assert "hunter2" not in clipboard[0] + driver.text + repr(list(driver.app.calls.ended))


async def test_what_signing_in_waits_for_is_seen_too(
    leaked_key: LeakedKey, gate: Gate, tmp_path: Path
) -> None:
    held = gate("GetCallerIdentity")
    async with driven(tmp_path, Start("inventory")) as driver:
        await driver.until(lambda: driver.app.calls.open, "nothing was asked")
        await driver.press("ampersand")
        await driver.wait("waiting for sts GetCallerIdentity for")
        held.set()
        # The longest name of an operation, its Region and its outcome have room side by side at 80 columns.
        await driver.wait("ListServiceSpecificCredentials us-east-1", "200 ok")
