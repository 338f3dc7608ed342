"""The log groups of the leaked-key scenario, and what came into them in the last hours."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from moto.logs.models import logs_backends

from sandbox.account.world import ACCOUNT, HOME_REGION, World
from sandbox.logs.logs import enable_bearer
from sandbox.logs.meter import Meter, Totals
from sandbox.scenario import cast
from sandbox.scenario.past import ATTACK

MEASURED = timedelta(hours=3)
STEP = 5
"""Seconds between two counts."""

USUAL = timedelta(days=8)
"""How far back the usual flow goes, a count a minute: to compare with a day, or a week, before."""

EVENT_SIZE = 180
RISE = timedelta(minutes=20)
"""How long the attacker took to come to full strength."""


@dataclass(frozen=True, slots=True)
class Group:
    name: str
    streams: tuple[str, ...]
    age: int
    rate: int
    """Bytes a second on a usual day."""
    bearer: bool = False


LEAKED = Group(
    "/aws/hlc-logs/my-application",
    ("application-stream-001", "application-stream-002"),
    age=212,
    rate=700,
    bearer=True,
)
VENDOR = Group("/aws/hlc-logs/vendor-a", ("audit",), age=240, rate=450, bearer=True)
GATEWAY = Group("/aws/hlc-logs/edge-gateway", ("gateway-1", "gateway-2"), age=97, rate=250, bearer=True)
SIGNED = (
    Group("/aws/lambda/checkout", ("2026/[$LATEST]5d0c",), age=300, rate=900),
    Group("/ecs/storefront", ("web/1", "web/2"), age=330, rate=1500),
)
"""Those whose writers sign their calls."""

GROUPS = (LEAKED, VENDOR, GATEWAY, *SIGNED)


def make_groups(world: World, now: datetime, rng: random.Random) -> None:
    backend = logs_backends[ACCOUNT][HOME_REGION]
    for group in GROUPS:
        made = backend.create_log_group(group.name, {})
        made.creation_time = (now - timedelta(days=group.age)).replace(tzinfo=None)
        enable_bearer(made, group.bearer)
        for stream in group.streams:
            made.create_log_stream(stream)
            made.streams[stream].creation_time = made.creation_time
        world.part(Meter).past(HOME_REGION, group.name, _usual(group, now - MEASURED))
        _measure(world.part(Meter), group, now, rng)


def _usual(group: Group, until: datetime) -> dict[int, Totals]:
    """Minutes before *until*, stronger by day than by night."""
    counts = _day(group)
    end = int(until.timestamp()) // 60
    begin = end - int((USUAL - MEASURED).total_seconds()) // 60
    return {minute * 60: counts[minute % 1440] for minute in range(begin, end)}


@cache
def _day(group: Group) -> list[Totals]:
    rng = random.Random(group.name)
    sizes = [
        int(group.rate * 60 * rng.uniform(0.9, 1.1) * (1 + 0.25 * math.sin(minute / 1440 * math.tau - 2)))
        for minute in range(1440)
    ]
    return [(size, max(1, size // EVENT_SIZE)) for size in sizes]


def _measure(meter: Meter, group: Group, now: datetime, rng: random.Random) -> None:
    seconds = int(MEASURED.total_seconds())
    for ago in range(seconds, 0, -STEP):
        time = now - timedelta(seconds=ago)
        size = group.rate * STEP * rng.uniform(0.7, 1.3)
        if group is LEAKED:
            size += _attack(time - (now - ATTACK)) * STEP * rng.uniform(0.8, 1.2)
        meter.add(HOME_REGION, group.name, time, int(size), max(1, int(size) // EVENT_SIZE))


def _attack(since: timedelta) -> float:
    """The attacker's bytes a second, so long after they came."""
    return cast.ATTACKER_RATE * min(1.0, max(0.0, since / RISE))
