"""SIGKILL at every boundary; gone on with, the account ends as if nothing had happened.

Where boundaries are alike, it is killed at one of them; with STANCH_FULL_MATRICES=1 at all.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
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
from tests.services.matrices.killing import LOOKUPS_PER_SECOND, Victim, points
from tests.services.runbook.routes import ROUTES, Patient, admit, check, prepare, take_route

WAYS = (
    "five steps",
    "deactivate",
    "review",
    "replace and delete",
    "deny",
    "managed hold",
    "reset",
    "new user",
    "new user taken back",
    "access keys",
    "log groups",
    "rotation",
    "rotation taken back",
)
TORN = ("review", "replace and delete")
"""Ways that have a line of every kind."""
REGIONS = ("us-east-1",)


@pytest.mark.parametrize("name", WAYS)
@pytest.mark.long
async def test_killed_at_every_boundary(
    sandbox: Sandbox,
    boto: Callable[..., Any],
    victim: Victim,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
) -> None:
    sandbox.world.settings.lookup_per_second = None
    # The sandbox's IAM agrees with itself at once, so nothing is gained by asking again.
    monkeypatch.setattr(settle, "PATIENCE", timedelta())
    monkeypatch.setattr(cloudtrail, "LOOKUPS_PER_SECOND", LOOKUPS_PER_SECOND)
    clients, route = prepare(boto), ROUTES[name]

    def begin(name: str, number: int) -> tuple[Patient, Path, Any]:
        patient = admit(clients, sandbox, f"{name.replace(' ', '-')}-{number}")
        return patient, tmp_path / patient.user, partial(take_route, name, patient.who)

    def whole(name: str) -> list[str]:
        patient, state, take = begin(name, 0)
        named = victim.whole(state, take, REGIONS)
        check(sandbox, patient, CaseBook(state), ROUTES[name])
        return named

    named = whole(name)
    chosen = points(named, *(whole(other) for other in route.like), torn=name in TORN)
    async with AwsSession(regions=REGIONS) as aws:
        for point in chosen:
            patient, state, take = begin(name, point)
            victim.kill(state, take, REGIONS, point)
            try:
                await route.take(aws, CaseBook(state), patient)
                check(sandbox, patient, CaseBook(state), route)
            except Exception as error:
                error.add_note(f"{name}, killed at boundary {point}: {named[point - 1]}")
                raise
    with capsys.disabled():
        told = f"{len(chosen)} of {len(named)} boundaries survived"
        sys.stderr.write(f"\nkill matrix, {name}: {told}\n")
