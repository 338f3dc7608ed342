"""SIGKILL wherever it makes a difference on the way to a key and back: run again, all ends the same."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from sandbox.server import Sandbox
from services.aws.session import AwsSession
from services.runbook.case import CaseBook
from tests.services.issuing.routes import REGION, ROUTES, Shop, check, open_shop, take_route
from tests.services.matrices.killing import Take, Victim, points

ANEW = "CreateServiceSpecificCredential"
"""Its secret goes another way on each route."""


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("name", ROUTES)
@pytest.mark.long
async def test_killed_wherever_it_makes_a_difference(
    aws: AwsSession,
    sandbox: Sandbox,
    boto_clients: Mapping[str, Any],
    victim: Victim,
    tmp_path: Path,
    name: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def begin(name: str, number: int) -> tuple[Shop, Path, Take]:
        user = f"{name.replace(' ', '-')}-{number}"
        folder = tmp_path / user
        folder.mkdir()
        shop = open_shop(ROUTES[name], boto_clients, user, folder)
        return shop, folder / "state", partial(take_route, name, user, folder)

    def whole(name: str) -> list[str]:
        shop, state, take = begin(name, 0)
        named = victim.whole(state, take, (REGION,))
        check(sandbox, shop, CaseBook(state), ROUTES[name])
        return named

    route, named = ROUTES[name], whole(name)
    known = [whole(other) for other in route.like]
    chosen = points(named, *known, anew="" if route.back else ANEW)
    for point in chosen:
        shop, state, take = begin(name, point)
        victim.kill(state, take, (REGION,), point)
        try:
            await route.take(aws, CaseBook(state), shop)
            check(sandbox, shop, CaseBook(state), route)
        except Exception as error:
            error.add_note(f"{name}, killed at boundary {point}: {named[point - 1]}")
            raise
    with capsys.disabled():
        told = f"{len(chosen)} of {len(named)} boundaries survived"
        sys.stderr.write(f"\nkill matrix, {name}: {told}\n")
