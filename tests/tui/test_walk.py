"""The program on a real pseudo-terminal of 80×24, by the keyboard alone; boto3 confirms each step."""

from __future__ import annotations

import base64
import os
import re
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sandbox.scenario.cast import ATTACKER_AGENTS, Scenario
from sandbox.wire.server import Sandbox
from services.cases.book import CaseBook
from services.cases.plan import State, StepName
from tests.patience import PATIENCE
from tests.storedsecrets import value_of
from tests.tui.conftest import LeakedKey
from tests.tui.terminal import Terminal

pytestmark = [pytest.mark.pty, pytest.mark.long]

STANCH = str(Path(sys.executable).with_name("stanch"))
# What the app itself sends: moves, colours, modes and queries in CSI; charset and keypad switches; the
# pointer's shape.
OWN = re.compile(rb"\x1b\[[0-9;:?<>=$ ]*[A-Za-z@`~]|\x1b[()][A-Z0-9]|\x1b[=>78cHMDE]|\x1b\]22;[a-z-]+\x07")


def stanch(state_dir: Path, *arguments: str, **more: Any) -> Terminal:
    argv = [STANCH, "--region", "us-east-1", "--state-dir", str(state_dir), *arguments]
    return Terminal(argv, **more)


def keys_of(iam: Any, user: str) -> dict[str, str]:
    listed = iam.list_service_specific_credentials(UserName=user)["ServiceSpecificCredentials"]
    return {key["ServiceSpecificCredentialId"]: key["Status"] for key in listed}


def confirm(terminal: Terminal) -> None:
    terminal.press("enter")
    terminal.wait("[ Leave it ]")
    terminal.press("y")


def test_all_five_steps_in_order(acted: Scenario, boto: Callable[..., Any], tmp_path: Path) -> None:
    assert acted.leaked
    user, key_id = acted.leaked.user, acted.leaked.key_id
    iam = boto("iam")
    with stanch(tmp_path) as terminal:
        terminal.wait("16 keys · 11 active")
        terminal.press("/")
        terminal.wait("/ words")
        terminal.type("user:hlc")
        terminal.wait("1 of 16")
        terminal.press("enter", "r")
        terminal.wait(f" {key_id} · {user}", "5 · deny        Attach", "IncomingBytes /aws/hlc-logs")

        confirm(terminal)
        terminal.wait("1 ✓ deactivate  Inactive (confirmed by AWS")
        assert keys_of(iam, user) == {key_id: "Inactive"}

        terminal.press("2", "enter")
        terminal.wait("2 ✓ review      Used: ")

        terminal.press("3")
        confirm(terminal)
        terminal.wait("3 ✓ replace     ACCA")
        (new,) = set(keys_of(iam, user)) - {key_id}
        secret = value_of(boto("secretsmanager"), user)

        terminal.press("4")
        deadline = time.monotonic() + PATIENCE
        while "[ Leave it ]" not in terminal.text:
            assert time.monotonic() < deadline, terminal.text
            terminal.press("ctrl+r")
            terminal.wait_gone("Refreshed.")
            terminal.wait("Refreshed.")
            if f"4 · delete      Delete {key_id}" in terminal.text:
                terminal.press("enter")
                terminal.wait("[ Leave it ]")
        terminal.wait("was seen working: ")
        terminal.type(key_id[-4:])
        terminal.wait(f"{key_id} to continue: {key_id[-4:]}")
        terminal.press("enter")
        terminal.wait("4 ✓ delete      gone (confirmed by AWS")
        assert keys_of(iam, user) == {new: "Active"}

        terminal.press("5")
        confirm(terminal)
        terminal.wait("5 ✓ deny        deny policy stanch-hold-logs attached (confirmed by AWS")
        assert "stanch-hold-logs" in iam.list_user_policies(UserName=user)["PolicyNames"]

        terminal.press("2", "enter", "q")
        assert terminal.wait_end() == 0
        sent = bytes(terminal.raw)
    (case,) = CaseBook(tmp_path).cases()
    assert case.flaws() == ()
    assert all(case.state().step(step).state.holds for step in StepName)
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for part in (secret, secret[4:40], secret[-60:]):
        assert part.encode() not in sent
        assert part.encode() not in kept
    assert acted.leaked.token[40:].encode() not in kept + sent
    assert_nothing_acts(sent)


