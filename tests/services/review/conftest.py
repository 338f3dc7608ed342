"""Records as CloudTrail writes them, and an account whose keys are used over HTTP and recorded by a trail."""

from __future__ import annotations

import gzip
import json
import uuid
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sandbox.cloudtrail.install import CloudTrail
from sandbox.scenario.sender import Sender
from sandbox.wire.server import Sandbox
from services.aws.session import AwsSession
from services.review.model import Window
from services.review.record import Event, decode, event
from tests.services.review.tampered import Account

ACCOUNT = "123456789012"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
BUCKET = "trail-bucket"
GROUP, STREAM = "/aws/hlc-logs/app", "one"

Record = Callable[..., dict[str, Any]]


@pytest.fixture
def noon() -> datetime:
    return NOON


@pytest.fixture
def window() -> Window:
    return Window(NOON - timedelta(days=1), NOON + timedelta(days=1))


@pytest.fixture
def record() -> Record:
    """A management event of alice's at noon; any field may be given, `user` and `minutes` for short."""

    def make(*, user: str = "alice", minutes: float = 0, **fields: Any) -> dict[str, Any]:
        return {
            "eventVersion": "1.11",
            "userIdentity": {
                "type": "IAMUser",
                "arn": f"arn:aws:iam::{ACCOUNT}:user/{user}",
                "accountId": ACCOUNT,
                "accessKeyId": "AKIAEXAMPLE",
                "userName": user,
            },
            "eventTime": f"{NOON + timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%SZ}",
            "eventSource": "iam.amazonaws.com",
            "eventName": "ListUsers",
            "awsRegion": "us-east-1",
            "sourceIPAddress": "198.51.100.7",
            "userAgent": "aws-cli/2.31.0",
            "requestParameters": None,
            "responseElements": None,
            "eventID": str(uuid.uuid4()),
            "readOnly": True,
            "managementEvent": True,
            "recipientAccountId": ACCOUNT,
        } | fields

    return make


@pytest.fixture
def bearer(record: Record) -> Record:
    """Use of an API key of alice's, of the key *credential* where it is given."""

    def make(*, credential: str | None = None, user: str = "alice", **fields: Any) -> dict[str, Any]:
        made = record(user=user) | {
            "eventSource": "logs.amazonaws.com",
            "eventName": "CallWithBearerToken",
            "requestParameters": {"logGroupName": GROUP},
            "resources": [{"type": "AWS::Logs::LogGroupAuthorization", "ARN": f"arn:x:log-group:{GROUP}"}],
            "readOnly": False,
            "managementEvent": False,
        }
        del made["userIdentity"]["accessKeyId"]
        if credential:
            made["userIdentity"]["credentialId"] = credential
        minutes = fields.pop("minutes", 0)
        return made | {"eventTime": f"{NOON + timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%SZ}"} | fields

    return make


@pytest.fixture
def as_event() -> Callable[[dict[str, Any]], Event]:
    def make(made: dict[str, Any]) -> Event:
        raw = json.dumps(made).encode()
        return event(decode(raw), raw)

    return make


@pytest.fixture
def packed() -> Callable[..., bytes]:
    """An object of a trail with these records."""

    def pack(*records: dict[str, Any]) -> bytes:
        return gzip.compress(json.dumps({"Records": list(records)}, separators=(",", ":")).encode())

    return pack


@pytest.fixture
async def aws(sandbox: Sandbox) -> AsyncIterator[AwsSession]:
    async with AwsSession(regions=("us-east-1", "us-west-2")) as session:
        yield session


@pytest.fixture
def cloudtrail(sandbox: Sandbox) -> CloudTrail:
    """Delivers only when told to, and never throttles."""
    sandbox.world.settings.lookup_per_second = None
    sandbox.world.settings.trail_delay = 3600
    return sandbox.world.part(CloudTrail)


@pytest.fixture
def bucket(boto: Callable[..., Any]) -> str:
    """A bucket that CloudTrail may write to."""
    s3, arn = boto("s3"), f"arn:aws:s3:::{BUCKET}"
    s3.create_bucket(Bucket=BUCKET)
    allowed = {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}}
    statements = [
        allowed | {"Action": "s3:GetBucketAcl", "Resource": arn},
        allowed | {"Action": "s3:PutObject", "Resource": f"{arn}/*"},
    ]
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps({"Version": "2012-10-17", "Statement": statements}))
    return BUCKET


@pytest.fixture
def make_trail(cloudtrail: CloudTrail, boto: Callable[..., Any], bucket: str) -> Callable[..., str]:
    """Makes a trail that is logging, with these advanced selectors."""

    def make(
        *selectors: dict[str, Any], name: str = "audit", region: str = "us-east-1", **options: Any
    ) -> str:
        client = boto("cloudtrail", region=region)
        made = client.create_trail(
            **{"Name": name, "S3BucketName": bucket, "IsMultiRegionTrail": True} | options
        )
        if selectors:
            client.put_event_selectors(TrailName=name, AdvancedEventSelectors=list(selectors))
        client.start_logging(Name=name)
        return str(made["TrailARN"])

    return make


@pytest.fixture
def put(boto: Callable[..., Any], packed: Callable[..., bytes]) -> Callable[..., str]:
    """Puts an object into the bucket as CloudTrail would, of these records or these bytes."""

    def store(
        *records: dict[str, Any],
        body: bytes | None = None,
        day: datetime = NOON,
        region: str = "us-east-1",
        root: str = f"AWSLogs/{ACCOUNT}",
    ) -> str:
        name = f"{ACCOUNT}_CloudTrail_{region}_{day:%Y%m%dT%H%MZ}_{uuid.uuid4().hex[:16]}.json.gz"
        key = f"{root}/CloudTrail/{region}/{day:%Y/%m/%d}/{name}"
        boto("s3").put_object(Bucket=BUCKET, Key=key, Body=packed(*records) if body is None else body)
        return key

    return store


@pytest.fixture
def leaked(boto: Callable[..., Any]) -> dict[str, str]:
    """A key of alice's that may be used: its KeyId and its Token."""
    iam, logs = boto("iam"), boto("logs")
    iam.create_user(UserName="alice")
    iam.attach_user_policy(UserName="alice", PolicyArn="arn:aws:iam::aws:policy/CloudWatchLogsAPIKeyAccess")
    logs.create_log_group(logGroupName=GROUP)
    logs.create_log_stream(logGroupName=GROUP, logStreamName=STREAM)
    logs.put_bearer_token_authentication(logGroupIdentifier=GROUP, bearerTokenAuthenticationEnabled=True)
    made = iam.create_service_specific_credential(UserName="alice", ServiceName="logs.amazonaws.com")
    credential = made["ServiceSpecificCredential"]
    return {"id": credential["ServiceSpecificCredentialId"], "token": credential["ServiceCredentialSecret"]}


@pytest.fixture
def post(sandbox: Sandbox, leaked: dict[str, str]) -> Callable[..., int | None]:
    """Posts with the leaked token over HTTP, and answers with the status."""

    def send(address: str = "203.0.113.66", agent: str = "curl/8.5.0") -> int | None:
        sender = Sender(sandbox.endpoint_url, GROUP, STREAM)
        try:
            return sender.post(leaked["token"], b'{"event":"x"}', address=address, agent=agent)
        finally:
            sender.close()

    return send


@pytest.fixture
def account(
    boto: Callable[..., Any],
    cloudtrail: CloudTrail,
    sandbox: Sandbox,
    make_trail: Callable[..., str],
    bearer: Record,
    record: Record,
) -> Account:
    return Account(boto, cloudtrail, sandbox, make_trail, bearer, record)
