"""Seven days of what was called in the account, before anyone looked."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sandbox.account.world import ACCOUNT, HOME_REGION, Actor, ApiCall, BearerCall
from sandbox.scenario import cast
from sandbox.scenario.people import ADMIN, DEPLOYER, QUARANTINED

DAYS = 7
ATTACK = timedelta(hours=2)
"""How long ago the attacker came."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A user's access key, as used from one place with one tool."""

    user: str
    access_key_id: str
    address: str
    agent: str
    account: str = field(default=ACCOUNT, kw_only=True)

    @property
    def actor(self) -> Actor:
        arn = f"arn:aws:iam::{self.account}:user/{self.user}"
        return Actor("IAMUser", self.user, arn, self.access_key_id)


@dataclass(frozen=True, slots=True)
class Past:
    """Writes calls down as of their time; the same in every run but for *now*."""

    now: datetime
    rng: random.Random

    def ago(self, **units: float) -> datetime:
        return self.now - timedelta(**units)

    def request_id(self) -> str:
        return str(uuid.UUID(int=self.rng.getrandbits(128), version=4))

    def call(
        self,
        time: datetime,
        caller: Caller,
        operation: str,
        params: Mapping[str, Any] | None = None,
        *,
        denied: bool = False,
        region: str = HOME_REGION,
        response: Mapping[str, Any] | None = None,
    ) -> ApiCall:
        """One signed call; *operation* is spelled `iam.ListUsers`."""
        service, _, name = operation.partition(".")
        error = f"User: {caller.actor.arn} is not authorized to perform: {service}:{name}"
        return ApiCall(
            time=time,
            account=caller.actor.account,
            region=region,
            service=service,
            operation=name,
            params=params or {},
            actor=caller.actor,
            source_ip=caller.address,
            user_agent=caller.agent,
            request_id=self.request_id(),
            read_only=name.startswith(("Get", "List", "Describe", "Lookup")),
            error_code="AccessDenied" if denied else None,
            error_message=error if denied else None,
            response=response,
        )

    def use(self, time: datetime, key: cast.KeyInUse, address: str, agent: str) -> BearerCall:
        """One accepted call with an API key."""
        return BearerCall(
            time=time,
            account=ACCOUNT,
            region=HOME_REGION,
            path="/services/collector/event",
            user=key.user,
            credential_id=key.key_id,
            log_group=key.log_group,
            log_stream=key.log_stream,
            source_ip=address,
            user_agent=agent,
            request_id=self.request_id(),
            status=200,
        )


def routine(past: Past, admin_key: str, deployer_key: str) -> Iterator[ApiCall]:
    """What goes on every day: an operator looks around, a deployment reads its secrets."""
    admin = Caller(ADMIN, admin_key, cast.ADMIN_ADDRESS, cast.ADMIN_AGENT)
    deployer = Caller(DEPLOYER, deployer_key, cast.DEPLOYER_ADDRESS, cast.DEPLOYER_AGENT)
    looks: tuple[tuple[str, dict[str, Any], str], ...] = (
        ("sts.GetCallerIdentity", {}, HOME_REGION),
        ("iam.ListUsers", {"maxItems": 100}, HOME_REGION),
        ("iam.ListServiceSpecificCredentials", {"userName": "vendor-a"}, HOME_REGION),
        ("logs.DescribeLogGroups", {"logGroupNamePrefix": "/aws/"}, HOME_REGION),
        ("logs.DescribeLogGroups", {}, "us-west-2"),
        ("cloudtrail.DescribeTrails", {}, HOME_REGION),
        ("cloudtrail.GetTrailStatus", {"name": "api-key-audit"}, HOME_REGION),
    )
    for day in range(DAYS):
        for operation, params, region in looks * 2:
            time = past.ago(days=day, hours=past.rng.uniform(3, 11))
            yield past.call(time, admin, operation, params, region=region)
    for hour in range(1, DAYS * 24, 3):
        time = past.ago(hours=hour, minutes=past.rng.uniform(0, 50))
        yield past.call(time, deployer, "sts.GetCallerIdentity")
        for name in ("prod/storefront", "prod/checkout"):
            yield past.call(time, deployer, "secretsmanager.GetSecretValue", {"secretId": name})