def test_killed_while_replacing_it_goes_on_and_mints_no_second_key(
    sandbox: Sandbox, leaked_key: LeakedKey, boto: Callable[..., Any], tmp_path: Path
) -> None:
    with stanch(tmp_path, "respond", leaked_key.key_id, "--user", "web") as terminal:
        terminal.wait("5 · deny        Attach the deny policy to web")
        sandbox.faults.on(
            "CreateServiceSpecificCredential", "after", lambda: os.kill(terminal.pid, signal.SIGKILL)
        )
        terminal.press("3")
        confirm(terminal)
        assert terminal.wait_end() == -signal.SIGKILL
    sandbox.faults.clear()
    (orphan,) = set(leaked_key.keys) - {leaked_key.key_id}
    with stanch(tmp_path, "respond", leaked_key.key_id, "--user", "web") as terminal:
        terminal.wait("resumed", "had no recorded")
        terminal.press("3")
        terminal.wait("secret is not delivered")
        confirm(terminal)
        terminal.wait(f"3 ✓ replace     {orphan} Active (confirmed by AWS")
        terminal.press("q")
        assert terminal.wait_end() == 0
    assert set(leaked_key.keys) == {leaked_key.key_id, orphan}
    secret = value_of(boto("secretsmanager"), "web")
    assert secret.startswith("ACWL")
    (case,) = CaseBook(tmp_path).cases()
    assert case.flaws() == ()
    assert case.state().step(StepName.REPLACE).state is State.CONFIRMED


def test_a_secret_reaches_the_terminal_when_asked_and_its_clipboard_when_asked(
    leaked_key: LeakedKey, tmp_path: Path
) -> None:
    with stanch(tmp_path, "respond", leaked_key.key_id, "--user", "web") as terminal:
        terminal.wait("5 · deny        Attach the deny policy to web")
        terminal.press("3", "x")
        terminal.wait("secret to  ‹ Secrets Manager ›")
        terminal.press("down", "down", "left")
        terminal.wait("secret to  ‹ this screen ›")
        terminal.press("enter")
        terminal.wait_gone("‹ this screen ›")
        terminal.press("enter")
        terminal.wait("The secret goes to this screen")
        terminal.press("y")
        terminal.wait("The secret of ACCA", "••••")
        assert b"ACWL" not in terminal.raw
        terminal.press("v")
        terminal.wait("ACWL")
        lines = terminal.text.splitlines()
        first = next(at for at, line in enumerate(lines) if line.startswith("ACWL"))
        secret = "".join(lines[first : first + 2])
        assert b"\x1b]52" not in terminal.raw
        terminal.press("y")
        terminal.wait("clipboard (OSC 52)")
        copied = re.search(rb"\x1b\]52;c;([A-Za-z0-9+/=]+)", terminal.raw)
        assert copied is not None
        assert base64.b64decode(copied[1]).decode() == secret
        terminal.press("enter")
        terminal.wait("3 ✓ replace     ACCA")
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert secret.encode() not in kept


def test_what_the_attacker_wrote_never_acts_on_the_terminal(scenario: Scenario, tmp_path: Path) -> None:
    assert scenario.leaked
    hostile = ATTACKER_AGENTS[1]
    assert "\x1b]52" in hostile
    with stanch(tmp_path, "respond", scenario.leaked.key_id, columns=120, lines=40) as terminal:
        terminal.wait("policy to cloudwatch-logs-hlc")
        terminal.press("e")
        terminal.wait(";owned", "CallWithBearerToken")
        terminal.press("/")
        terminal.wait("/ words")
        terminal.type("owned")
        terminal.wait(" of 2,")
        terminal.press("enter", "enter")
        terminal.wait('"userAgent": "curl/8.5.0')
        terminal.press("esc")
        terminal.wait_gone('"userAgent": "curl/8.5.0')
        terminal.press("f")
        terminal.wait("Findings", "By an API key that no record names")
        terminal.press("G")
        terminal.wait("Not readable")
        terminal.press("esc")
        terminal.wait_gone("Not readable")
        terminal.wait(" of 2,")
        terminal.press("esc")
        terminal.wait_gone(" of 2,")
        terminal.press("esc")
        terminal.wait("2 ✓ review")
        terminal.press("2", "p")
        terminal.wait("found")
        terminal.press("c")
        terminal.wait("1 case · 1 open")
        terminal.press("q")
        assert terminal.wait_end() == 0
        assert_nothing_acts(bytes(terminal.raw))


def assert_nothing_acts(sent: bytes) -> None:
    """Nothing but the app's own sequences, and none that hides, titles, copies or reverses."""
    rest = OWN.sub(b"", sent)
    assert b"\x1b" not in rest, rest[max(0, rest.index(b"\x1b") - 40) : rest.index(b"\x1b") + 40]
    assert b"\x1b[8m" not in sent
    assert not re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f]", rest)
    text = sent.decode("utf-8")
    assert not re.search("[\x80-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069]", text)
