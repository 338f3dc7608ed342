"""An account with the trails a test makes in it, hardened as a responder would; boto3 is the witness."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.retries import standard

from sandbox.account.s3 import find_bucket
from sandbox.account.world import ApiCall
from sandbox.wire.server import Sandbox
from services.aws.session import AwsSession
from services.cases.book import CaseBook
from services.cases.case import Case
from services.goals import book
from services.goals.engine import Offer, Upkeep
from services.goals.hardening.goal import HardenGoal

REGIONS = ("us-east-1", "us-west-2")
ACCOUNT = "123456789012"
NEW, NEW_BUCKET = "stanch-key-use", f"stanch-key-use-{ACCOUNT}-us-east-1"
ROOT = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
MANAGEMENT = {
    "Name": "Management events",
    "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}],
}
KEYS = {
    "Name": "Use of CloudWatch Logs API keys",
    "FieldSelectors": [
        {"Field": "eventCategory", "Equals": ["Data"]},
        {"Field": "resources.type", "Equals": ["AWS::Logs::LogGroupAuthorization"]},
    ],
}


@dataclass
class Account:
    """What is true in it, asked with boto3."""

    boto: Callable[..., Any]

    @cached_property
    def cloudtrail(self) -> Any:
        return self.boto("cloudtrail")

    @cached_property
    def s3(self) -> Any:
        return self.boto("s3")

    def bucket(self, name: str = "records", region: str = "us-east-1") -> str:
        """One that lets CloudTrail in, and others' statement beside it."""
        place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        s3 = self.s3 if region == "us-east-1" else self.boto("s3", region=region)
        s3.create_bucket(Bucket=name, **place)
        s3.put_bucket_policy(Bucket=name, Policy=json.dumps(policy_of(name)))
        return name

    def trail(self, name: str = "audit", *, logging: bool = True, bucket: str = "", **options: Any) -> str:
        made = {"IsMultiRegionTrail": True} | options
        self.cloudtrail.create_trail(Name=name, S3BucketName=bucket or self.bucket(f"{name}-records"), **made)
        if logging:
            self.cloudtrail.start_logging(Name=name)
        return name

    def select(self, *, basic: Any = None, advanced: Any = None, trail: str = "audit") -> None:
        given = {"EventSelectors": basic} if basic else {"AdvancedEventSelectors": advanced}
        self.cloudtrail.put_event_selectors(TrailName=trail, **given)

    def selectors(self, trail: str = NEW) -> Any:
        found = self.cloudtrail.get_event_selectors(TrailName=trail)
        return found.get("AdvancedEventSelectors") or found["EventSelectors"]

    def trails(self) -> dict[str, bool]:
        """Whether each is logging, by name."""
        names = [each["Name"] for each in self.cloudtrail.describe_trails()["trailList"]]
        return {name: self.cloudtrail.get_trail_status(Name=name)["IsLogging"] for name in names}

    def described(self, trail: str = NEW) -> Any:
        return self.cloudtrail.get_trail(Name=trail)["Trail"]

    def policy(self, bucket: str = NEW_BUCKET) -> Any:
        try:
            return json.loads(self.s3.get_bucket_policy(Bucket=bucket)["Policy"])
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchBucketPolicy":
                raise
            return None

    def buckets(self) -> list[str]:
        return [each["Name"] for each in self.s3.list_buckets()["Buckets"]]

    def bucket_is_hard(self, bucket: str = NEW_BUCKET) -> bool:
        block = self.s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
        rules = self.s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
        owner = self.s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]["Rules"]
        return (
            all(block.values())
            and rules[0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
            and owner == [{"ObjectOwnership": "BucketOwnerEnforced"}]
        )


def strip(bucket: str) -> None:
    """As buckets were before AWS closed new ones by itself."""
    if found := find_bucket(bucket):
        found.public_access_block = found.encryption = found.ownership_rule = None


def policy_of(bucket: str) -> Any:
    arn, service = f"arn:aws:s3:::{bucket}", {"Service": "cloudtrail.amazonaws.com"}
    allowed = {"Effect": "Allow", "Principal": service}
    others = {
        "Effect": "Allow",
        "Principal": ROOT,
        "Action": "s3:GetObject",
    }
    statements = [
        allowed | {"Sid": "acl", "Action": ["s3:GetBucketAcl"], "Resource": arn},
        allowed | {"Sid": "write", "Action": "s3:PutObject", "Resource": f"{arn}/*"},
        others | {"Resource": f"{arn}/*"},
    ]
    return {"Version": "2012-10-17", "Statement": statements}


@pytest.fixture(autouse=True)
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries wait for no time at all."""
    monkeypatch.setattr(standard.ExponentialBackoff, "delay_amount", lambda self, context: 0)


@pytest.fixture
def account(sandbox: Sandbox, boto: Callable[..., Any]) -> Account:
    sandbox.world.settings.trail_delay = 3600
    return Account(boto)


@pytest.fixture
def sent(sandbox: Sandbox) -> list[str]:
    """Every change that AWS was asked for and acted on, from here on."""
    return changes(sandbox)


def changes(sandbox: Sandbox) -> list[str]:
    heard: list[str] = []

    def hear(call: ApiCall) -> None:
        if not call.read_only and call.error_code is None:
            heard.append(call.operation)

    sandbox.world.on_api_call.append(hear)
    return heard


@pytest.fixture
async def aws(sandbox: Sandbox) -> AsyncIterator[AwsSession]:
    async with AwsSession(regions=REGIONS) as session:
        yield session


@pytest.fixture
def cases(tmp_path: Path) -> CaseBook:
    return CaseBook(tmp_path / "state")


Harden = Callable[..., Awaitable[Case]]
Plan = Callable[..., Awaitable[Offer]]


@pytest.fixture
def plan(aws: AwsSession, cases: CaseBook) -> Plan:
    async def ask(*, undo: bool = False, **wanted: Any) -> Offer:
        upkeep = await book.look_up(aws, cases, HardenGoal(**wanted), undoing=undo)
        return await (upkeep.offer_undo() if undo else upkeep.offer())

    return ask


@pytest.fixture
def harden(aws: AwsSession, cases: CaseBook) -> Harden:
    """`await harden(trail="audit")`, or back again with `undo=True`; answers with its case."""

    async def do(*, undo: bool = False, **wanted: Any) -> Case:
        return await take(aws, cases, HardenGoal(**wanted), undo=undo)

    return do


async def take(aws: AwsSession, cases: CaseBook, goal: HardenGoal, *, undo: bool) -> Case:
    upkeep: Upkeep = await book.look_up(aws, cases, goal, undoing=undo)
    with book.begin(upkeep, cases) as case:
        await upkeep.resume()
        await (upkeep.undo() if undo else upkeep.apply())
    return case
