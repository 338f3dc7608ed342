"""An access key has leaked, and its finder goes on with the sessions it opened, with or without the key."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from sandbox.account.world import ACCOUNT, HOME_REGION, ApiCall, World
from sandbox.cloudtrail.backfill import backfill
from sandbox.iam.sessions import Session
from sandbox.scenario import audit, cast, intruder, people
from sandbox.scenario.cast import Scenario, StolenKey
from sandbox.scenario.intruder import Loot
from sandbox.scenario.past import Caller, Past
from sandbox.scenario.people import Person, allow

SEED = 20261126
AUDITED = timedelta(days=30)

USER = "ci-deploy"
COLLEAGUE = "release-bot"
ROLE = "deployment"
OTHER_ROLE = "backup"

PEOPLE = (
    Person(
        USER,
        age=410,
        inline={
            "deploy": allow("sts:AssumeRole", resource=intruder.arn_of(ROLE)),
            "look": allow("logs:Describe*", "secretsmanager:ListSecrets", "sts:GetSessionToken"),
        },
    ),
    Person(COLLEAGUE, age=260, inline={"release": allow("sts:AssumeRole", resource=intruder.arn_of(ROLE))}),
    Person(intruder.PLANTED_USER, age=0),
)
ROLES = {
    ROLE: allow("logs:*", "s3:*", "iam:List*", "iam:Get*", "iam:CreateUser", "sts:AssumeRole"),
    OTHER_ROLE: allow("s3:Get*", "s3:List*", "logs:Describe*"),
}


def seed(world: World) -> Scenario:
    """Fill an empty account; the same every time, but that all its times are relative to now."""
    with world.lock:
        now = world.clock.now()
        rng = random.Random(SEED)
        for person in PEOPLE:
            people.make(person, now)
        for role, document in ROLES.items():
            people.make_role(role, document, people.trust(ACCOUNT))
        leaked = people.add_access_key(USER, now - timedelta(days=410))
        healthy = people.add_access_key(COLLEAGUE, now - timedelta(days=80))
        taken = intruder.loot(USER, ROLE, OTHER_ROLE, now)
        rightful = intruder.open_for(
            "AssumedRole", ROLE, "release-4711", now - timedelta(minutes=40), timedelta(hours=1)
        )
        trail = audit.make_trail(world, now - AUDITED)
        calls = _past(Past(now, rng), leaked.access_key_id, healthy.access_key_id, taken, rightful)
        backfill(world, trail, calls, rng)
    return Scenario(
        name="leaked-access-key",
        stolen=StolenKey(USER, leaked, taken.all),
        colleague=healthy,
    )


def _past(past: Past, leaked: str, healthy: str, taken: Loot, rightful: Session) -> Iterator[ApiCall]:
    pipeline = Caller(USER, leaked, cast.DEPLOYER_ADDRESS, cast.DEPLOYER_AGENT)
    releases = Caller(COLLEAGUE, healthy, cast.SERVICE_ADDRESS, cast.DEPLOYER_AGENT)
    for hour in range(3, 7 * 24, 6):
        time = past.ago(hours=hour, minutes=past.rng.uniform(0, 50))
        yield past.call(time, pipeline, "sts.GetCallerIdentity")
        yield past.call(time + timedelta(seconds=3), pipeline, "logs.DescribeLogGroups", region=HOME_REGION)
    yield intruder.opening(past, releases, rightful)
    yield from _work(past, rightful)
    yield from intruder.intrusion(past, USER, leaked, taken)


def _work(past: Past, session: Session) -> Iterator[ApiCall]:
    caller = intruder.by_session(session, cast.SERVICE_ADDRESS, cast.DEPLOYER_AGENT)
    time: datetime = session.issued + timedelta(minutes=2)
    while time < past.now:
        yield past.call(time, caller, "logs.DescribeLogGroups")
        time += timedelta(minutes=9)
