"""The scenario of the demo: an API key has leaked, and its finder is using it now."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta

from sandbox.account.world import ApiCall, BearerCall, World
from sandbox.cloudtrail.backfill import backfill
from sandbox.iam.credentials import Credential
from sandbox.scenario import audit, cast, groups, past, people
from sandbox.scenario.cast import KeyInUse, Scenario, Workload

SEED = 20260901
AUDITED = timedelta(days=4, hours=6)
"""How long ago the trail began: a week's review meets its edge."""

SERVICE_EVERY = 300.0
VENDOR_EVERY = 900.0
GATEWAY_EVERY = 1800.0
ATTACKER_EVERY = 8.0


def seed(world: World) -> Scenario:
    """Fill an empty account; the same every time, but that all its times are relative to now."""
    with world.lock:
        now = world.clock.now()
        rng = random.Random(SEED)
        population = people.populate(world, now, rng)
        groups.make_groups(world, now, rng)
        scenario = _scenario(population)
        trail = audit.make_trail(world, now - AUDITED)
        backfill(world, trail, _past(past.Past(now, rng), population, scenario), rng)
    return scenario


def _scenario(population: people.Population) -> Scenario:
    (leaked,) = population.keys[people.LEAKED_USER]
    vendor = population.keys[people.VENDOR_USER][1]
    (gateway,) = population.keys[people.GATEWAY_USER]
    return Scenario(
        name="leaked-key",
        leaked=_in_use(leaked, groups.LEAKED, cast.SERVICE_ADDRESS, cast.SERVICE_AGENT),
        shippers=(
            _in_use(vendor, groups.VENDOR, cast.VENDOR_ADDRESS, cast.VENDOR_AGENT),
            _in_use(gateway, groups.GATEWAY, cast.GATEWAY_ADDRESS, cast.GATEWAY_AGENT),
        ),
        workloads=tuple(Workload(each.name, each.streams[0], each.rate) for each in groups.SIGNED),
        deployer=population.access_keys[people.DEPLOYER][0],
    )


def _in_use(key: Credential, group: groups.Group, address: str, agent: str) -> KeyInUse:
    return KeyInUse(key.user, key.id, key.token, group.name, group.streams[0], address, agent, group.rate)


def _past(
    week: past.Past, population: people.Population, scenario: Scenario
) -> Iterator[ApiCall | BearerCall]:
    assert scenario.leaked is not None
    leaked, (vendor, gateway) = scenario.leaked, scenario.shippers
    admin = population.access_keys[people.ADMIN][0].access_key_id
    deployer = population.access_keys[people.DEPLOYER][0].access_key_id
    stolen = population.access_keys[people.LEAKED_USER][0].access_key_id
    planted = people.add_access_key(leaked.user, past.planted_at(week.now)).access_key_id
    began = week.now - AUDITED
    yield from past.routine(week, admin, deployer)
    yield from past.changes(week, admin, audited_since=began, vendor_key=vendor.key_id)
    yield from past.intrusion(week, leaked.user, stolen, planted)
    yield from past.abuse(week, leaked, every=ATTACKER_EVERY)
    # The vendor's second key is younger than the trail.
    yield from past.shipping(week, leaked, since=began, every=SERVICE_EVERY)
    yield from past.shipping(week, vendor, since=week.ago(days=2), every=VENDOR_EVERY)
    yield from past.shipping(week, gateway, since=began, every=GATEWAY_EVERY)
