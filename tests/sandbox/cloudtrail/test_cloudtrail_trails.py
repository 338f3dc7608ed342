"""Trails and their selectors through the API."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.cloudtrail.install import CloudTrail
from sandbox.wire.server import Sandbox
from tests.principals import session_key

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


@pytest.mark.parametrize("name", ["my-_trail", "my--trail", "192.168.5.4", "ab", "-audit"])
def test_names_that_are_refused(boto: Boto, trail_bucket: str, name: str) -> None:
    made = {"Name": name, "S3BucketName": trail_bucket}
    assert refusal(lambda: boto("cloudtrail").create_trail(**made)) == "InvalidTrailNameException"


S3_OBJECT = {"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::mine/"]}
OBJECTS = {"Field": "resources.ARN", "StartsWith": ["arn:aws:s3:::mine/"]}
IS_MANAGEMENT = {"Field": "eventCategory", "Equals": ["Management"]}


@pytest.mark.parametrize(
    "given",
    [
        {"EventSelectors": [{"ReadWriteType": "All"}], "AdvancedEventSelectors": [MANAGEMENT]},
        {"EventSelectors": [{"ReadWriteType": "All"}] * 6},
        {"EventSelectors": [{"ReadWriteType": "read-only"}]},
        {"EventSelectors": [{"DataResources": [{"Type": "AWS::SNS::Topic", "Values": ["x"]}]}]},
        {"EventSelectors": [{"DataResources": [S3_OBJECT | {"Values": [str(n) for n in range(251)]}]}]},
        {"AdvancedEventSelectors": [{"FieldSelectors": [IS_MANAGEMENT, OBJECTS]}]},
        {"AdvancedEventSelectors": [{"FieldSelectors": [IS_MANAGEMENT, IS_MANAGEMENT]}]},
        {"AdvancedEventSelectors": [{"FieldSelectors": [{"Field": "eventCategory", "StartsWith": ["Man"]}]}]},
        {
            "AdvancedEventSelectors": [
                {"FieldSelectors": [IS_MANAGEMENT, {"Field": "readOnly", "Equals": ["yes"]}]}
            ]
        },
        {
            "AdvancedEventSelectors": [
                {"FieldSelectors": [*BEARER_EVENTS["FieldSelectors"], OBJECTS | {"StartsWith": ["x"] * 499}]}
            ]
        },
    ],
)
def test_combinations_that_are_refused(
    make_trail: Callable[..., str], boto: Boto, given: dict[str, Any]
) -> None:
    make_trail(advanced=[BEARER_EVENTS])
    client = boto("cloudtrail")
    asked = {"TrailName": "audit", **given}
    assert refusal(lambda: client.put_event_selectors(**asked)) == "InvalidEventSelectorsException"
    assert client.get_event_selectors(TrailName="audit")["AdvancedEventSelectors"] == [BEARER_EVENTS]
    asked = {"TrailName": "nobodys", "EventSelectors": [{"ReadWriteType": "All"}]}
    assert refusal(lambda: client.put_event_selectors(**asked)) == "TrailNotFoundException"


def test_five_trails_of_one_region_are_the_most(boto: Boto, make_trail: Callable[..., str]) -> None:
    for number in range(5):
        make_trail(f"t{number}x", region="us-west-2" if number == 0 else "us-east-1")
    sixth = {"Name": "sixth", "S3BucketName": "audit-trail"}
    assert (
        refusal(lambda: boto("cloudtrail").create_trail(**sixth)) == "MaximumNumberOfTrailsExceededException"
    )


def test_every_region_goes_with_global_events(boto: Boto, make_trail: Callable[..., str]) -> None:
    make_trail(multi_region=False, IncludeGlobalServiceEvents=False)
    client, wide = boto("cloudtrail"), {"Name": "audit", "IsMultiRegionTrail": True}
    assert refusal(lambda: client.update_trail(**wide)) == "InvalidParameterCombinationException"
    client.update_trail(**wide, IncludeGlobalServiceEvents=True)
    assert client.get_trail(Name="audit")["Trail"]["IsMultiRegionTrail"] is True


def test_a_trail_of_the_organization_is_seen_by_its_members_and_changed_by_none_of_them(
    boto: Boto, trail_bucket: str, make_trail: Callable[..., str], cloudtrail: CloudTrail
) -> None:
    client, organizations = boto("cloudtrail"), boto("organizations")
    wanted = {"Name": "whole", "S3BucketName": trail_bucket, "IsOrganizationTrail": True}
    assert refusal(lambda: client.create_trail(**wanted)) == "OrganizationsNotInUseException"
    organization = organizations.create_organization(FeatureSet="ALL")["Organization"]["Id"]
    assert refusal(lambda: client.create_trail(**wanted)) == "CloudTrailAccessNotEnabledException"
    organizations.enable_aws_service_access(ServicePrincipal="cloudtrail.amazonaws.com")
    arn = make_trail("whole", IsOrganizationTrail=True)
    made = organizations.create_account(AccountName="m", Email="m@example.com")["CreateAccountStatus"]
    role = f"arn:aws:iam::{made['AccountId']}:role/audit"
    key = boto("sts").assume_role(RoleArn=role, RoleSessionName="night")["Credentials"]
    member = boto("cloudtrail", key=session_key(key))
    (seen,) = member.describe_trails()["trailList"]
    assert (seen["TrailARN"], seen["IsOrganizationTrail"]) == (arn, True)
    assert member.get_trail_status(Name=arn)["IsLogging"] is True
    assert refusal(lambda: member.get_trail_status(Name="whole")) == "TrailNotFoundException"
    for call in (member.stop_logging, member.start_logging, member.delete_trail, member.update_trail):
        assert refusal(partial(call, Name=arn)) == "NotOrganizationMasterAccountException"
    boto("s3", key=session_key(key)).create_bucket(Bucket="members")
    theirs = wanted | {"Name": "another", "S3BucketName": "members"}
    assert refusal(lambda: member.create_trail(**theirs)) == "NotOrganizationMasterAccountException"
    boto("iam").create_user(UserName="web")
    cloudtrail.flush()
    keys = [each["Key"] for each in boto("s3").list_objects_v2(Bucket=trail_bucket)["Contents"]]
    accounts = ("123456789012", made["AccountId"])
    begin = {f"AWSLogs/{organization}/{account}/CloudTrail" for account in accounts}
    assert {"/".join(each.split("/")[:4]) for each in keys} == begin
