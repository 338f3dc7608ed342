"""SIGKILL at every boundary; gone on with, the account ends as if nothing had happened.

With STANCH_EVERY_BOUNDARY=1 also at those where disk and account are as they were at the one before.
"""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from sandbox.server import Sandbox
from services.aws import cloudtrail
from services.aws.session import AwsSession
from services.runbook import settle
from services.runbook.case import CaseBook
from tests.services.runbook import full_run
from tests.services.runbook.full_run import Boundaries, Take
from tests.services.runbook.killing import EVERYWHERE, killed_at
from tests.services.runbook.routes import ROUTES, Patient, admit, check, prepare, take_route

FIVE_STEPS = "five steps"
PARTS = 4
LEVERS = ("managed hold", "reset", "new user", "new user taken back", "access keys", "log groups")
ROTATIONS = ("rotation", "rotation taken back")


def _take(name: str, patient: Patient) -> Take:
    return partial(take_route, name, (patient.user, patient.key_id, patient.access_key))


Killed = Callable[..., Awaitable[tuple[int, int]]]


@pytest.fixture
def killed(
    sandbox: Sandbox, boto: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Killed:
    """Kill a route at every boundary of one part of them, go on with it each time, and look."""
    sandbox.world.settings.lookup_per_second = None
    # The sandbox's IAM agrees with itself at once, so nothing is gained by asking again.
    monkeypatch.setattr(settle, "PATIENCE", timedelta())
    monkeypatch.setattr(cloudtrail, "LOOKUPS_PER_SECOND", full_run.LOOKUPS_PER_SECOND)
    clients = prepare(boto)

    def whole(name: str, where: Boundaries) -> int:
        patient, state = admit(clients, f"whole-{name.replace(' ', '-')}"), tmp_path / f"whole {name}"
        boundaries = killed_at(sandbox, state, _take(name, patient), None, where)
        assert boundaries
        check(sandbox, patient, CaseBook(state), ROUTES[name])
        return boundaries

    async def kill(name: str, part: int, parts: int, where: Boundaries) -> tuple[int, int]:
        route, boundaries = ROUTES[name], whole(name, where)
        known = whole(route.begins_as, where) if route.begins_as else 0
        points = range(1 + known + part, boundaries + 1, parts)
        async with AwsSession(regions=("us-east-1",)) as aws:
            for point in points:
                patient, state = admit(clients, f"web-{point}"), tmp_path / str(point)
                assert killed_at(sandbox, state, _take(name, patient), point, where) is None
                await route.take(aws, CaseBook(state), patient)
                try:
                    check(sandbox, patient, CaseBook(state), route)
                except AssertionError as error:
                    error.add_note(f"{name}, killed at boundary {point} of {boundaries}")
                    raise
        return len(points), boundaries - known

    return kill


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.long
async def test_killed_at_every_boundary(
    killed: Killed, part: int, capsys: pytest.CaptureFixture[str]
) -> None:
    told = await killed(FIVE_STEPS, part, PARTS, EVERYWHERE)
    _tell(capsys, f"five steps, part {part + 1} of {PARTS}", *told)


@pytest.mark.parametrize("lever", [*LEVERS, *ROTATIONS])
@pytest.mark.long
async def test_a_lever_killed_wherever_it_makes_a_difference(
    killed: Killed, lever: str, capsys: pytest.CaptureFixture[str]
) -> None:
    where = EVERYWHERE if EVERYWHERE is Boundaries.ALL else Boundaries.CHANGES
    _tell(capsys, lever, *await killed(lever, 0, 1, where))


def _tell(capsys: pytest.CaptureFixture[str], what: str, points: int, boundaries: int) -> None:
    with capsys.disabled():
        sys.stderr.write(f"\nkill matrix, {what}: {points} of {boundaries} boundaries survived\n")
