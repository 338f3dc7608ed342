"""Drills whose clock the tests drive, and responders who know what to do, or do not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import pytest

from sandbox.drill.game import Drill
from sandbox.wire.server import Sandbox

Play: TypeAlias = Callable[..., Drill]


@pytest.fixture
def play(sandbox: Sandbox) -> Iterator[Play]:
    """`play("access-key", seed=3)`: the drill at its first moment, in an account whose clock stands."""
    begun: list[Drill] = []

    def begin(scenario: str, **options: Any) -> Drill:
        sandbox.world.clock.hold()
        drill = Drill(sandbox, scenario, **{"every": 60.0} | options)
        begun.append(drill)
        drill.advance(30)
        return drill

    yield begin
    for each in begun:
        each.close()
