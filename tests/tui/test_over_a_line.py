"""Over a real SSH server, inside tmux, on every kind of terminal, and over a line that is slow or drops."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import statistics
import sys
import threading
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from bench.account import flowing
from sandbox.scenario.cast import Scenario
from sandbox.scenario.registry import SCENARIOS
from sandbox.wire.server import Sandbox
from services.cases.book import CaseBook
from services.cases.plan import StepName
from tests.patience import PATIENCE
from tests.tui.line import Remote, over_ssh
from tests.tui.terminal import Terminal

pytestmark = pytest.mark.pty

STANCH = str(Path(sys.executable).with_name("stanch"))
ROUND_TRIP = 0.3
RATE = 10_000.0
TRUE_COLOUR = re.compile(rb"\x1b\[[\d;]*[34]8;2;")
PALETTE = re.compile(rb"\x1b\[[\d;]*[34]8;")


@pytest.fixture
def account(sandbox: Sandbox) -> Sandbox:
    SCENARIOS["leaked-key"](sandbox.world)
    return sandbox


@pytest.fixture
def program(tmp_path: Path) -> list[str]:
    return [STANCH, "--state-dir", str(tmp_path), "--region", "us-east-1"]


def environment() -> dict[str, str]:
    """What sshd hands on: no COLORTERM, and here no locale but C."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith("LC_") and name != "LANG"
    }
    return kept | {"LC_ALL": "C"}


@pytest.mark.parametrize("term", ["xterm-256color", "screen-256color", "tmux-256color", "linux", "vt100"])
async def test_every_kind_of_terminal_in_the_c_locale(
    account: Sandbox, program: list[str], term: str
) -> None:
    async with over_ssh(program, environment(), term=term) as remote:
        await remote.wait("16 keys", "‼ ACCA", "q quit")
        remote.press("?")
        await remote.wait("What you can do here")
        remote.press("q")
        assert await remote.end() == 0
        assert not TRUE_COLOUR.search(remote.raw)
        if "256" not in term:
            assert not PALETTE.search(remote.raw)
        assert bytes(remote.raw).rfind(b"\x1b[?1049l") > bytes(remote.raw).rfind(b"\x1b[?1049h")


async def test_a_slow_line_answers_keys_within_its_round_trip(account: Sandbox, program: list[str]) -> None:
    async with over_ssh(program, environment(), delay=ROUND_TRIP / 2, rate=RATE) as remote:
        await remote.wait("16 keys", "its user also has")
        seconds = [await answered(remote, key) for key in "jjjkk"]
    # How long exactly is measured by the bench; this machine may be busy.
    assert min(seconds) < ROUND_TRIP + 1.0


async def test_aws_is_asked_while_the_line_is_behind(account: Sandbox, program: list[str]) -> None:
    asked = threading.Event()
    account.faults.on("ListAccessKeys", "after", asked.set)
    async with over_ssh(program, environment(), rate=100.0) as remote:
        # Of the user of the key that is chosen: all keys were read by then.
        assert await asyncio.to_thread(asked.wait, PATIENCE)
        assert "16 keys" not in remote.text
        remote.connection.abort()
        await gone(*remote.pids)


@pytest.mark.long
def test_a_tick_of_twelve_graphs_is_small(sandbox: Sandbox, tmp_path: Path) -> None:
    ticks: list[None] = []
    flowing(sandbox.world)
    sandbox.faults.on("GetMetricData", "after", lambda: ticks.append(None))
    config = tmp_path / "config.toml"
    config.write_text("refresh_seconds = 5\n")
    command = [STANCH, "--config", str(config), "--region", "us-east-1", "watch", "--period", "5"]
    sent = []
    with Terminal(command, columns=120, lines=40) as terminal:
        terminal.wait("12 groups", "in all")
        for _ in range(4):
            seen = len(ticks)
            terminal.wait_until(lambda seen=seen: len(ticks) > seen, "nothing more was asked")  # type: ignore[misc]
            terminal.wait_still(0.5)
            sent.append(len(terminal.raw))
    # On a busy machine one tick's drawing may be counted with the next one's.
    assert statistics.median(after - before for before, after in pairwise(sent)) <= 4_000


async def answered(remote: Remote, key: str) -> float:
    """Until the key's press shows."""
    marked = cursor(remote)
    begun = time.monotonic()
    remote.press(key)
    await remote.until(lambda: cursor(remote) != marked, f"{key} shows nowhere")
    return time.monotonic() - begun


def cursor(remote: Remote) -> list[int]:
    """The rows of the table that stand out."""
    rows = range(3, 14)
    return [row for row in rows if remote.screen.buffer[row][5].bg != remote.screen.buffer[row + 1][5].bg]


async def test_a_line_that_drops_leaves_a_case_that_goes_on(
    scenario: Scenario, boto: Callable[..., Any], program: list[str], tmp_path: Path
) -> None:
    assert scenario.leaked
    key_id, user = scenario.leaked.key_id, scenario.leaked.user
    respond = [*program, "respond", key_id, "--user", user]
    async with over_ssh(respond, environment()) as remote:
        await remote.wait("5 · deny        Attach")
        remote.press("enter")
        await remote.wait("Leave it")
        remote.press("y")
        await remote.wait("1 ✓ deactivate")
        (pid,) = remote.pids
        remote.connection.abort()
        await gone(pid)
    (case,) = CaseBook(tmp_path).cases()
    assert case.flaws() == ()
    assert case.state().step(StepName.DEACTIVATE).state.holds
    (key,) = boto("iam").list_service_specific_credentials(UserName=user)["ServiceSpecificCredentials"]
    assert key["Status"] == "Inactive"
    async with over_ssh(respond, environment()) as remote:
        await remote.wait(f"Case {case.id} resumed", "1 ✓ deactivate")
        remote.press("q")
        assert await remote.end() == 0


async def gone(pid: int) -> None:
    """Its server waits for it, so that it is reaped as soon as it ends."""
    deadline = time.monotonic() + PATIENCE
    while await asyncio.to_thread(Path(f"/proc/{pid}").exists):
        assert time.monotonic() < deadline, "the program goes on without a terminal"
        await asyncio.sleep(0.05)


@pytest.mark.skipif(shutil.which("tmux") is None, reason="there is no tmux here")
def test_inside_tmux(account: Sandbox, program: list[str], tmp_path: Path) -> None:
    socket = str(tmp_path / "tmux")
    with Terminal(
        ["tmux", "-S", socket, "-f", os.devnull, "new-session", *program], {"TMUX": ""}
    ) as terminal:
        terminal.wait("16 keys", "q quit")
        terminal.press("j", "?")
        terminal.wait("What you can do here")
        terminal.resize(120, 40)
        terminal.wait("What you can do here", "from every screen")
        terminal.press("q")
        assert terminal.wait_end() == 0
