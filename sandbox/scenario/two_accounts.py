"""Keys have leaked in another account of the organization, which a role of the responder's leads to."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta

from moto.logs.models import logs_backends

from sandbox.account.organizations import add_member
from sandbox.account.world import ACCOUNT, HOME_REGION, ApiCall, World
from sandbox.cloudtrail.backfill import backfill
from sandbox.iam.credentials import CredentialStore
from sandbox.logs.logs import enable_bearer
from sandbox.scenario import cast, intruder, people
from sandbox.scenario.cast import KeyInUse, Scenario, StolenKey, WayIn
from sandbox.scenario.intruder import Loot
from sandbox.scenario.past import Caller, Past
from sandbox.scenario.people import Person, allow

SEED = 20261127

THERE = "210987654321"
REFUSING = "321098765432"
SUSPENDED = "432109876543"
"""Members of the organization: where the keys leaked, one without a role for anybody, one that is closed."""

ROLE = "incident-response"
PARTNER_ROLE = "partner-response"
EXTERNAL_ID = "two-accounts-4711"
MFA_ROLE = "mfa-response"
UNNAMED_ROLE = "unnamed-response"
"""One that lets nobody say who they are (sts:SetSourceIdentity)."""

USER = "ci-deploy"
SHIPPER = "cloudwatch-logs-hlc"
WORK_ROLE, CHAINED_ROLE = "deployment", "backup"
GROUP, STREAM = "/aws/hlc-logs/my-application", "application-stream-001"

PEOPLE = (
    Person(USER, age=410, inline={"deploy": allow("sts:*", "logs:Describe*", "secretsmanager:ListSecrets")}),
    Person(SHIPPER, age=212, inline={"ship": allow("logs:CallWithBearerToken", "logs:PutLogEvents")}),
    Person(intruder.PLANTED_USER, age=0),
)


def seed(world: World) -> Scenario:
    """Fill an empty account and its organization; the same every time, but for times relative to now."""
    with world.lock:
        now = world.clock.now()
        rng = random.Random(SEED)
        add_member(THERE, "workloads")
        add_member(REFUSING, "payments")
        add_member(SUSPENDED, "old-playground", suspended=True)
        for person in PEOPLE:
            people.make(person, now, THERE)
        _make_roles()
        leaked = people.add_access_key(USER, now - timedelta(days=410), account=THERE)
        shipping = _shipping_key(world)
        taken = intruder.loot(USER, WORK_ROLE, CHAINED_ROLE, now, THERE)
        backfill(world, None, _past(Past(now, rng), leaked.access_key_id, taken), rng)
    return Scenario(
        name="two-accounts",
        leaked=shipping,
        stolen=StolenKey(USER, leaked, taken.all),
        ways_in=(WayIn(THERE, ROLE), WayIn(THERE, PARTNER_ROLE, EXTERNAL_ID)),
    )


def _make_roles() -> None:
    everything, named = allow("*"), "sts:SetSourceIdentity"
    external = {"StringEquals": {"sts:ExternalId": EXTERNAL_ID}}
    mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    people.make_role(ROLE, everything, people.trust(ACCOUNT, named), THERE)
    people.make_role(PARTNER_ROLE, everything, people.trust(ACCOUNT, named, condition=external), THERE)
    people.make_role(MFA_ROLE, everything, people.trust(ACCOUNT, named, condition=mfa), THERE)
    people.make_role(UNNAMED_ROLE, everything, people.trust(ACCOUNT), THERE)
    people.make_role(ROLE, everything, people.trust(ACCOUNT, named), SUSPENDED)
    for role in (WORK_ROLE, CHAINED_ROLE):
        people.make_role(role, allow("logs:*", "iam:List*", "sts:AssumeRole"), people.trust(THERE), THERE)


def _shipping_key(world: World) -> KeyInUse:
    group = logs_backends[THERE][HOME_REGION].create_log_group(GROUP, {})
    group.create_log_stream(STREAM)
    enable_bearer(group, True)
    key = (
        world.part(CredentialStore)
        .of_account(THERE)
        .seed(SHIPPER, "logs.amazonaws.com", created=world.clock.now() - timedelta(days=212))
    )
    return KeyInUse(
        SHIPPER, key.id, key.token, GROUP, STREAM, cast.SERVICE_ADDRESS, cast.SERVICE_AGENT, rate=700
    )


def _past(past: Past, leaked: str, taken: Loot) -> Iterator[ApiCall]:
    pipeline = Caller(USER, leaked, cast.DEPLOYER_ADDRESS, cast.DEPLOYER_AGENT, account=THERE)
    for hour in range(3, 7 * 24, 6):
        time = past.ago(hours=hour, minutes=past.rng.uniform(0, 50))
        yield past.call(time, pipeline, "sts.GetCallerIdentity")
        yield past.call(time + timedelta(seconds=3), pipeline, "logs.DescribeLogGroups")
    yield from intruder.intrusion(past, USER, leaked, taken)
