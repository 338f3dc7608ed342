"""What reaches a trail's bucket, where it lies, and what does not reach it."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from sandbox.account.world import ApiCall, BearerCall
from sandbox.cloudtrail.install import CloudTrail
from sandbox.wire.server import Sandbox

Boto = Callable[..., Any]
Signed = Callable[..., ApiCall]
Bearer = Callable[..., BearerCall]
MakeTrail = Callable[..., str]
Delivered = Callable[..., dict[str, list[Any]]]

MANAGEMENT = {"Field": "eventCategory", "Equals": ["Management"]}
DATA = {"Field": "eventCategory", "Equals": ["Data"]}
BEARER = {"Field": "resources.type", "Equals": ["AWS::Logs::LogGroupAuthorization"]}
KEYS = {"FieldSelectors": [DATA, BEARER]}


def request_ids(objects: dict[str, list[Any]]) -> list[str]:
    return sorted(record["requestID"] for records in objects.values() for record in records)


def test_both_kinds_arrive_under_the_real_keys(
    cloudtrail: CloudTrail, signed: Signed, bearer: Bearer, make_trail: MakeTrail, delivered: Delivered
) -> None:
    make_trail(advanced=[{"FieldSelectors": [MANAGEMENT]}, KEYS], S3KeyPrefix="org")
    signed(request_id="one")
    bearer(request_id="two", region="us-west-2")
    cloudtrail.flush()
    objects = delivered()
    layout = re.compile(
        r"org/AWSLogs/123456789012/CloudTrail/([a-z0-9-]+)/(\d{4})/(\d\d)/(\d\d)/"
        r"123456789012_CloudTrail_\1_\2\3\4T\d{4}Z_[A-Za-z0-9]{16}\.json\.gz"
    )
    regions = {key: found[1] for key in objects if (found := layout.fullmatch(key))}
    assert regions.keys() == objects.keys()
    for key, records in objects.items():
        assert {record["awsRegion"] for record in records} == {regions[key]}
    assert {"one", "two"} <= set(request_ids(objects))


def test_a_bearer_call_as_a_data_event(
    cloudtrail: CloudTrail, bearer: Bearer, make_trail: MakeTrail, delivered: Delivered
) -> None:
    make_trail(advanced=[KEYS])
    hostile = "curl\x1b]52;c;aGk=\x07[@click=app.quit]x[/]"
    bearer(request_id="fine", user_agent=hostile)
    bearer(request_id="unknown", status=401)
    bearer(request_id="denied", status=403, error_code="AccessDeniedException", error_message="No.")
    bearer(request_id="nobody", status=401, user=None)
    cloudtrail.flush()
    (records,) = delivered().values()
    found = {record["requestID"]: record for record in records}
    assert found.keys() == {"fine", "unknown", "denied"}
    fine = found["fine"]
    assert (fine["eventName"], fine["eventSource"]) == ("CallWithBearerToken", "logs.amazonaws.com")
    assert (fine["eventCategory"], fine["managementEvent"]) == ("Data", False)
    assert fine["userAgent"] == hostile
    assert "errorCode" not in fine
    assert fine["resources"] == [
        {
            "accountId": "123456789012",
            "type": "AWS::Logs::LogGroupAuthorization",
            "ARN": "arn:aws:logs:us-east-1:123456789012:log-group:/aws/hlc-logs/app",
        }
    ]
    identity = fine["userIdentity"]
    assert (identity["type"], identity["userName"]) == ("IAMUser", "shipper")
    assert "credentialId" not in identity
    assert found["unknown"]["errorCode"] == "UnrecognizedClientException"
    denied = found["denied"]
    assert (denied["errorCode"], denied["errorMessage"]) == ("AccessDeniedException", "No.")


def test_credential_ids_only_where_the_account_has_them(
    sandbox: Sandbox, cloudtrail: CloudTrail, bearer: Bearer, make_trail: MakeTrail, delivered: Delivered
) -> None:
    make_trail(advanced=[KEYS])
    sandbox.world.settings.credential_ids = True
    bearer()
    cloudtrail.flush()
    ((record,),) = delivered().values()
    assert record["userIdentity"]["credentialId"] == "ACCAEXAMPLE1A2B3C4D5E"


def test_nothing_before_logging_starts_nor_after_it_stops(
    cloudtrail: CloudTrail, bearer: Bearer, boto: Boto, make_trail: MakeTrail, delivered: Delivered
) -> None:
    make_trail(advanced=[KEYS])
    client = boto("cloudtrail")
    client.stop_logging(Name="audit")
    bearer(request_id="off")
    client.start_logging(Name="audit")
    bearer(request_id="on")
    client.stop_logging(Name="audit")
    bearer(request_id="off-again")
    cloudtrail.flush()
    assert request_ids(delivered()) == ["on"]


def test_data_events_need_their_selector(
    cloudtrail: CloudTrail, bearer: Bearer, signed: Signed, make_trail: MakeTrail, delivered: Delivered
) -> None:
    make_trail()
    bearer(request_id="data")
    signed(request_id="management")
    cloudtrail.flush()
    found = request_ids(delivered())
    assert "management" in found
    assert "data" not in found


@pytest.mark.parametrize(
    ("selector", "taken"),
    [
        ({"ReadWriteType": "ReadOnly"}, {"read"}),
        ({"ReadWriteType": "WriteOnly"}, {"write"}),
        ({"ReadWriteType": "All", "IncludeManagementEvents": False}, set()),
        ({"ExcludeManagementEventSources": ["iam.amazonaws.com"]}, set()),
    ],
)
def test_basic_selectors(
    cloudtrail: CloudTrail,
    signed: Signed,
    make_trail: MakeTrail,
    delivered: Delivered,
    selector: dict[str, Any],
    taken: set[str],
) -> None:
    make_trail(basic=[selector])
    signed(request_id="read", operation="ListUsers", read_only=True)
    signed(request_id="write")
    cloudtrail.flush()
    assert set(request_ids(delivered())) & {"read", "write"} == taken


@pytest.mark.parametrize(
    ("fields", "taken"),
    [
        ([{"Field": "readOnly", "Equals": ["false"]}], {"CreateUser", "DeleteUser"}),
        ([{"Field": "eventName", "Equals": ["CreateUser", "GetUser"]}], {"CreateUser", "GetUser"}),
        ([{"Field": "eventName", "NotEquals": ["CreateUser", "GetUser"]}], {"DeleteUser"}),
        ([{"Field": "eventName", "StartsWith": ["Cre", "Del"]}], {"CreateUser", "DeleteUser"}),
        ([{"Field": "eventName", "NotStartsWith": ["Cre"], "EndsWith": ["User"]}], {"GetUser", "DeleteUser"}),
        ([{"Field": "eventSource", "Equals": ["kms.amazonaws.com"]}], set()),
        ([{"Field": "userIdentity.arn", "NotEndsWith": ["/alice"]}], set()),
    ],
)
def test_advanced_selectors(
    cloudtrail: CloudTrail,
    signed: Signed,
    make_trail: MakeTrail,
    delivered: Delivered,
    fields: list[dict[str, Any]],
    taken: set[str],
) -> None:
    make_trail(advanced=[{"FieldSelectors": [MANAGEMENT, *fields]}])
    signed(request_id="CreateUser", operation="CreateUser")
    signed(request_id="GetUser", operation="GetUser", read_only=True)
    signed(request_id="DeleteUser", operation="DeleteUser")
    cloudtrail.flush()
    assert set(request_ids(delivered())) & {"CreateUser", "GetUser", "DeleteUser"} == taken


def test_a_single_region_trail_sees_its_own_region(
    cloudtrail: CloudTrail, bearer: Bearer, make_trail: MakeTrail, delivered: Delivered
) -> None:
    make_trail(advanced=[KEYS], region="us-west-2", multi_region=False)
    bearer(request_id="east")
    bearer(request_id="west", region="us-west-2")
    cloudtrail.flush()
    assert request_ids(delivered()) == ["west"]


def test_every_fiftieth_comes_twice_in_different_objects(
    cloudtrail: CloudTrail, bearer: Bearer, make_trail: MakeTrail, delivered: Delivered
) -> None:
    make_trail(advanced=[KEYS])
    sent = sorted(bearer().request_id for _ in range(100))
    cloudtrail.flush()
    first = delivered()
    assert request_ids(first) == sent
    cloudtrail.flush()
    later = {key: records for key, records in delivered().items() if key not in first}
    repeated = request_ids(later)
    assert len(repeated) == 2
    assert set(repeated) <= set(sent)
    cloudtrail.flush()
    assert len(delivered()) == 2


def test_events_stand_in_no_order(
    cloudtrail: CloudTrail, sandbox: Sandbox, bearer: Bearer, make_trail: MakeTrail, delivered: Delivered
) -> None:
    make_trail(advanced=[KEYS])
    now = sandbox.world.clock.now()
    for minute in range(20):
        bearer(time=now + timedelta(minutes=minute))
    cloudtrail.flush()
    (records,) = delivered().values()
    times = [record["eventTime"] for record in records]
    assert times != sorted(times)


def test_delivery_goes_on_by_itself_and_shows_in_the_status(
    cloudtrail: CloudTrail,
    sandbox: Sandbox,
    bearer: Bearer,
    boto: Boto,
    make_trail: MakeTrail,
    delivered: Delivered,
    eventually: Callable[..., Any],
) -> None:
    make_trail(advanced=[KEYS])
    bearer(request_id="one")
    assert delivered() == {}
    assert "LatestDeliveryTime" not in boto("cloudtrail").get_trail_status(Name="audit")
    sandbox.world.clock.advance(timedelta(seconds=sandbox.world.settings.trail_delay))
    assert request_ids(eventually(delivered)) == ["one"]
    status = boto("cloudtrail").get_trail_status(Name="audit")
    assert status["LatestDeliveryTime"] is not None
    assert "LatestDeliveryError" not in status


def test_a_bucket_that_shuts_out_cloudtrail_is_an_error_in_the_status(
    cloudtrail: CloudTrail, bearer: Bearer, boto: Boto, make_trail: MakeTrail, delivered: Delivered
) -> None:
    make_trail(advanced=[KEYS])
    boto("s3").delete_bucket_policy(Bucket="audit-trail")
    bearer()
    cloudtrail.flush()
    assert delivered() == {}
    status = boto("cloudtrail").get_trail_status(Name="audit")
    assert status["LatestDeliveryError"] == "AccessDenied"
    assert "LatestDeliveryTime" not in status
    boto("s3").delete_bucket(Bucket="audit-trail")
    bearer()
    cloudtrail.flush()
    assert boto("cloudtrail").get_trail_status(Name="audit")["LatestDeliveryError"] == "NoSuchBucket"


def test_a_reset_account_leaves_no_thread_behind(sandbox: Sandbox) -> None:
    def delivering() -> int:
        return sum(thread.name == "cloudtrail-delivery" for thread in threading.enumerate())

    assert delivering() == 1
    sandbox.reset()
    assert delivering() == 1
