"""SIGKILL at every boundary of a whole run; gone on with, the account ends as if nothing had happened."""

from __future__ import annotations

import multiprocessing
import signal
import sys
from pathlib import Path

import pytest

from sandbox.credentials import CredentialStore
from sandbox.server import Sandbox
from services.runbook.case import CaseBook
from tests.services.runbook import full_run
from tests.services.runbook.conftest import LOGS, Account

PARTS = 6
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.services.runbook.full_run"])


def run(sandbox: Sandbox, state: Path, key_id: str, kill_at: int | None) -> int | None:
    """How many boundaries a whole run had; None where it was killed."""
    ours, theirs = _CONTEXT.Pipe(duplex=False)
    arguments = (sandbox.environment(), state, key_id, kill_at, theirs)
    process = _CONTEXT.Process(target=full_run.run, args=arguments)
    process.start()
    theirs.close()
    with ours:
        try:
            count: int | None = ours.recv()
        except EOFError:
            count = None
        process.join()
    assert process.exitcode == (-signal.SIGKILL if count is None else 0)
    return count


def check(sandbox: Sandbox, account: Account, book: CaseBook, what: str) -> None:
    (new,) = account.new_keys()
    assert account.statuses() == {new: "Active"}, what
    assert account.policies() == [], what
    made = sandbox.world.part(CredentialStore).get(new)
    assert made, what
    assert account.secret() == made.token, f"{what}: the secret delivered is not the key's"
    (case,) = book.cases()
    assert case.flaws() == (), what
    assert case.state().unsettled == {}, what


def fresh(sandbox: Sandbox, account: Account) -> None:
    """The account as it was before the first run."""
    for name in account.policies():
        account.iam.delete_user_policy(UserName="web", PolicyName=name)
    for key in account.statuses():
        account.iam.delete_service_specific_credential(UserName="web", ServiceSpecificCredentialId=key)
    made = account.iam.create_service_specific_credential(UserName="web", ServiceName=LOGS)
    account.key_id = made["ServiceSpecificCredential"]["ServiceSpecificCredentialId"]
    if account.secrets.list_secrets()["SecretList"]:
        account.secrets.delete_secret(SecretId="stanch/web", ForceDeleteWithoutRecovery=True)


@pytest.mark.parametrize("part", range(PARTS))
def test_killed_at_every_boundary(
    sandbox: Sandbox,
    account: Account,
    tmp_path: Path,
    part: int,
    capsys: pytest.CaptureFixture[str],
) -> None:
    sandbox.world.settings.lookup_per_second = None
    whole = tmp_path / "uninterrupted"
    boundaries = run(sandbox, whole, account.key_id, None)
    assert boundaries
    check(sandbox, account, CaseBook(whole), "uninterrupted")
    points = range(1 + part, boundaries + 1, PARTS)
    for point in points:
        fresh(sandbox, account)
        state = tmp_path / str(point)
        assert run(sandbox, state, account.key_id, point) is None, f"not killed at {point}"
        assert run(sandbox, state, account.key_id, None)
        check(sandbox, account, CaseBook(state), f"killed at boundary {point} of {boundaries}")
    with capsys.disabled():
        told = f"\nkill matrix {part + 1}/{PARTS}: {len(points)} of {boundaries} boundaries survived\n"
        sys.stderr.write(told)
