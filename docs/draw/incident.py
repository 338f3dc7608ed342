"""An incident in the demo's account, half an hour of it in a minute, for a picture to be drawn of."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sandbox.account.world import Clock, Settings
from sandbox.scenario import cast
from sandbox.scenario.actors import Actors, Pace
from sandbox.scenario.registry import SCENARIOS
from sandbox.wire.server import Sandbox
from services.base import clock

HASTE = 40
"""How much faster than the machine's the clock of the pretend account runs, and that of the program."""

LAG = 120
"""Seconds a point of a metric is late."""

TRAIL_DELAY = 240

PACE = Pace(service=0.5, shipper=0.5, workload=1.0, attacker=0.5, attacker_gives_way=3.0, secret=0.5)


class Hastened(Clock):
    """Starts with the machine's clock and runs away from it."""

    def __init__(self) -> None:
        super().__init__()
        self._began = datetime.now(UTC)

    def now(self) -> datetime:
        return self._began + (datetime.now(UTC) - self._began) * HASTE


@dataclass(frozen=True)
class Incident:
    """The pretend account with its leaked key in use."""

    user: str
    key_id: str
    now: Callable[[], datetime]

    async def passes(self, minutes: float) -> None:
        """Wait until so many of the account's minutes are over."""
        await asyncio.sleep(minutes * 60 / HASTE)


@asynccontextmanager
async def incident() -> AsyncIterator[Incident]:
    """The account, with this process's environment and clock pointing at it; for a process of its own."""
    hastened = Hastened()
    # Before whatever takes the clock as a default of its parameters is imported.
    clock.now = hastened.now
    # The picture is of nobody's machine.
    os.environ["LOGNAME"], socket.gethostname = "ada", lambda: "bastion"
    with Sandbox(settings=Settings(metric_lag=LAG, trail_delay=TRAIL_DELAY)) as sandbox:
        sandbox.world.clock = hastened
        scenario = SCENARIOS["leaked-key"](sandbox.world)
        assert scenario.leaked
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            del os.environ[name]
        os.environ |= sandbox.environment() | {"AWS_CONFIG_FILE": os.devnull}
        os.environ |= {"AWS_SHARED_CREDENTIALS_FILE": os.devnull, "AWS_EC2_METADATA_DISABLED": "true"}
        # A second of the machine's has to bring the bytes of HASTE seconds.
        cast.ATTACKER_RATE *= HASTE
        hasty = replace(
            scenario,
            leaked=replace(scenario.leaked, rate=scenario.leaked.rate * HASTE),
            shippers=tuple(replace(each, rate=each.rate * HASTE) for each in scenario.shippers),
            workloads=tuple(replace(each, rate=each.rate * HASTE) for each in scenario.workloads),
        )
        with Actors(sandbox.endpoint_url, hasty, PACE):
            yield Incident(scenario.leaked.user, scenario.leaked.key_id, hastened.now)
