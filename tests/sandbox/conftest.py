"""Calls as the account's parts tell each other of them, and a bucket that CloudTrail may write to."""

from __future__ import annotations

import gzip
import json
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from sandbox.account.world import ACCOUNT, Actor, ApiCall, BearerCall
from sandbox.cloudtrail.install import CloudTrail
from sandbox.wire.server import Sandbox
from tests.patience import PATIENCE

MANAGEMENT = {"Field": "eventCategory", "Equals": ["Management"]}
DATA = {"Field": "eventCategory", "Equals": ["Data"]}
BEARER = {"Field": "resources.type", "Equals": ["AWS::Logs::LogGroupAuthorization"]}
EVERYTHING = [{"FieldSelectors": [MANAGEMENT]}, {"FieldSelectors": [DATA, BEARER]}]


@pytest.fixture
def cloudtrail(sandbox: Sandbox) -> CloudTrail:
    sandbox.world.settings.lookup_per_second = None
    sandbox.world.settings.trail_delay = 3600
    return sandbox.world.part(CloudTrail)


@pytest.fixture
def signed(sandbox: Sandbox) -> Callable[..., ApiCall]:
    """Tells the world of a signed call made *ago*; any field of ApiCall may be given."""

    def tell(ago: timedelta = timedelta(), **fields: Any) -> ApiCall:
        user = fields.pop("user", "alice")
        arn = f"arn:aws:iam::{ACCOUNT}:user/{user}"
        given: dict[str, Any] = {
            "time": sandbox.world.clock.now() - ago,
            "account": ACCOUNT,
            "region": "us-east-1",
            "service": "iam",
            "operation": "CreateUser",
            "params": {"UserName": "bob"},
            "actor": Actor("IAMUser", user, arn, "AKIAALICE"),
            "source_ip": "198.51.100.1",
            "user_agent": "aws-cli/2.31.0",
            "request_id": str(uuid.uuid4()),
            "read_only": False,
        }
        call = ApiCall(**given | fields)
        for listener in list(sandbox.world.on_api_call):
            listener(call)
        return call

    return tell


@pytest.fixture
def bearer(sandbox: Sandbox) -> Callable[..., BearerCall]:
    """Tells the world of a bearer call; any field of BearerCall may be given."""

    def tell(**fields: Any) -> BearerCall:
        given: dict[str, Any] = {
            "time": sandbox.world.clock.now(),
            "account": ACCOUNT,
            "region": "us-east-1",
            "path": "/services/collector/event",
            "user": "shipper",
            "credential_id": "ACCAEXAMPLE1A2B3C4D5E",
            "log_group": "/aws/hlc-logs/app",
            "log_stream": "one",
            "source_ip": "198.51.100.7",
            "user_agent": "Fluent-Bit",
            "request_id": str(uuid.uuid4()),
            "status": 200,
        }
        call = BearerCall(**given | fields)
        for listener in list(sandbox.world.on_bearer_call):
            listener(call)
        return call

    return tell


@pytest.fixture
def trail_bucket(boto: Callable[..., Any]) -> str:
    """A bucket with the policy that AWS's documentation gives for trails."""
    name = "audit-trail"
    s3 = boto("s3")
    s3.create_bucket(Bucket=name)
    service = {"Service": "cloudtrail.amazonaws.com"}
    arn = f"arn:aws:s3:::{name}"
    statements = [
        {"Effect": "Allow", "Principal": service, "Action": "s3:GetBucketAcl", "Resource": arn},
        {
            "Effect": "Allow",
            "Principal": service,
            "Action": "s3:PutObject",
            "Resource": f"{arn}/*",
            "Condition": {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}},
        },
    ]
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": statements}))
    return name


@pytest.fixture
def make_trail(boto: Callable[..., Any], trail_bucket: str) -> Callable[..., str]:
    """Makes a trail that is logging, with the selectors given, and answers with its ARN."""

    def make(
        name: str = "audit",
        *,
        advanced: list[dict[str, Any]] | None = None,
        basic: list[dict[str, Any]] | None = None,
        region: str = "us-east-1",
        multi_region: bool = True,
        **options: Any,
    ) -> str:
        client = boto("cloudtrail", region=region)
        made = client.create_trail(
            Name=name, S3BucketName=trail_bucket, IsMultiRegionTrail=multi_region, **options
        )
        if advanced:
            client.put_event_selectors(TrailName=name, AdvancedEventSelectors=advanced)
        if basic:
            client.put_event_selectors(TrailName=name, EventSelectors=basic)
        client.start_logging(Name=name)
        return str(made["TrailARN"])

    return make


@pytest.fixture
def delivered(boto: Callable[..., Any], trail_bucket: str) -> Callable[..., dict[str, list[Any]]]:
    """Reads the trail bucket: the records of each object by its key."""

    def read() -> dict[str, list[Any]]:
        s3 = boto("s3")
        keys = [item["Key"] for item in s3.list_objects_v2(Bucket=trail_bucket).get("Contents", ())]
        objects = {}
        for key in keys:
            with s3.get_object(Bucket=trail_bucket, Key=key)["Body"] as body:
                objects[key] = json.loads(gzip.decompress(body.read()))["Records"]
        return objects

    return read


@pytest.fixture
def eventually() -> Callable[..., Any]:
    """Asks again until the answer is true, and gives that answer; fails after *within* seconds."""

    def ask(question: Callable[[], Any], within: float = PATIENCE) -> Any:
        deadline = time.monotonic() + within
        while not (answer := question()):
            assert time.monotonic() < deadline, "not seen in time"
            time.sleep(0.02)
        return answer

    return ask
