"""The demo on a real terminal: from the leaked token to its runbook, with the keyboard alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.patience import PATIENCE
from tests.tui.terminal import Terminal

STANCH = str(Path(sys.executable).with_name("stanch"))


@pytest.mark.pty
@pytest.mark.long
def test_from_the_leaked_token_to_a_flow_that_stops() -> None:
    with Terminal([STANCH, "demo"], columns=80, lines=24) as terminal:
        terminal.wait("This token was found", "ACWL")
        terminal.press("i")
        terminal.wait("key       ACCA", "r respond")
        terminal.press("r")
        terminal.wait("1 of 5. Stop it", "5 · deny        Attach", "flowing")
        terminal.press("enter")
        terminal.wait("Leave it")
        terminal.press("y")
        terminal.wait("Inactive (confirmed by AWS")
        terminal.wait("stopped at")
        children = _children(terminal.pid)
        assert children, "the pretend account is a process of its own"
        terminal.press("q")
        assert terminal.wait_end() == 0
    assert not any(Path(f"/proc/{child}").exists() for child in children), "and ends with the screen"


@pytest.mark.pty
def test_the_account_ends_with_a_program_that_is_killed() -> None:
    with Terminal([STANCH, "demo"], columns=80, lines=24) as terminal:
        terminal.wait("This token was found")
        (child,) = _children(terminal.pid)
        terminal.kill()
    # Its standard input is at an end; how long it takes to notice is up to the system.
    subprocess.run(["timeout", str(PATIENCE), "tail", f"--pid={child}", "-f", os.devnull], check=True)


@pytest.mark.pty
def test_it_ends_although_its_account_does_not() -> None:
    with Terminal([STANCH, "demo"], columns=80, lines=24) as terminal:
        terminal.wait("This token was found", "16 keys")
        (child,) = _children(terminal.pid)
        os.kill(int(child), signal.SIGSTOP)
        terminal.press("esc")
        terminal.wait_gone("This token was found")
        terminal.press("q")
        assert terminal.wait_end() == 0
    assert not Path(f"/proc/{child}").exists()


def _children(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
