"""Runs the command: in this process for speed, or as a process of its own where that matters."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sandbox.wire.server import Sandbox
from tui import cli
from tui.shell import attending

PROGRAM = str(Path(sys.executable).with_name("stanch"))


@dataclass(frozen=True)
class Done:
    """How a run of the command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Stanch = Callable[..., Done]


@pytest.fixture
def stanch(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Stanch:
    """`stanch("keys", "--json", input=…)` in this process; standard input is never a terminal."""

    def run(*arguments: str, input: str | bytes = "") -> Done:  # noqa: A002 - subprocess's word for it
        raw = input if isinstance(input, bytes) else input.encode()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
        capsys.readouterr()
        # On a busy machine any call may take long enough to be named.
        monkeypatch.setattr(attending, "SILENT_SECONDS", 3600.0)
        code = cli.run(list(arguments))
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return Done(code, out, err)

    return run


@dataclass(frozen=True)
class Account:
    """The least account that a leaked key needs."""

    user: str
    key_id: str
    token: str


@pytest.fixture
def leaked(sandbox: Sandbox, boto: Callable[..., Any]) -> Account:
    """A user `web` with one active logs key."""
    iam = boto("iam")
    iam.create_user(UserName="web")
    made = iam.create_service_specific_credential(UserName="web", ServiceName="logs.amazonaws.com")
    credential = made["ServiceSpecificCredential"]
    return Account("web", credential["ServiceSpecificCredentialId"], credential["ServiceCredentialSecret"])


def start(*arguments: str) -> subprocess.Popen[bytes]:
    """The command as a process of its own, with the environment of this one."""
    return subprocess.Popen(
        [PROGRAM, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


@pytest.fixture
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries wait for no time at all."""
    from botocore.retries import standard

    monkeypatch.setattr(standard.ExponentialBackoff, "delay_amount", lambda self, context: 0)
