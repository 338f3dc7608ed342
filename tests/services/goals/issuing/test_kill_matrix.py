"""SIGKILL wherever it makes a difference on the way to a key and back: run again, all ends the same.

On every way it is before and after each change, and while a secret is in hand; on those of LINES also after
every line of the journal. With STANCH_FULL_MATRICES=1 it is everywhere.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from sandbox.wire.server import Sandbox
from services.cases.book import CaseBook
from tests.services.goals.issuing.routes import REGION, ROUTES, check, open_shop, take_route
from tests.services.matrices.killing import Victim, Way, points, survive, whole

ANEW = "CreateServiceSpecificCredential"
"""Its secret goes another way on each route."""
LINES = ("issued", "issue taken back")


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("name", ROUTES)
@pytest.mark.long
async def test_killed_wherever_it_makes_a_difference(
    sandbox: Sandbox,
    boto_clients: Mapping[str, Any],
    victim: Victim,
    tmp_path: Path,
    name: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def begin(name: str, number: int) -> Way:
        user, route = f"{name.replace(' ', '-')}-{number}", ROUTES[name]
        folder = tmp_path / user
        folder.mkdir()
        shop, state = open_shop(route, boto_clients, user, folder), folder / "state"
        ended = partial(check, sandbox, shop, CaseBook(state), route)
        return Way(state, partial(take_route, name, user, folder), ended)

    route = ROUTES[name]
    known = [whole(victim, (REGION,), begin(other, 0)) for other in route.like]
    choose = partial(points, known=known, lines=name in LINES, anew="" if route.back else ANEW)
    told = await survive(victim, (REGION,), partial(begin, name), choose)
    with capsys.disabled():
        sys.stderr.write(f"\nkill matrix, {name}: {told}\n")
