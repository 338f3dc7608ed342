"""Every fault at every call of a whole run: success, or one sentence and a case that can be gone on with."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from botocore.retries import standard

from sandbox.server import Sandbox
from services.aws import session
from services.aws.errors import AwsError
from services.runbook import engine, settle
from services.runbook.case import CaseBook
from tests.services.runbook import full_run
from tests.services.runbook.conftest import Account
from tests.services.runbook.test_kill_matrix import check, fresh

CALLS = [
    "GetCallerIdentity",
    "ListServiceSpecificCredentials",
    "UpdateServiceSpecificCredential",
    "DescribeTrails",
    "ListUserPolicies",
    "ListAttachedUserPolicies",
    "DescribeSecret",
    "CreateServiceSpecificCredential",
    "CreateSecret",
    "DeleteServiceSpecificCredential",
    "PutUserPolicy",
    "GetUserPolicy",
    "DeleteUserPolicy",
]
FAULTS = {
    "throttled": "throttle:{}:9",
    "5xx": "500:{}:9",
    "acted, then no answer": "timeout:{}:0.5:1",
    "acted, then reset": "drop:{}:1",
    "reset before it acted": "drop-before:{}:1",
    "credentials expired": "expired:{}:1",
    "denied": "deny:{}:1",
    "rubbish": "rubbish:{}:1",
}


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """No waiting: the sandbox agrees with itself at once."""
    monkeypatch.setattr(standard.ExponentialBackoff, "delay_amount", lambda self, context: 0)
    monkeypatch.setattr(session, "READ_SECONDS", 0.25)
    monkeypatch.setattr(settle, "PATIENCE", timedelta())
    monkeypatch.setattr(engine, "VERIFY_SECONDS", 0.0)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("call", CALLS)
async def test_every_fault_ends_well(sandbox: Sandbox, account: Account, tmp_path: Path, call: str) -> None:
    for fault, spec in FAULTS.items():
        fresh(sandbox, account)
        book = CaseBook(tmp_path / fault)
        sandbox.faults.add(spec.format(call))
        what, said = f"{call}: {fault}", list[str]()
        for _ in range(3):
            try:
                await full_run.take(book, account.key_id)
                break
            except AwsError as error:
                said.append(str(error))
                sandbox.faults.clear()
        else:
            pytest.fail(f"{what}: never ended, {said}")
        sandbox.faults.clear()
        assert all(sentence and "\n" not in sentence for sentence in said), what
        check(sandbox, account, book, what)
