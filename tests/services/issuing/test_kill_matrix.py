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
from tests.services.issuing.routes import ROUTES, check, open_shop, take_route
from tests.services.runbook.full_run import Boundaries
from tests.services.runbook.killing import EVERYWHERE, killed_at

WHERE = Boundaries.ALL if EVERYWHERE is Boundaries.ALL else Boundaries.CHANGES


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("name", ROUTES)
async def test_killed_wherever_it_makes_a_difference(
    aws: AwsSession,
    sandbox: Sandbox,
    boto_clients: Mapping[str, Any],
    tmp_path: Path,
    name: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def killed(route_name: str, user: str, point: int | None) -> tuple[int | None, CaseBook, Any]:
        route, folder = ROUTES[route_name], tmp_path / f"{route_name} {user}"
        folder.mkdir()
        shop = open_shop(route, boto_clients, user, folder)
        take = partial(take_route, route_name, user, folder)
        return killed_at(sandbox, folder / "state", take, point, WHERE), CaseBook(folder / "state"), shop

    def whole(route_name: str) -> int:
        count, book, shop = killed(route_name, f"whole-{route_name.replace(' ', '-')}", None)
        assert count
        check(sandbox, shop, book, ROUTES[route_name])
        return count

    route, boundaries = ROUTES[name], whole(name)
    known = 0 if WHERE is Boundaries.ALL else route.known
    for point in range(1 + known, boundaries + 1):
        count, book, shop = killed(name, f"web-{point}", point)
        assert count is None
        await route.take(aws, book, shop)
        try:
            check(sandbox, shop, book, route)
        except AssertionError as error:
            error.add_note(f"{name}, killed at boundary {point} of {boundaries}")
            raise
    with capsys.disabled():
        told = f"{boundaries - known} of {boundaries} boundaries survived"
        sys.stderr.write(f"\nkill matrix, {name}: {told}\n")