def changes(past: Past, admin_key: str, *, audited_since: datetime, vendor_key: str) -> Iterator[ApiCall]:
    """The few changes of the week, all of them the operator's."""
    admin = Caller(ADMIN, admin_key, cast.ADMIN_ADDRESS, cast.ADMIN_AGENT)

    def done(time: datetime, operation: str, **params: Any) -> ApiCall:
        return past.call(time, admin, operation, params)

    switched = past.ago(days=6, hours=5)
    yield done(
        switched,
        "logs.PutBearerTokenAuthentication",
        logGroupIdentifier="/aws/hlc-logs/edge-gateway",
        bearerTokenAuthenticationEnabled=True,
    )
    bucket = f"api-key-audit-{ACCOUNT}"
    steps: tuple[tuple[str, dict[str, Any]], ...] = (
        ("s3.CreateBucket", {"bucketName": bucket}),
        ("s3.PutBucketPolicy", {"bucketName": bucket}),
        (
            "cloudtrail.CreateTrail",
            {"name": "api-key-audit", "s3BucketName": bucket, "isMultiRegionTrail": True},
        ),
        ("cloudtrail.PutEventSelectors", {"trailName": "api-key-audit"}),
        ("cloudtrail.StartLogging", {"name": "api-key-audit"}),
    )
    for before, (operation, params) in zip(range(len(steps) - 1, -1, -1), steps, strict=True):
        yield done(audited_since - timedelta(seconds=20 * before), operation, **params)
    made = past.ago(days=2, hours=4)
    yield past.call(
        made,
        admin,
        "iam.CreateServiceSpecificCredential",
        {"userName": "vendor-a", "serviceName": "logs.amazonaws.com", "credentialAgeDays": 90},
        response={
            "serviceSpecificCredential": {
                "serviceSpecificCredentialId": vendor_key,
                "userName": "vendor-a",
                "serviceName": "logs.amazonaws.com",
                "status": "Active",
            }
        },
    )
    quarantine = "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV2"
    yield done(past.ago(days=1, hours=13), "iam.AttachUserPolicy", userName=QUARANTINED, policyArn=quarantine)


def intrusion(past: Past, user: str, stolen_key: str, planted_key: str) -> Iterator[ApiCall]:
    """What the attacker did with the access key that leaked beside the API key."""
    first, second = cast.ATTACKER_ADDRESSES
    stolen = Caller(
        user, stolen_key, first, "Boto3/1.34.46 md/Botocore#1.34.46 ua/2.0 os/linux lang/python#3.11"
    )
    planted = Caller(user, planted_key, second, "aws-cli/1.33.2 " + cast.ATTACKER_AGENTS[1])
    came = past.now - ATTACK
    steps: tuple[tuple[float, Caller, str, dict[str, Any], bool, str], ...] = (
        (-4.0, stolen, "sts.GetCallerIdentity", {}, False, HOME_REGION),
        (-3.6, stolen, "iam.ListUsers", {}, True, HOME_REGION),
        (-3.2, stolen, "iam.ListAttachedUserPolicies", {"userName": user}, True, HOME_REGION),
        (-2.7, stolen, "logs.DescribeLogGroups", {}, False, HOME_REGION),
        (-2.5, stolen, "logs.DescribeLogGroups", {}, False, "us-west-2"),
        (-1.4, stolen, "iam.CreateUser", {"userName": "backup-sync"}, True, HOME_REGION),
        (12.0, planted, "sts.GetCallerIdentity", {}, False, HOME_REGION),
        (12.6, planted, "cloudtrail.DescribeTrails", {}, True, HOME_REGION),
        (13.1, planted, "cloudtrail.StopLogging", {"name": "api-key-audit"}, True, HOME_REGION),
        (14.0, planted, "secretsmanager.ListSecrets", {}, True, HOME_REGION),
    )
    for minutes, caller, operation, params, denied, region in steps:
        time = came + timedelta(minutes=minutes)
        yield past.call(time, caller, operation, params, denied=denied, region=region)
    yield past.call(
        planted_at(past.now),
        stolen,
        "iam.CreateAccessKey",
        {"userName": user},
        response={"accessKey": {"accessKeyId": planted_key, "status": "Active", "userName": user}},
    )


def planted_at(now: datetime) -> datetime:
    """When the attacker made the user's second access key."""
    return now - ATTACK - timedelta(minutes=1)


def shipping(past: Past, key: cast.KeyInUse, *, since: datetime, every: float) -> Iterator[BearerCall]:
    """The steady, rightful use of a key, about every *every* seconds."""
    time = since + timedelta(seconds=past.rng.uniform(0, every))
    while time < past.now:
        yield past.use(time, key, key.address, key.agent)
        time += timedelta(seconds=every * past.rng.uniform(0.8, 1.2))


def abuse(past: Past, key: cast.KeyInUse, *, every: float) -> Iterator[BearerCall]:
    """The attacker's use of the leaked key, from both addresses in turn."""
    time = past.now - ATTACK
    while time < past.now:
        which = past.rng.randrange(2)
        yield past.use(time, key, cast.ATTACKER_ADDRESSES[which], cast.ATTACKER_AGENTS[which])
        time += timedelta(seconds=every * past.rng.uniform(0.5, 1.5))
