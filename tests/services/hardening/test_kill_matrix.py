"""SIGKILL wherever it makes a difference, there and back; run again, all ends as if nothing had happened."""

from __future__ import annotations

import sys
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from sandbox.server import Sandbox
from services.aws.session import AwsSession
from services.runbook.case import CaseBook
from services.upkeep import engine
from tests.services.hardening.conftest import REGIONS, Account
from tests.services.hardening.routes import ROUTES, fresh, take_route
from tests.services.matrices.killing import Victim, points


@pytest.mark.parametrize("name", ["new taken back", "named taken back"])
@pytest.mark.long
async def test_killed_at_every_boundary(
    sandbox: Sandbox,
    account: Account,
    aws: AwsSession,
    victim: Victim,
    tmp_path: Path,
    name: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    # The sandbox agrees with itself at once, so nothing is gained by asking again.
    monkeypatch.setattr(engine, "PATIENCE", timedelta())
    route, take, state = ROUTES[name], partial(take_route, name), tmp_path / "whole"
    fresh(sandbox, account, name)
    named = victim.whole(state, take, REGIONS)
    route.check(account, CaseBook(state))
    chosen = points(named)
    for point in chosen:
        fresh(sandbox, account, name)
        state = tmp_path / str(point)
        victim.kill(state, take, REGIONS, point)
        try:
            await route.take(aws, CaseBook(state))
            route.check(account, CaseBook(state))
        except Exception as error:
            error.add_note(f"{name}, killed at boundary {point}: {named[point - 1]}")
            raise
    with capsys.disabled():
        told = f"{len(chosen)} of {len(named)} boundaries survived"
        sys.stderr.write(f"\nkill matrix, {name}: {told}\n")
