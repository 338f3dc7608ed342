"""SIGKILL at every boundary of hardening and its undo; run again, all ends as if nothing had happened."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import sys
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from sandbox.server import Sandbox
from services.aws.session import AwsSession
from services.runbook.case import CaseBook
from services.upkeep import engine
from tests.services.hardening.conftest import NEW_BUCKET, REGIONS, Account, strip
from tests.services.hardening.routes import ROUTES
from tests.services.runbook.full_run import Boundaries, Counter, watch

WHERE = Boundaries.ALL if os.environ.get("STANCH_EVERY_BOUNDARY") else Boundaries.CHANGES
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.services.runbook.full_run", "tests.services.hardening.routes"])


def run(environment: dict[str, str], state: Path, route: str, kill_at: int | None, pipe: Connection) -> None:
    """Send how many boundaries there were, once the whole route is through."""
    os.environ.update(environment)
    counter = Counter(kill_at)
    watch(counter, WHERE)
    asyncio.run(_take(route, state))
    pipe.send(counter.count)


async def _take(route: str, state: Path) -> None:
    async with AwsSession(regions=REGIONS) as aws:
        await ROUTES[route].take(aws, CaseBook(state))


def killed_at(sandbox: Sandbox, state: Path, route: str, point: int | None) -> int | None:
    """How many boundaries there were, if it was not killed."""
    ours, theirs = _CONTEXT.Pipe(duplex=False)
    process = _CONTEXT.Process(target=run, args=(sandbox.environment(), state, route, point, theirs))
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


@pytest.mark.parametrize("name", ["new", "named"])
async def test_killed_at_every_boundary(
    sandbox: Sandbox,
    account: Account,
    aws: AwsSession,
    tmp_path: Path,
    name: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    # The sandbox agrees with itself at once, so nothing is gained by asking again.
    monkeypatch.setattr(engine, "PATIENCE", timedelta())
    name = f"{name} taken back"
    route = ROUTES[name]

    def begin() -> None:
        """In an account of its own, whose new buckets are as open as they were before 2023."""
        sandbox.reset()
        sandbox.world.settings.trail_delay = 3600
        sandbox.faults.on("CreateBucket", "after", lambda: strip(NEW_BUCKET))
        route.found(account)

    begin()
    boundaries = killed_at(sandbox, tmp_path / "whole", name, None)
    assert boundaries
    route.check(account, CaseBook(tmp_path / "whole"))
    for point in range(1, boundaries + 1):
        begin()
        cases = CaseBook(tmp_path / str(point))
        assert killed_at(sandbox, tmp_path / str(point), name, point) is None
        try:
            await route.take(aws, cases)
            route.check(account, cases)
        except Exception as error:
            error.add_note(f"{name}, killed at boundary {point} of {boundaries}")
            raise
    with capsys.disabled():
        sys.stderr.write(f"\nkill matrix, {name}: {boundaries} boundaries survived\n")
