"""The users of the leaked-key scenario and the sixteen keys they hold."""

from __future__ import annotations

import base64
import hashlib
import json
import random
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from moto.iam.models import AccessKeyLastUsed

from sandbox.account.account import AccessKey, iam_backend
from sandbox.account.world import ACCOUNT, HOME_REGION, World
from sandbox.iam.credentials import Credential, CredentialStore, new_id

LEAKED_USER = "cloudwatch-logs-hlc"
VENDOR_USER = "vendor-a"
GATEWAY_USER = "vendor-b"
DEPLOYER = "deployer"
ADMIN = "dana"
QUARANTINED = "contractor-lee"

_SALT = secrets.token_bytes(32)

LOGS = "logs.amazonaws.com"
BEDROCK = "bedrock.amazonaws.com"
CLOUDWATCH = "cloudwatch.amazonaws.com"
ANTHROPIC = "aws-external-anthropic.amazonaws.com"
CODECOMMIT = "codecommit.amazonaws.com"
CASSANDRA = "cassandra.amazonaws.com"


@dataclass(frozen=True, slots=True)
class Key:
    """A credential made *age* days and some hours ago to last *life* days (None: for ever)."""

    service: str
    age: int
    life: int | None = None
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    age: int
    keys: tuple[Key, ...] = ()
    attached: tuple[str, ...] = ()
    inline: Mapping[str, str] | None = None
    group: str | None = None
    access_key_ages: tuple[int, ...] = ()
    signs_in: bool = False


