"""The window's own size counts, and a terminal that cannot show the screen gets a sentence."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.scenario.registry import SCENARIOS
from sandbox.wire.server import Sandbox
from tests.tui.terminal import Terminal
from tui.shell.terminal import why_no_screen

STANCH = str(Path(sys.executable).with_name("stanch"))
FROZEN = ["env", "COLUMNS=200", "LINES=60", STANCH]


@pytest.mark.pty
def test_an_exported_size_does_not_freeze_the_screen(sandbox: Sandbox, tmp_path: Path) -> None:
    SCENARIOS["leaked-key"](sandbox.world)
    with Terminal([*FROZEN, "--state-dir", str(tmp_path), "--region", "us-east-1"]) as terminal:
        terminal.wait("16 keys", "q quit")
        terminal.resize(120, 40)
        terminal.wait_until(lambda: "q quit" in terminal.screen.display[39], "it is not drawn as high")


@pytest.mark.pty
@pytest.mark.parametrize("arguments", [("--help",), ("doctor",)], ids=" ".join)
def test_an_exported_size_does_not_widen_what_a_command_prints(
    sandbox: Sandbox, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    SCENARIOS["leaked-key"](sandbox.world)
    command = [*FROZEN, "--state-dir", str(tmp_path), "--region", "us-east-1", *arguments]
    with Terminal(command, columns=64, lines=200) as terminal:
        terminal.wait_end()
        lines = [line for line in terminal.raw.decode().splitlines() if " " in line.strip()]
    assert len(lines) > 10
    # What cannot be broken, such as an ARN, may be longer; that wraps at the window's edge.
    assert sum(len(line) > 64 for line in lines) <= len(lines) // 10


def test_without_a_terminal_an_exported_size_counts() -> None:
    told = subprocess.run(["env", "COLUMNS=60", STANCH, "--help"], capture_output=True, text=True, check=True)
    assert 50 < max(map(len, told.stdout.splitlines())) <= 60


@pytest.mark.pty
@pytest.mark.parametrize(
    ("term", "arguments"),
    [
        ("dumb", ()),
        ("dumb", ("demo",)),
        ("dumb", ("watch",)),
        ("dumb", ("respond", "ACCAEXAMPLEEXAMPLEXX", "--user", "web")),
        ("unknown", ()),
        ("no-such-terminal", ()),
        ("\x1b[2Jx", ()),
        ("", ()),
        (None, ()),
    ],
    ids=str,
)
def test_a_terminal_that_cannot_show_the_screen_gets_a_sentence(
    tmp_path: Path, term: str | None, arguments: tuple[str, ...]
) -> None:
    command = [STANCH, "--state-dir", str(tmp_path), *arguments]
    if term is None:
        command = ["env", "-u", "TERM", *command]
    with Terminal(command, term=term or "") as terminal:
        assert terminal.wait_end() == 2
    assert b"\x1b" not in terminal.raw
    assert b"TERM" in terminal.raw
    assert b"stanch keys" in terminal.raw
    assert b"Traceback" not in terminal.raw


@pytest.mark.pty
@pytest.mark.parametrize(
    "arguments", [("keys",), ("doctor",), ("case", "list"), ("watch", "--once")], ids=" ".join
)
def test_commands_without_a_screen_send_no_escapes(
    sandbox: Sandbox, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    SCENARIOS["leaked-key"](sandbox.world)
    command = [STANCH, "--state-dir", str(tmp_path), "--region", "us-east-1", *arguments]
    with Terminal(command, term="dumb") as terminal:
        assert terminal.wait_end() in (0, 3)
    assert b"\x1b" not in terminal.raw


@pytest.mark.parametrize(
    "term",
    [
        "xterm",
        "xterm-kitty",
        "xterm-ghostty",
        "screen.xterm-256color",
        "tmux-256color",
        "linux",
        "vt100",
        "vt220-w",
        "alacritty",
        "foot",
        "rxvt-unicode-256color",
        "st-256color",
        "eterm-color",
        "putty-256color",
    ],
)
def test_terminals_of_today_need_not_be_known_to_this_machine(term: str) -> None:
    assert why_no_screen(term) is None


@pytest.mark.parametrize("term", [None, "", "dumb", "vt52", "stupid", "\x1b[2Jxterm"])
def test_others_get_their_name_and_a_way_on(term: str | None) -> None:
    told = why_no_screen(term)
    assert told
    assert told.isprintable()
    assert "TERM" in told
