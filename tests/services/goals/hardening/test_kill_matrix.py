"""SIGKILL wherever it makes a difference, there and back; run again, all ends as if nothing had happened.

It is before and after each change; on one of the two ways, which has fewer, also after every line.
"""

from __future__ import annotations

import sys
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from sandbox.wire.server import Sandbox
from services.cases.book import CaseBook
from services.goals import engine
from tests.services.goals.hardening.conftest import REGIONS, Account
from tests.services.goals.hardening.routes import ROUTES, fresh, take_route
from tests.services.matrices.killing import Victim, Way, points, survive


@pytest.mark.parametrize("name", ["new taken back", "named taken back"])
@pytest.mark.long
async def test_killed_at_every_boundary(
    sandbox: Sandbox,
    account: Account,
    victim: Victim,
    tmp_path: Path,
    name: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    # The sandbox agrees with itself at once, so nothing is gained by asking again.
    monkeypatch.setattr(engine, "PATIENCE", timedelta())

    def begin(number: int) -> Way:
        fresh(sandbox, account, name)
        state = tmp_path / str(number)
        ended = partial(ROUTES[name].check, account, CaseBook(state))
        return Way(state, partial(take_route, name), ended)

    told = await survive(victim, REGIONS, begin, partial(points, lines=name == "named taken back"))
    with capsys.disabled():
        sys.stderr.write(f"\nkill matrix, {name}: {told}\n")
