"""A read that fails while a trail is looked at changes nothing; all other faults are the matrices'."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from sandbox.wire.server import Sandbox
from services.aws.session import AwsSession
from services.goals import engine
from tests.services.goals.hardening.conftest import changes
from tests.services.goals.hardening.family import READS, READS_OF_THE_UNDO, begin
from tests.services.goals.hardening.routes import take_route
from tests.services.matrices import faults
from tests.services.matrices.family import HOME, Desk, Struck


async def test_a_read_that_fails_changes_nothing(
    sandbox: Sandbox, boto: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked again in an account where all is done."""
    monkeypatch.setattr(engine, "VERIFY_SECONDS", 0.0)
    way = begin(Desk(sandbox, boto, tmp_path), "new")
    async with AwsSession(regions=HOME) as aws:
        done = Struck(way, aws)
        await done.take()
        sent = changes(sandbox)
        back = Struck(replace(way, take=partial(take_route, "new taken back")), aws)
        for going, calls in ((done, READS), (back, READS_OF_THE_UNDO)):
            for call in calls:
                for fault in faults.at(call):
                    assert await faults.strike(sandbox, going, call, fault), f"{call}: {fault}: not refused"
        assert sent == []
