"""A defect while a new secret is in flight: nothing that is left behind, said or drawn has it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.storedsecrets import value_of
from tests.tui.conftest import LeakedKey
from tests.tui.terminal import Terminal
from tests.tui.test_walk import confirm

CRASHING = """
import sys
from services.incident import engine

async def crash(self, verify, options):
    # The frames of the callers hold the secret that was just made.
    raise RuntimeError("a defect of ours")

engine.Runbook._read_back = crash
from tui.cli import run
sys.exit(run(sys.argv[1:]))
"""


@pytest.fixture
def arguments(leaked_key: LeakedKey, tmp_path: Path) -> list[str]:
    place = ["--state-dir", str(tmp_path), "--region", "us-east-1"]
    return [sys.executable, "-c", CRASHING, *place, "respond", leaked_key.key_id, "--user", "web"]


@pytest.fixture
def nowhere(boto: Callable[..., Any], tmp_path: Path) -> Callable[[bytes], None]:
    """Asserts that neither *said* nor any file has the secret that was made."""

    def look(said: bytes) -> None:
        secret = value_of(boto("secretsmanager"), "web").encode()
        kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
        assert b"CreateServiceSpecificCredential" in kept, "the journal tells of the key"
        for part in (secret, secret[4:40], secret[-60:], secret[-20:]):
            assert part not in said
            assert part not in kept

    return look


@pytest.mark.parametrize("debug", ["", "1"])
def test_the_shell(
    arguments: list[str],
    nowhere: Callable[[bytes], None],
    debug: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("STANCH_DEBUG", debug)
    ended = subprocess.run([*arguments, "--step", "replace", "--yes"], capture_output=True, check=False)
    assert ended.returncode == 1
    assert (b"a defect of ours" if debug else b"internal error") in ended.stderr
    nowhere(ended.stdout + ended.stderr)


@pytest.mark.pty
def test_the_screen(arguments: list[str], nowhere: Callable[[bytes], None]) -> None:
    with Terminal(arguments) as terminal:
        terminal.wait("5 · deny        Attach the deny policy to web")
        terminal.press("3")
        confirm(terminal)
        assert terminal.wait_end() == 1
        said = bytes(terminal.raw)
    assert b"a defect of ours" in said
    nowhere(said)
