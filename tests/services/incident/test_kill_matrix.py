"""SIGKILL at every boundary; gone on with, the account ends as if nothing had happened.

Where boundaries are alike, it is killed at one of them: on every way before and after each change, and while
a secret is in hand, and on those of LINES after every line of the journal. With STANCH_FULL_MATRICES=1 it is
killed at all, and on the way of all five steps too, whose boundaries are those of the steps.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from sandbox.wire.server import Sandbox
from services.aws import cloudtrail
from services.cases import settle
from services.cases.book import CaseBook
from tests.samples import EVERYTHING
from tests.services.incident.routes import ROUTES, admit, check, prepare, take_route
from tests.services.matrices.killing import LOOKUPS_PER_SECOND, Victim, Way, points, survive, whole

WAYS = (
    *(("five steps",) if EVERYTHING else ()),
    "deactivate",
    "review",
    "replace into a file",
    "reset into a file",
    "replace and delete",
    "deny",
    "managed hold",
    "reset",
    "new user",
    "new user taken back",
    "access key",
    "access key into a file",
    "sessions",
    "access keys",
    "log groups",
    "rotation",
    "rotation into a file",
    "rotation taken back",
)
TORN = ("review", "replace and delete")
"""Ways that have a line of every kind, to be killed also within them."""
LINES = (*TORN, "deny", "rotation", "rotation taken back")
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

    def begin(name: str, number: int) -> Way:
        patient = admit(clients, sandbox, f"{name.replace(' ', '-')}-{number}")
        state = tmp_path / patient.user
        ended = partial(check, sandbox, patient, CaseBook(state), ROUTES[name])
        return Way(state, partial(take_route, name, patient.who), ended)

    known = [whole(victim, REGIONS, begin(other, 0)) for other in route.like]
    choose = partial(points, known=known, lines=name in LINES, torn=name in TORN)
    told = await survive(victim, REGIONS, partial(begin, name), choose)
    with capsys.disabled():
        sys.stderr.write(f"\nkill matrix, {name}: {told}\n")