def allow(*actions: str, resource: str = "*") -> str:
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _own(user: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:user/{user}"


GROUPS = {
    "ci": {"pull-sources": allow("codecommit:GitPull")},
    "operators": {"operate": allow("logs:*", "cloudtrail:*", "iam:List*", "iam:Get*", "s3:*")},
}

PEOPLE = (
    Person(
        LEAKED_USER,
        age=212,
        keys=(Key(LOGS, 212),),
        attached=("CloudWatchLogsAPIKeyAccess",),
        # The mistake that lets whoever holds its access key make another.
        inline={
            "rotate-own-keys": allow("iam:*AccessKey*", resource=_own(LEAKED_USER)),
            "find-groups": allow("logs:DescribeLogGroups"),
        },
        access_key_ages=(212,),
    ),
    Person("BedrockAPIKey-h42z", age=131, keys=(Key(BEDROCK, 131),), attached=("AmazonBedrockFullAccess",)),
    Person(
        VENDOR_USER,
        age=240,
        keys=(Key(LOGS, 83, 90), Key(LOGS, 2, 90)),
        inline={"ship": allow("logs:CallWithBearerToken", "logs:PutLogEvents")},
    ),
    Person(GATEWAY_USER, age=97, keys=(Key(LOGS, 10, 30),), attached=("CloudWatchLogsAPIKeyAccess",)),
    Person("ci-mirror", age=400, keys=(Key(CODECOMMIT, 400, enabled=False),), group="ci"),
    Person(
        "keyspaces-etl",
        age=320,
        keys=(Key(CASSANDRA, 320),),
        inline={"tables": allow("cassandra:Select", "cassandra:Modify")},
    ),
    Person(
        "metrics-agent",
        age=200,
        keys=(Key(CLOUDWATCH, 95, 90), Key(CLOUDWATCH, 30, 90)),
        attached=("CloudWatchAPIKeyAccess",),
    ),
    Person(
        "claude-batch",
        age=65,
        keys=(Key(ANTHROPIC, 65, 365),),
        inline={"inference": allow("aws-external-anthropic:CallWithBearerToken")},
    ),
    Person(
        QUARANTINED,
        age=180,
        # AWS's quarantine stops neither: the Bedrock key works on.
        keys=(Key(LOGS, 100, 90), Key(BEDROCK, 180)),
        attached=("AmazonBedrockFullAccess", "AWSCompromisedKeyQuarantineV2"),
        access_key_ages=(180,),
    ),
    Person(
        "cloudwatch-logs-api-key-7f3q",
        age=45,
        keys=(Key(LOGS, 45, 90, enabled=False),),
        attached=("CloudWatchLogsAPIKeyAccess",),
    ),
    Person(
        "legacy-shipper",
        age=600,
        keys=(Key(LOGS, 600, enabled=False), Key(LOGS, 150, 365)),
        inline={"everything-in-logs": allow("logs:*")},
    ),
    Person(
        ADMIN, age=900, keys=(Key(CODECOMMIT, 500),), group="operators", access_key_ages=(70,), signs_in=True
    ),
    Person(
        DEPLOYER,
        age=350,
        inline={
            "read-secrets": allow(
                "secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret", "secretsmanager:ListSecrets"
            )
        },
        access_key_ages=(20,),
    ),
)


@dataclass(frozen=True, slots=True)
class Population:
    """Who was made: the API keys in the order of the table, and the access keys, by user."""

    keys: Mapping[str, tuple[Credential, ...]]
    access_keys: Mapping[str, tuple[AccessKey, ...]]


def populate(world: World, now: datetime, rng: random.Random) -> Population:
    for group, policies in GROUPS.items():
        iam_backend().create_group(group)
        for name, document in policies.items():
            iam_backend().put_group_policy(group, name, document)
    keys, access_keys = {}, {}
    for person in PEOPLE:
        make(person, now)
        keys[person.name] = tuple(_key(world, person.name, key, now, rng) for key in person.keys)
        access_keys[person.name] = tuple(
            add_access_key(person.name, now - timedelta(days=age)) for age in person.access_key_ages
        )
    return Population(keys, access_keys)


def add_access_key(
    user: str, created: datetime, last_used: datetime | None = None, account: str = ACCOUNT
) -> AccessKey:
    key = iam_backend(account).create_access_key(user)
    key.create_date = _naive(created)
    if last_used:
        key.last_used = AccessKeyLastUsed(_naive(last_used), "iam", HOME_REGION)
    return AccessKey(key.access_key_id, key.secret_access_key)


def make(person: Person, now: datetime, account: str = ACCOUNT) -> None:
    iam = iam_backend(account)
    user = iam.create_user(HOME_REGION, person.name)
    user.create_date = _naive(now - timedelta(days=person.age, hours=16))
    for policy in person.attached:
        iam.attach_user_policy(f"arn:aws:iam::aws:policy/{policy}", person.name)
    for name, document in (person.inline or {}).items():
        iam.put_user_policy(person.name, name, document)
    if person.group:
        iam.add_user_to_group(person.group, person.name)
    if person.signs_in:
        iam.create_login_profile(person.name, "never used, never shown")


def trust(account: str, *actions: str, condition: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Lets whoever may assume roles in *account* assume this one."""
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
        "Action": ["sts:AssumeRole", *actions],
    }
    return statement | ({"Condition": condition} if condition else {})


def make_role(name: str, document: str, trusting: Mapping[str, Any], account: str = ACCOUNT) -> None:
    iam = iam_backend(account)
    iam.create_role(
        role_name=name,
        assume_role_policy_document=json.dumps({"Version": "2012-10-17", "Statement": [trusting]}),
        path="/",
        permissions_boundary=None,
        description="",
        tags=[],
        max_session_duration="43200",
    )
    iam.put_role_policy(name, "work", document)


def _key(world: World, user: str, key: Key, now: datetime, rng: random.Random) -> Credential:
    created = now - timedelta(days=key.age, hours=rng.uniform(3, 15))
    return world.part(CredentialStore).seed(
        user,
        key.service,
        created=created,
        expires=created + timedelta(days=key.life) if key.life else None,
        enabled=key.enabled,
        id=new_id(drawn=rng.randbytes),
        # The rest of the past goes by what is drawn here; the secret is nobody's guess.
        secret=base64.b64encode(
            hashlib.blake2b(rng.randbytes(45), key=_SALT, digest_size=45).digest()
        ).decode(),
    )


def _naive(time: datetime) -> Any:
    """moto's own dates are UTC without saying so."""
    return time.replace(tzinfo=None)
