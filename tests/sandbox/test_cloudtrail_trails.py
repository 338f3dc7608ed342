"""Trails and their selectors through the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.server import Sandbox

Boto = Callable[..., Any]

BEARER_EVENTS = {
    "Name": "keys",
    "FieldSelectors": [
        {"Field": "eventCategory", "Equals": ["Data"]},
        {"Field": "resources.type", "Equals": ["AWS::Logs::LogGroupAuthorization"]},
    ],
}
MANAGEMENT = {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}


def refusal(call: Callable[[], Any]) -> str:
    with pytest.raises(ClientError) as refused:
        call()
    return str(refused.value.response["Error"]["Code"])


def test_a_new_trail_is_not_logging_and_has_the_default_selectors(boto: Boto, trail_bucket: str) -> None:
    client = boto("cloudtrail")
    client.create_trail(Name="audit", S3BucketName=trail_bucket)
    status = client.get_trail_status(Name="audit")
    assert status["IsLogging"] is False
    assert "LatestDeliveryTime" not in status
    assert "StartLoggingTime" not in status
    answer = client.get_event_selectors(TrailName="audit")
    (selector,) = answer["EventSelectors"]
    assert (selector["ReadWriteType"], selector["IncludeManagementEvents"]) == ("All", True)
    assert "AdvancedEventSelectors" not in answer
    (trail,) = client.describe_trails()["trailList"]
    assert trail["HasCustomEventSelectors"] is False


def test_put_event_selectors_overwrites(make_trail: Callable[..., str], boto: Boto) -> None:
    make_trail(basic=[{"ReadWriteType": "WriteOnly", "IncludeManagementEvents": True}])
    client = boto("cloudtrail")
    client.put_event_selectors(TrailName="audit", AdvancedEventSelectors=[MANAGEMENT])
    client.put_event_selectors(TrailName="audit", AdvancedEventSelectors=[BEARER_EVENTS])
    answer = client.get_event_selectors(TrailName="audit")
    assert answer["AdvancedEventSelectors"] == [BEARER_EVENTS]
    assert "EventSelectors" not in answer
    client.put_event_selectors(TrailName="audit", EventSelectors=[{"ReadWriteType": "ReadOnly"}])
    answer = client.get_event_selectors(TrailName="audit")
    assert answer["EventSelectors"] == [{"ReadWriteType": "ReadOnly"}]
    assert "AdvancedEventSelectors" not in answer
    assert client.describe_trails()["trailList"][0]["HasCustomEventSelectors"] is True


@pytest.mark.parametrize(
    "fields",
    [
        [{"Field": "eventCategory", "Equals": ["Data"]}],
        [{"Field": "resources.type", "Equals": ["AWS::Logs::LogGroupAuthorization"]}],
        [{"Field": "eventCategory", "Equals": ["Management"]}, {"Field": "nonsense", "Equals": ["x"]}],
        [{"Field": "eventCategory", "Equals": ["Management"]}, {"Field": "eventName"}],
    ],
)
def test_selectors_that_are_refused(
    make_trail: Callable[..., str], boto: Boto, fields: list[dict[str, Any]]
) -> None:
    make_trail(advanced=[BEARER_EVENTS])
    client = boto("cloudtrail")
    refused = {"TrailName": "audit", "AdvancedEventSelectors": [{"FieldSelectors": fields}]}
    assert refusal(lambda: client.put_event_selectors(**refused)) == "InvalidEventSelectorsException"
    assert client.get_event_selectors(TrailName="audit")["AdvancedEventSelectors"] == [BEARER_EVENTS]


def test_a_multi_region_trail_casts_shadows(make_trail: Callable[..., str], boto: Boto) -> None:
    arn = make_trail("everywhere")
    make_trail("here", multi_region=False)
    west = boto("cloudtrail", region="us-west-2")
    (shadow,) = west.describe_trails()["trailList"]
    assert (shadow["TrailARN"], shadow["HomeRegion"]) == (arn, "us-east-1")
    assert west.describe_trails(includeShadowTrails=False)["trailList"] == []
    assert west.get_trail_status(Name=arn)["IsLogging"] is True
    assert refusal(lambda: west.get_trail_status(Name="everywhere")) == "TrailNotFoundException"
    assert refusal(lambda: west.stop_logging(Name=arn)) == "InvalidHomeRegionException"
    at_home = boto("cloudtrail").describe_trails(trailNameList=["here"])["trailList"]
    assert [trail["Name"] for trail in at_home] == ["here"]


def test_start_and_stop_are_dated(make_trail: Callable[..., str], boto: Boto, sandbox: Sandbox) -> None:
    before = sandbox.world.clock.now().replace(microsecond=0)
    make_trail()
    client = boto("cloudtrail")
    client.stop_logging(Name="audit")
    status = client.get_trail_status(Name="audit")
    assert status["IsLogging"] is False
    assert before <= status["StartLoggingTime"] <= status["StopLoggingTime"]


def test_a_deleted_trail_is_gone(make_trail: Callable[..., str], boto: Boto) -> None:
    arn = make_trail()
    client = boto("cloudtrail")
    client.delete_trail(Name=arn)
    assert client.describe_trails()["trailList"] == []
    assert refusal(lambda: client.delete_trail(Name=arn)) == "TrailNotFoundException"
    assert refusal(lambda: client.get_event_selectors(TrailName=arn)) == "TrailNotFoundException"


def test_a_bucket_must_let_cloudtrail_in(boto: Boto, make_trail: Callable[..., str]) -> None:
    make_trail()
    boto("s3").create_bucket(Bucket="closed")
    client = boto("cloudtrail")
    closed = {"Name": "other", "S3BucketName": "closed"}
    assert refusal(lambda: client.create_trail(**closed)) == "InsufficientS3BucketPolicyException"
    absent = {"Name": "other", "S3BucketName": "not-there"}
    assert refusal(lambda: client.create_trail(**absent)) == "S3BucketDoesNotExistException"
    moved = {"Name": "audit", "S3BucketName": "closed"}
    assert refusal(lambda: client.update_trail(**moved)) == "InsufficientS3BucketPolicyException"
    (trail,) = client.describe_trails()["trailList"]
    assert trail["S3BucketName"] == "audit-trail"
    again = {"Name": "audit", "S3BucketName": "audit-trail"}
    assert refusal(lambda: client.create_trail(**again)) == "TrailAlreadyExistsException"
