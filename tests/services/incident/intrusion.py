"""What an intruder made in the account with a patient's access key, put there with the records of it."""

from __future__ import annotations

import json
import random
from datetime import timedelta
from typing import Any

from moto.cloudtrail.models import cloudtrail_backends

from sandbox.account.account import iam_backend
from sandbox.account.world import ACCOUNT, HOME_REGION
from sandbox.cloudtrail.install import CloudTrail
from sandbox.cloudtrail.records import management_record
from sandbox.cloudtrail.status import TrailStatus
from sandbox.scenario.past import Caller, Past
from sandbox.wire.server import Sandbox

POLICY = json.dumps(
    {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
)
TRAIL = "watched-"


def intrude(sandbox: Sandbox, user: str, access_key: str, hold: str) -> None:
    """One thing for each kind of call that stops one; what an earlier patient's had is taken away."""
    iam, world = iam_backend(), sandbox.world
    with world.lock:
        iam.create_user(HOME_REGION, f"{user}-planted")
        iam.create_role(f"{user}-role", POLICY, "/", None, "", [], "3600")
        iam.attach_role_policy(hold, f"{user}-role")
        group = iam.create_group(f"{user}-group")
        # It was there before what was done to it.
        group.create_date -= timedelta(hours=1)
        iam.put_group_policy(f"{user}-group", "all", POLICY)
        trails = cloudtrail_backends[ACCOUNT][HOME_REGION].trails
        for name in [name for name in trails if name.startswith(TRAIL)]:
            del trails[name]
        cloudtrail_backends[ACCOUNT][HOME_REGION].create_trail(
            f"{TRAIL}{user}", "trail", "", "", False, False, False, False, "", "", "", []
        )
        trails[f"{TRAIL}{user}"].status = TrailStatus(world.clock)
        planted = iam.get_user(f"{user}-planted")
        made = {"user": {"userName": planted.name, "userId": planted.id, "arn": planted.arn}}
        past = Past(world.clock.now() - timedelta(minutes=10), random.Random(user))
        caller = Caller(user, access_key, "203.0.113.66", "aws-cli/2.31.0")
        deeds: tuple[tuple[str, dict[str, Any], dict[str, Any] | None], ...] = (
            ("iam.CreateUser", {"userName": planted.name}, made),
            ("iam.AttachRolePolicy", {"roleName": f"{user}-role", "policyArn": hold}, None),
            (
                "iam.PutGroupPolicy",
                {"groupName": f"{user}-group", "policyName": "all", "policyDocument": POLICY},
                None,
            ),
            ("cloudtrail.StopLogging", {"name": f"{TRAIL}{user}"}, None),
        )
        for number, (operation, params, response) in enumerate(deeds):
            time = past.now + timedelta(seconds=number)
            call = past.call(time, caller, operation, params, response=response)
            world.part(CloudTrail).history.add(time, management_record(call))


def as_left(user: str, hold: str) -> bool:
    """Whether all of it is as the intruder left it."""
    iam = iam_backend()
    role = next(each for each in iam.get_roles() if each.name == f"{user}-role")
    status = cloudtrail_backends[ACCOUNT][HOME_REGION].trails[f"{TRAIL}{user}"].status
    return (
        iam.get_user(f"{user}-planted").policies == {}
        and list(role.managed_policies) == [hold]
        and iam.get_group(f"{user}-group").policies == {"all": POLICY}
        and not status.is_logging
    )
