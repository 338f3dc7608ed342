"""An account in which an attacker wrote every name and every sentence, walked screen by screen on a pty."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from sandbox.scenario.cast import Scenario
from sandbox.wire.server import Sandbox
from tests.tui.hostileaccount import tag
from tests.tui.terminal import Terminal
from tests.tui.test_on_a_terminal import left_behind, restored

pytestmark = pytest.mark.pty

USER, GROUP, AGENT = tag("UserName"), tag("logGroupName"), tag("userAgent")


@pytest.mark.parametrize("how", ["cleaned", "uncleaned"])
def test_wherever_aws_is_quoted_nothing_acts(
    scenario: Scenario, sandbox: Sandbox, tmp_path: Path, how: str
) -> None:
    sandbox.faults.add("deny:GetLoginProfile")
    sandbox.faults.add("500:SimulatePrincipalPolicy")
    program = [sys.executable, "-m", "tests.tui.hostileaccount", str(tmp_path / "state"), how]
    with Terminal(program, columns=200, lines=50) as terminal:
        for keys, words in walk(changing=how == "cleaned"):
            for key in keys:
                if len(key) > 1 and key[0] == '"':
                    terminal.type(key[1:])
                else:
                    terminal.press(key)
            terminal.wait(*words)
        terminal.press("q")
        assert terminal.wait_end() == 0
    raw = bytes(terminal.raw)
    assert left_behind(raw) == ""
    assert b"\x1b]52" not in raw
    assert b"\x1b]8" not in raw
    assert restored(raw)


def walk(*, changing: bool) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Keys, and what must stand on the screen after them: each screen quotes what it is there to quote."""
    deed = [(("enter",), ("Leave it", USER)), (("y",), ("1 ✓ deactivate",))] if changing else []
    return [
        ((), ("16 keys", USER, tag("ServiceUserName"), "not known")),
        (("/",), ("/ words",)),
        (('"vendor-b',), ("1 of 16", tag("ServiceCredentialAlias"), USER)),
        (("enter", "r"), ("5 · deny        Attach", USER)),
        *deed,
        (("w",), ("1 other thing", USER)),
        (("esc",), ("5 · deny        Attach",)),
        (("L",), ("with bearer tokens on", GROUP)),
        (("esc",), ("5 · deny        Attach",)),
        (("p",), ("3 replace", USER)),
        (("c",), (("1 case", USER) if changing else ("No case yet",))),
        (("esc",), ("3 replace",)),
        (("esc",), ("5 · deny        Attach",)),
        (("esc",), ("1 of 16",)),
        (("esc",), ("16 keys ·",)),
        (("/",), ("/ words",)),
        (('"user:hlc',), ("1 of 16", tag("PolicyNames"))),
        (("enter", "enter"), ("GetLoginProfile", tag("PolicyNames"), tag("sourceIPAddress"), tag("Message"))),
        (("e",), ("TIME▾", "CallWithBearerToken")),
        (("/",), ("/ words",)),
        (('"createuser',), ("CreateUser", AGENT, tag("sourceIPAddress"))),
        (("enter", "enter"), ('"userAgent"', AGENT)),
        (("G",), ("errorMessage", tag("errorMessage"))),
        (("esc",), ("TIME▾",)),
        (("f",), ("Coverage",)),
        (("t",), ("in all", GROUP)),
        (("enter",), ("IncomingLogEvents", GROUP)),
        (("L",), ("5 log groups", GROUP)),
        (("A",), ("is too broad", USER)),
        (("enter",), ("$ aws", tag("PolicyNames"))),
        (("P",), ("attach to", "what attaching it would do")),
        (("!",), ("in this run, newest first", USER, "iam:GetLoginProfile")),
        (("?",), ("What you can do here",)),
    ]
