"""ctrl+z, `bg` and `fg` under a shell, and a stop by someone else: the screen comes back whole."""

from __future__ import annotations

import os
import signal
import sys
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.scenario.registry import SCENARIOS
from sandbox.wire.server import Sandbox
from tests.tui.terminal import Terminal

pytestmark = pytest.mark.pty

STANCH = str(Path(sys.executable).with_name("stanch"))
PROMPT = "shell>"


@pytest.fixture
def command(sandbox: Sandbox, tmp_path: Path) -> list[str]:
    SCENARIOS["leaked-key"](sandbox.world)
    return [STANCH, "--state-dir", str(tmp_path), "--region", "us-east-1"]


@pytest.fixture
def shell(command: list[str]) -> Iterator[Terminal]:
    """A shell with job control, in which the program runs below another, as below `make`."""
    with Terminal(["/bin/sh", "-i"], {"PS1": PROMPT, "ENV": ""}) as terminal:
        terminal.wait(PROMPT)
        terminal.type(f"sh -c '{' '.join(command)}; exit $?'\r")
        terminal.wait("16 keys", "its user also has", "q quit")
        yield terminal


def wait_for_shell(terminal: Terminal) -> None:
    """pyte has one screen where a terminal has two: the prompt comes among what the program drew."""
    terminal.wait_until(
        lambda: (
            terminal.raw.rfind(PROMPT.encode())
            > terminal.raw.rfind(b"\x1b[?1049l")
            > terminal.raw.rfind(b"\x1b[?1049h")
        ),
        "the shell did not get the terminal back",
    )
    assert terminal.local_modes & termios.ECHO, "what is typed does not show"


def quit_to_shell(terminal: Terminal) -> None:
    terminal.press("q")
    wait_for_shell(terminal)
    terminal.type("echo it ended with $?\r")
    terminal.wait("it ended with 0")


def wait_for_screen(terminal: Terminal) -> None:
    terminal.wait_until(
        lambda: terminal.raw.rfind(b"\x1b[?1049h") > terminal.raw.rfind(b"\x1b[?1049l"),
        "it did not come back",
    )
    terminal.wait("16 keys", "its user also has", "q quit")
    terminal.wait_gone(PROMPT)


def test_ctrl_z_goes_back_to_the_shell_and_fg_restores_the_screen(shell: Terminal) -> None:
    for size in ((80, 24), (100, 30)):
        shell.press("ctrl+z")
        wait_for_shell(shell)
        # What the shell wrote, and a size that changed meanwhile, leave nothing behind.
        shell.type("echo here\r")
        shell.wait("here")
        shell.resize(*size)
        shell.type("fg\r")
        wait_for_screen(shell)
        shell.wait_gone("here")
    quit_to_shell(shell)


def test_in_the_background_it_stays_stopped_and_writes_nothing(shell: Terminal) -> None:
    shell.press("ctrl+z")
    wait_for_shell(shell)
    for _ in range(2):
        shell.type("bg; sleep 1.2; echo over\r")
        shell.wait_until(lambda: shell.raw.count(b"\r\nover") >= 1, "the shell did not come back")
        assert b"\x1b[?1049h" not in shell.raw[shell.raw.rfind(b"\x1b[?1049l") :]
    shell.type("fg\r")
    wait_for_screen(shell)
    quit_to_shell(shell)


def test_without_a_shell_above_it_goes_on(command: list[str]) -> None:
    """Started by sshd itself nobody could continue it: ctrl+z would be the end."""
    with Terminal(command) as terminal:
        terminal.wait("16 keys")
        terminal.press("ctrl+z")
        terminal.wait("no shell to go back to")
        terminal.press("q")
        assert terminal.wait_end() == 0


def test_stopped_by_somebody_else_it_takes_the_terminal_back(command: list[str]) -> None:
    with Terminal(command) as terminal:
        terminal.wait("16 keys", "its user also has")
        modes = terminal.local_modes
        terminal.kill(signal.SIGSTOP)
        os.waitpid(terminal.pid, os.WUNTRACED)
        terminal.cook()
        terminal.kill(signal.SIGCONT)
        terminal.wait_until(lambda: terminal.local_modes == modes, "keys would be shown and held back")
        terminal.wait("16 keys", "its user also has")
        terminal.press("q")
        assert terminal.wait_end() == 0
        assert terminal.local_modes & termios.ECHO, "the shell gets its terminal raw"
