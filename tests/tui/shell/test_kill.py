"""Kill -9 around every call of every step; the same command again must end as if nothing had happened."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sandbox.wire.faults import When
from sandbox.wire.server import Sandbox
from services.cases.case import Case
from tests.storedsecrets import value_of
from tests.tui.shell.conftest import Account, Stanch, start
from tui.exits import Exit

CALLS = [
    ("deactivate", "UpdateServiceSpecificCredential"),
    ("replace", "CreateServiceSpecificCredential"),
    ("replace", "CreateSecret"),
    ("reset", "ResetServiceSpecificCredential"),
    ("reset", "CreateSecret"),
    ("deny", "PutUserPolicy"),
    ("delete", "DeleteServiceSpecificCredential"),
]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(("step", "operation"), CALLS)
def test_a_killed_run_goes_on_with_its_case(
    sandbox: Sandbox,
    leaked: Account,
    stanch: Stanch,
    boto: Callable[..., Any],
    tmp_path: Path,
    step: str,
    operation: str,
    when: When,
) -> None:
    arguments = ["--state-dir", str(tmp_path / "state"), "respond", leaked.key_id, "--user", leaked.user]
    arguments += ["--step", step, "--yes", "--json", "--override", "the service is deleted"]
    running: list[subprocess.Popen[bytes]] = []

    def kill() -> None:
        os.kill(running[0].pid, signal.SIGKILL)

    sandbox.faults.on(operation, when, kill)
    with start(*arguments) as first:
        running.append(first)
        first.communicate()
    assert first.returncode == -signal.SIGKILL
    sandbox.faults.clear()

    second = stanch(*arguments)
    assert second.code == Exit.DONE, second.err
    document = second.json
    assert document["verified"] is True
    _check_account(step, boto, leaked)
    (case,) = (tmp_path / "state" / "cases").iterdir()
    assert case.name == document["case"]
    _check_journal(case)


def _check_account(step: str, boto: Callable[..., Any], leaked: Account) -> None:
    iam = boto("iam")
    listed = iam.list_service_specific_credentials(UserName=leaked.user)["ServiceSpecificCredentials"]
    keys = {found["ServiceSpecificCredentialId"]: found["Status"] for found in listed}
    old = keys.pop(leaked.key_id, None)
    expected = {"deactivate": "Inactive", "delete": None}.get(step, "Active")
    assert old == expected
    assert list(keys.values()) == (["Active"] if step == "replace" else []), "no second key is minted"
    policies = iam.list_user_policies(UserName=leaked.user)["PolicyNames"]
    assert policies == (["stanch-hold-logs"] if step == "deny" else [])
    if step in ("replace", "reset"):
        secret = value_of(boto("secretsmanager"), "web")
        assert secret.startswith("ACWL")
        assert secret != leaked.token


def _check_journal(case: Path) -> None:
    assert Case(case).flaws() == ()
    lines = [json.loads(line) for line in (case / "journal.jsonl").read_bytes().splitlines()]
    intents = {line["seq"] for line in lines if line["kind"] == "intent"}
    ended = {line["data"]["intent"] for line in lines if line["kind"] in ("outcome", "settled")}
    assert intents == ended, "every intent has an end"
