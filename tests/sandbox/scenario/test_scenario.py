"""The leaked-key scenario, as an outsider with boto3 finds it."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.cloudtrail.install import CloudTrail
from sandbox.scenario.cast import ATTACKER_ADDRESSES, KeyInUse, Scenario
from sandbox.scenario.registry import SCENARIOS
from sandbox.scenario.sender import Sender, collector_body
from sandbox.wire.server import Sandbox

Boto = Callable[..., Any]
BUCKET = "api-key-audit-123456789012"


@pytest.fixture
def scenario(sandbox: Sandbox) -> Scenario:
    sandbox.world.settings.lookup_per_second = None
    return SCENARIOS["leaked-key"](sandbox.world)


@pytest.fixture
def leaked(scenario: Scenario) -> KeyInUse:
    assert scenario.leaked is not None
    return scenario.leaked


@pytest.fixture
def keys(scenario: Scenario, boto: Boto) -> list[dict[str, Any]]:
    answer = boto("iam").list_service_specific_credentials(AllUsers=True)
    return list(answer["ServiceSpecificCredentials"])


def delivered(boto: Boto, region: str = "") -> Iterator[dict[str, Any]]:
    s3 = boto("s3")
    prefix = f"AWSLogs/123456789012/CloudTrail/{region}"
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix):
        for item in page["Contents"]:
            with s3.get_object(Bucket=BUCKET, Key=item["Key"])["Body"] as body:
                yield from json.loads(gzip.decompress(body.read()))["Records"]


def history(boto: Boto, **attribute: str) -> list[dict[str, Any]]:
    ((key, value),) = attribute.items()
    pages = boto("cloudtrail").get_paginator("lookup_events")
    found = pages.paginate(LookupAttributes=[{"AttributeKey": key, "AttributeValue": value}])
    return [json.loads(event["CloudTrailEvent"]) for page in found for event in page["Events"]]


def when(record: dict[str, Any]) -> datetime:
    return datetime.strptime(record["eventTime"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def test_sixteen_keys_in_every_state_and_of_many_services(keys: list[dict[str, Any]]) -> None:
    assert len(keys) == 16
    assert {key["Status"] for key in keys} == {"Active", "Inactive", "Expired"}
    assert {key["ServiceName"].partition(".")[0] for key in keys} == {
        "logs",
        "bedrock",
        "cloudwatch",
        "codecommit",
        "cassandra",
        "aws-external-anthropic",
    }
    assert len({key["UserName"] for key in keys}) >= 11
    now = datetime.now(UTC)
    left = [key["ExpirationDate"] - now for key in keys if "ExpirationDate" in key]
    assert any(timedelta(days=6) < each < timedelta(days=7) for each in left)
    assert any(now - key["CreateDate"] > timedelta(days=90) for key in keys)
    active = Counter((key["UserName"], key["ServiceName"]) for key in keys if key["Status"] == "Active")
    assert active["vendor-a", "logs.amazonaws.com"] == 2


def test_one_key_is_the_leaked_one(keys: list[dict[str, Any]], leaked: KeyInUse) -> None:
    of_user = [key for key in keys if key["UserName"] == "cloudwatch-logs-hlc"]
    assert [key["ServiceSpecificCredentialId"] for key in of_user] == [leaked.key_id]
    (key,) = of_user
    assert (key["Status"], key["ServiceName"]) == ("Active", "logs.amazonaws.com")
    assert "ExpirationDate" not in key


def test_users_hold_more_than_keys(scenario: Scenario, boto: Boto) -> None:
    iam = boto("iam")
    assert 12 <= len(iam.list_users()["Users"]) <= 15
    assert len(iam.list_access_keys(UserName="cloudwatch-logs-hlc")["AccessKeyMetadata"]) == 2
    assert iam.get_login_profile(UserName="dana")["LoginProfile"]["UserName"] == "dana"
    with pytest.raises(ClientError, match="NoSuchEntity"):
        iam.get_login_profile(UserName="vendor-a")
    attached = iam.list_attached_user_policies(UserName="contractor-lee")["AttachedPolicies"]
    assert "AWSCompromisedKeyQuarantineV2" in [policy["PolicyName"] for policy in attached]
    attached = iam.list_attached_user_policies(UserName="cloudwatch-logs-hlc")["AttachedPolicies"]
    assert [policy["PolicyName"] for policy in attached] == ["CloudWatchLogsAPIKeyAccess"]
    groups = iam.list_groups_for_user(UserName="ci-mirror")["Groups"]
    assert [group["GroupName"] for group in groups] == ["ci"]
    assert iam.list_user_policies(UserName="vendor-a")["PolicyNames"] == ["ship"]


def test_five_groups_of_which_three_take_bearer_tokens(scenario: Scenario, boto: Boto) -> None:
    logs = boto("logs")
    groups = logs.describe_log_groups()["logGroups"]
    assert len(groups) == 5
    assert sum(group["bearerTokenAuthenticationEnabled"] for group in groups) == 3
    streams = logs.describe_log_streams(logGroupName="/aws/hlc-logs/my-application")["logStreams"]
    assert "application-stream-001" in [stream["logStreamName"] for stream in streams]


def test_the_leaked_token_and_the_shippers_tokens_work(
    scenario: Scenario, leaked: KeyInUse, sandbox: Sandbox
) -> None:
    for key in (leaked, *scenario.shippers):
        sender = Sender(sandbox.endpoint_url, key.log_group, key.log_stream)
        assert sender.post(key.token, collector_body("x", 1), address="192.0.2.1", agent="test") == 200
        sender.close()


def test_the_trail_records_both_kinds_everywhere(
    scenario: Scenario, boto: Boto, sandbox: Sandbox, bearer: Callable[..., Any]
) -> None:
    client = boto("cloudtrail", region="eu-west-1")
    (trail,) = client.describe_trails()["trailList"]
    assert (trail["Name"], trail["S3BucketName"]) == ("api-key-audit", BUCKET)
    assert client.get_trail_status(Name=trail["TrailARN"])["IsLogging"] is True
    selectors = client.get_event_selectors(TrailName=trail["TrailARN"])["AdvancedEventSelectors"]
    wanted = [field["Equals"] for each in selectors for field in each["FieldSelectors"]]
    assert wanted == [["Management"], ["Data"], ["AWS::Logs::LogGroupAuthorization"]]
    bearer(request_id="from-now-on", region="eu-west-1")
    sandbox.world.part(CloudTrail).flush()
    assert "from-now-on" in [record["requestID"] for record in delivered(boto, "eu-west-1")]


def test_uses_of_the_leaked_key_are_in_the_bucket_since_the_trail_began(
    scenario: Scenario, boto: Boto
) -> None:
    began = boto("cloudtrail").get_trail_status(Name="api-key-audit")["StartLoggingTime"]
    now = datetime.now(UTC)
    assert timedelta(days=4) < now - began < timedelta(days=5)
    records = list(delivered(boto))
    # Times in records are cut to the second.
    assert all(when(record) >= began - timedelta(seconds=1) for record in records)
    repeated = [n for n in Counter(record["eventID"] for record in records).values() if n > 1]
    assert repeated
    uses = [
        record
        for record in records
        if record["eventName"] == "CallWithBearerToken"
        and record["userIdentity"]["userName"] == "cloudwatch-logs-hlc"
    ]
    rightful = [record for record in uses if record["sourceIPAddress"] == "198.51.100.7"]
    hostile = [record for record in uses if record["sourceIPAddress"] in ATTACKER_ADDRESSES]
    assert len(rightful) + len(hostile) == len(uses)
    assert {record["userAgent"] for record in rightful} == {"Fluent-Bit"}
    assert min(map(when, rightful)) < began + timedelta(hours=1)
    assert timedelta(hours=1, minutes=50) < now - min(map(when, hostile)) < timedelta(hours=2, minutes=1)
    assert any("\x1b]52;" in record["userAgent"] and "\u202e" in record["userAgent"] for record in hostile)


def test_the_history_goes_back_a_week_and_shows_the_intrusion(
    scenario: Scenario, boto: Boto, leaked: KeyInUse
) -> None:
    did = history(boto, Username=leaked.user)
    assert {record["eventName"] for record in did} >= {"GetCallerIdentity", "ListUsers", "CreateAccessKey"}
    (planted,) = [record for record in did if record["eventName"] == "CreateAccessKey"]
    made = planted["responseElements"]["accessKey"]["accessKeyId"]
    held = boto("iam").list_access_keys(UserName=leaked.user)["AccessKeyMetadata"]
    assert made in [key["AccessKeyId"] for key in held]
    assert {record["sourceIPAddress"] for record in did} == set(ATTACKER_ADDRESSES)
    assert any(record.get("errorCode") == "AccessDenied" for record in did)
    oldest = min(map(when, history(boto, Username="dana")))
    assert timedelta(days=6) < datetime.now(UTC) - oldest < timedelta(days=8)


def test_incoming_bytes_rose_when_the_attacker_came(
    scenario: Scenario, boto: Boto, sandbox: Sandbox, leaked: KeyInUse
) -> None:
    now = sandbox.world.clock.now()
    query = {
        "Id": "bytes",
        "MetricStat": {
            "Metric": {
                "Namespace": "AWS/Logs",
                "MetricName": "IncomingBytes",
                "Dimensions": [{"Name": "LogGroupName", "Value": leaked.log_group}],
            },
            "Period": 60,
            "Stat": "Sum",
        },
    }
    answer = boto("cloudwatch").get_metric_data(
        MetricDataQueries=[query],
        StartTime=now - timedelta(hours=3),
        EndTime=now,
        ScanBy="TimestampAscending",
    )
    values = answer["MetricDataResults"][0]["Values"]
    assert 180 <= len(values) <= 182
    before, after = values[5:50], values[-40:-2]
    assert sum(after) / len(after) > 10 * sum(before) / len(before)
    assert max(before) < min(after)


def test_it_is_the_same_every_time(
    leaked: KeyInUse, keys: list[dict[str, Any]], sandbox: Sandbox, boto: Boto
) -> None:
    sandbox.reset()
    again = SCENARIOS["leaked-key"](sandbox.world)
    assert again.leaked == leaked
    listed = boto("iam").list_service_specific_credentials(AllUsers=True)["ServiceSpecificCredentials"]
    ids = [key["ServiceSpecificCredentialId"] for key in listed]
    assert ids == [key["ServiceSpecificCredentialId"] for key in keys]


def test_the_empty_scenario_is_empty(sandbox: Sandbox, boto: Boto) -> None:
    assert SCENARIOS["empty"](sandbox.world) == Scenario("empty")
    assert [user["UserName"] for user in boto("iam").list_users()["Users"]] == ["responder"]
