"""A command of the responder's own by its key: asked first, run without secrets, its words made harmless."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sandbox.scenario.cast import Scenario
from sandbox.scenario.registry import SCENARIOS
from sandbox.wire.server import Sandbox
from tests.patience import PATIENCE
from tests.tui.conftest import LeakedKey
from tests.tui.piloting import driven
from tests.tui.terminal import Terminal
from tui.app.table import load_commands
from tui.commands import hooks, table
from tui.screens.hook import running
from tui.settings.hooks import HookConfig
from tui.settings.options import Start

STANCH = str(Path(sys.executable).with_name("stanch"))
F3, F7 = "\x1bOR", "\x1b[18~"
load_commands()


@pytest.fixture
def added(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Adds hooks for this test alone."""
    monkeypatch.setattr(table, "ADDED", [])
    monkeypatch.setattr(table, "BY_ID", dict(table.BY_ID))

    def add(*given: HookConfig) -> None:
        assert hooks.add(given) == ()

    return add


def script(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def runs(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


@pytest.mark.pty
def test_by_its_key_and_in_the_pager_of_ones_own(sandbox: Sandbox, tmp_path: Path) -> None:
    SCENARIOS["leaked-key"](sandbox.world)
    tell = script(
        tmp_path,
        "tell",
        f'env > {tmp_path}/env1; printf "got <%s>\\n" "$@"; printf "\\033]0;evil\\007\\033[31mred\\n"',
    )
    pager = script(
        tmp_path, "pager", f"cat > {tmp_path}/read; env > {tmp_path}/env2; echo paging; read x </dev/tty"
    )
    config = tmp_path / "config.toml"
    config.write_text(f'[[hooks]]\nname = "tell"\nkey = "f7"\ncommand = "{tell} {{user}} \'k {{key_id}}\'"\n')
    config.chmod(0o600)
    argv = [STANCH, "--config", str(config), "--state-dir", str(tmp_path / "state"), "--region", "us-east-1"]
    secrets = {"PAGER": str(pager), "MY_API_TOKEN": "hunter2"}
    with Terminal(argv, secrets, columns=100) as terminal:
        terminal.wait("16 keys", "q quit")
        terminal.press(F7)
        terminal.wait("Run tell?", "$ ", "without a shell")
        assert not (tmp_path / "env1").exists()
        terminal.press("y")
        terminal.wait("got <", "got <k ACC", "done", "red")
        assert b"evil" not in terminal.raw
        for leave in ("ctrl+c", "enter"):
            terminal.press(F3)
            terminal.wait("paging")
            terminal.press(leave)
            terminal.wait_gone("paging")
            terminal.wait("got <k ACC", "q quit")
        terminal.press("esc")
        terminal.wait("16 keys")
        terminal.press("q")
        assert terminal.wait_end() == 0
    assert (tmp_path / "read").read_text().splitlines()[0].startswith("got <")
    for name in ("env1", "env2"):
        environment = (tmp_path / name).read_text()
        assert "PATH=" in environment
        assert "AWS_" not in environment
        assert "hunter2" not in environment


async def test_read_only_lets_only_safe_ones_run_and_what_is_missing_is_said(
    leaked_key: LeakedKey, tmp_path: Path, added: Callable[..., None]
) -> None:
    added(
        HookConfig("unsafe", "touch /nowhere/x"),
        HookConfig("safe one", "printf %s {user}", safe=True, confirm=False),
    )
    async with driven(tmp_path, Start("inventory"), read_only=True) as driver:
        await driver.wait("web")
        screen: Any = driver.app.screen
        await screen.action_command("hook unsafe")
        await driver.wait("unsafe: started with --read-only, and it isn't marked safe")
        await driver.press("colon")
        await driver.type("safe one")
        await driver.press("enter")
        await driver.wait("$ printf %s web", "done")
        await driver.press("escape")
        await driver.wait("web")
        await driver.press("right_square_bracket")
        await driver.wait("there is no screen to go forward to")


def test_a_key_that_means_something_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "ADDED", [])
    monkeypatch.setattr(table, "BY_ID", dict(table.BY_ID))
    (told,) = hooks.add([HookConfig("mine", "x", "T")])
    assert "The key T already means take_over" in told
    assert table.BY_ID["hook mine"].keys == ()
    assert hooks.add([HookConfig("other", "x", "f7")]) == ()
    (told,) = hooks.add([HookConfig("third", "x", "f7")])
    assert "f7" in told


@pytest.fixture
def told() -> list[list[str]]:
    return []


async def test_what_is_left_ends_with_all_it_started(tmp_path: Path) -> None:
    begun = asyncio.Event()
    sleeper = script(tmp_path, "sleeper", f"echo $$ > {tmp_path}/pid; sleep 1000 & echo begun; wait")
    task = asyncio.create_task(running.run([str(sleeper)], lambda said: begun.set()))
    await begun.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert task.cancelled()
    assert not runs(int((tmp_path / "pid").read_text()))


async def test_what_it_said_is_told_though_it_says_no_more() -> None:
    heard = asyncio.Event()

    def hear(said: list[str]) -> None:
        if said == ["one", "two"]:
            heard.set()

    saying = "echo one; sleep 0.05; echo two; sleep 1000"
    task = asyncio.create_task(running.run(["sh", "-c", saying], hear))
    async with asyncio.timeout(PATIENCE):
        await heard.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_what_never_ends_is_ended(told: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "SECONDS", 0.1)
    assert await running.run(["sleep", "1000"], told.append) == "ended after 0 s"


async def test_what_says_too_much_fails_or_is_not_there_is_said(
    tmp_path: Path, told: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await running.run(["yes"], told.append) == "ended after 256 kB"
    assert sum(map(len, told[-1])) <= running.MOST_BYTES
    assert await running.run(["/nowhere/x"], told.append) == "could not be started: No such file or directory"
    assert await running.run(["sh", "-c", "exit 3"], told.append) == "exit code 3"
    assert await running.run(["sh", "-c", "kill -9 $$"], told.append) == "ended by signal 9"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (b"\x1b[31mred\x1b[0m\n", ["red"]),
        (b"\x1b]8;;http://evil\x07link\x1b]8;;\x07\n", ["link"]),
        (b"a\x00b\r\nc", ["a�b", "c"]),
        ("\u202eevil".encode(), ["�evil"]),
        (b"\x1b[", ["�["]),
        (b"\xff", ["�"]),
    ],
)
def test_nothing_it_says_reaches_the_terminal_as_more_than_text(said: bytes, shown: list[str]) -> None:
    assert running.lines_of(said) == shown


async def test_an_events_address_is_handed_to_a_hook(
    scenario: Scenario, tmp_path: Path, added: Callable[..., None]
) -> None:
    assert scenario.leaked
    added(HookConfig("whois", "printf <%s> {ip}", safe=True, confirm=False))
    start = Start("events", key_id=scenario.leaked.key_id, user=scenario.leaked.user)
    async with driven(tmp_path, start, size=(120, 40)) as driver:
        await driver.wait("TIME▾", "CallWithBearerToken")
        row = next(line for line in driver.text.splitlines() if "CallWithBearerToken" in line)
        address = re.findall(r"\b\d+\.\d+\.\d+\.\d+\b", row)[0]
        screen: Any = driver.app.screen
        await screen.action_command("hook whois")
        await driver.wait(f"<{address}>", "done")
        await driver.press("escape")
        await driver.wait("TIME▾")
        await driver.press("enter")
        await driver.wait('"eventName"')
        record: Any = driver.app.screen
        await record.action_command("hook whois")
        await driver.wait(f"<{address}>", "done")
