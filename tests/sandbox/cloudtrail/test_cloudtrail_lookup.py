"""LookupEvents: what it finds, in which order, and where it stops."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.account.world import Actor, ApiCall, BearerCall
from sandbox.cloudtrail.install import CloudTrail
from sandbox.wire.server import Sandbox

Boto = Callable[..., Any]
Signed = Callable[..., ApiCall]


def names(answer: dict[str, Any]) -> list[str]:
    return [event["EventName"] for event in answer["Events"]]


def refusal(call: Callable[[], Any]) -> str:
    with pytest.raises(ClientError) as refused:
        call()
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    return str(refused.value.response["Error"]["Code"])


def by(key: str, value: str) -> list[dict[str, str]]:
    return [{"AttributeKey": key, "AttributeValue": value}]


def test_a_call_over_http_is_in_the_history(cloudtrail: CloudTrail, boto: Boto) -> None:
    boto("iam").create_user(UserName="bob")
    found = boto("cloudtrail").lookup_events(LookupAttributes=by("ResourceName", "bob"))["Events"]
    assert len(found) == 1
    event = found[0]
    record = json.loads(event["CloudTrailEvent"])
    assert (event["EventName"], event["Username"], event["ReadOnly"]) == ("CreateUser", "responder", "false")
    assert event["EventSource"] == record["eventSource"] == "iam.amazonaws.com"
    assert event["EventId"] == record["eventID"]
    assert event["AccessKeyId"] == record["userIdentity"]["accessKeyId"]
    assert {"ResourceType": "AWS::IAM::User", "ResourceName": "bob"} in event["Resources"]
    assert record["requestParameters"] == {"userName": "bob"}
    assert record["responseElements"]["user"]["arn"] == "arn:aws:iam::123456789012:user/bob"
    assert record["eventTime"] == event["EventTime"].astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_refused_calls_are_there_with_their_error(cloudtrail: CloudTrail, boto: Boto) -> None:
    with pytest.raises(ClientError):
        boto("iam").get_user(UserName="nobody")
    (event,) = boto("cloudtrail").lookup_events(LookupAttributes=by("EventName", "GetUser"))["Events"]
    record = json.loads(event["CloudTrailEvent"])
    assert record["errorCode"] == "NoSuchEntity"
    assert record["responseElements"] is None


def test_newest_first_in_pages_that_new_events_do_not_shift(
    cloudtrail: CloudTrail, boto: Boto, signed: Signed
) -> None:
    for minute in range(120):
        signed(timedelta(minutes=minute), operation=f"Step{minute:03}", user="walker")
    client = boto("cloudtrail")
    asked: dict[str, Any] = {"LookupAttributes": by("Username", "walker")}
    page = client.lookup_events(**asked)
    seen = names(page)
    assert len(seen) == 50
    signed(operation="Later", user="walker")
    while token := page.get("NextToken"):
        page = client.lookup_events(NextToken=token, **asked)
        seen += names(page)
    assert seen == [f"Step{minute:03}" for minute in range(120)]


def test_the_last_full_page_has_no_token(cloudtrail: CloudTrail, boto: Boto, signed: Signed) -> None:
    for _ in range(3):
        signed(user="walker")
    answer = boto("cloudtrail").lookup_events(LookupAttributes=by("Username", "walker"), MaxResults=3)
    assert len(answer["Events"]) == 3
    assert "NextToken" not in answer


def test_a_role_is_named_by_its_session_and_the_root_user_as_root(
    cloudtrail: CloudTrail, boto: Boto, signed: Signed
) -> None:
    session = "arn:aws:sts::123456789012:assumed-role/deploy/run-7"
    signed(request_id="role", actor=Actor("AssumedRole", "deploy", session, "ASIAROLE"))
    signed(request_id="root", actor=Actor("Root", None, "arn:aws:iam::123456789012:root", None))
    for username, request_id in (("run-7", "role"), ("root", "root")):
        (event,) = boto("cloudtrail").lookup_events(LookupAttributes=by("Username", username))["Events"]
        record = json.loads(event["CloudTrailEvent"])
        assert record["requestID"] == request_id
        assert "userName" not in record["userIdentity"]


def test_ninety_days_and_no_more(cloudtrail: CloudTrail, boto: Boto, signed: Signed) -> None:
    signed(timedelta(days=89), operation="Kept", user="walker")
    signed(timedelta(days=91), operation="Gone", user="walker")
    asked = {"LookupAttributes": by("Username", "walker"), "StartTime": datetime(2020, 1, 1, tzinfo=UTC)}
    assert names(boto("cloudtrail").lookup_events(**asked)) == ["Kept"]


def test_start_and_end(cloudtrail: CloudTrail, sandbox: Sandbox, boto: Boto, signed: Signed) -> None:
    for hour in range(5):
        signed(timedelta(hours=hour), operation=f"H{hour}", user="walker")
    now = sandbox.world.clock.now()
    found = boto("cloudtrail").lookup_events(
        LookupAttributes=by("Username", "walker"),
        StartTime=now - timedelta(hours=3, minutes=30),
        EndTime=now - timedelta(hours=1, minutes=30),
    )
    assert names(found) == ["H2", "H3"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("EventName", "CreateAccessKey"),
        ("EventSource", "sts.amazonaws.com"),
        ("ReadOnly", "true"),
        ("Username", "mallory"),
        ("AccessKeyId", "AKIAMALLORY"),
        ("ResourceType", "AWS::IAM::Role"),
        ("ResourceName", "loot"),
    ],
)
def test_each_attribute_finds_its_own(
    cloudtrail: CloudTrail, boto: Boto, signed: Signed, key: str, value: str
) -> None:
    odd = signed(user="odd")
    signs: dict[str, dict[str, Any]] = {
        "EventName": {"operation": "CreateAccessKey"},
        "EventSource": {"service": "sts"},
        "ReadOnly": {"read_only": True},
        "Username": {"user": "mallory"},
        "AccessKeyId": {"actor": Actor("IAMUser", "m", "arn:aws:iam::1:user/m", "AKIAMALLORY")},
        "ResourceType": {"params": {"roleName": "r"}},
        "ResourceName": {"params": {"userName": "loot"}},
    }
    wanted = signed(request_id="wanted", **signs[key])
    found = boto("cloudtrail").lookup_events(LookupAttributes=by(key, value))["Events"]
    assert "wanted" in [json.loads(event["CloudTrailEvent"])["requestID"] for event in found]
    assert odd.request_id not in [json.loads(event["CloudTrailEvent"])["requestID"] for event in found]
    assert wanted.request_id == "wanted"


def test_a_region_has_its_own_history(cloudtrail: CloudTrail, boto: Boto, signed: Signed) -> None:
    signed(service="logs", operation="PutBearerTokenAuthentication", region="us-west-2", user="walker")
    signed(service="iam", operation="ListUsers", user="walker")
    mine = {"LookupAttributes": by("Username", "walker")}
    west = boto("cloudtrail", region="us-west-2").lookup_events(**mine)
    assert names(west) == ["PutBearerTokenAuthentication"]
    assert names(boto("cloudtrail").lookup_events(**mine)) == ["ListUsers"]


def test_data_events_never(
    cloudtrail: CloudTrail, boto: Boto, bearer: Callable[..., BearerCall], make_trail: Callable[..., str]
) -> None:
    make_trail()
    bearer()
    answer = boto("cloudtrail").lookup_events(LookupAttributes=by("EventName", "CallWithBearerToken"))
    assert answer["Events"] == []


def test_history_comes_late_when_told_to(
    cloudtrail: CloudTrail, sandbox: Sandbox, boto: Boto, signed: Signed
) -> None:
    sandbox.world.settings.history_delay = 900
    signed(user="walker")
    asked = {"LookupAttributes": by("Username", "walker")}
    assert names(boto("cloudtrail").lookup_events(**asked)) == []
    sandbox.world.clock.advance(timedelta(seconds=901))
    assert names(boto("cloudtrail").lookup_events(**asked)) == ["CreateUser"]


def test_more_than_two_a_second_are_throttled_by_region(sandbox: Sandbox, boto: Boto) -> None:
    client = boto("cloudtrail")

    def hurry() -> None:
        for _ in range(20):
            client.lookup_events(MaxResults=1)

    assert refusal(hurry) == "ThrottlingException"
    boto("cloudtrail", region="eu-west-1").lookup_events(MaxResults=1)


def test_what_is_refused(cloudtrail: CloudTrail, boto: Boto, signed: Signed) -> None:
    client = boto("cloudtrail")
    for _ in range(2):
        signed(user="walker")
    two = by("Username", "a") + by("EventName", "b")
    assert refusal(lambda: client.lookup_events(LookupAttributes=two)) == "InvalidLookupAttributesException"
    wrong = by("Nonsense", "x")
    assert refusal(lambda: client.lookup_events(LookupAttributes=wrong)) == "InvalidLookupAttributesException"
    now = datetime.now(UTC)
    backwards = {"StartTime": now, "EndTime": now - timedelta(hours=1)}
    assert refusal(lambda: client.lookup_events(**backwards)) == "InvalidTimeRangeException"
    assert refusal(lambda: client.lookup_events(NextToken="rubbish")) == "InvalidNextTokenException"
    token = client.lookup_events(LookupAttributes=by("Username", "walker"), MaxResults=1)["NextToken"]
    other = {"LookupAttributes": by("Username", "someone"), "NextToken": token}
    assert refusal(lambda: client.lookup_events(**other)) == "InvalidNextTokenException"
    unchecked = boto("cloudtrail", parameter_validation=False)
    assert refusal(lambda: unchecked.lookup_events(MaxResults=51)) == "InvalidMaxResultsException"
