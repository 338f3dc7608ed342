"""LookupEvents, paced; and the trails and objects as boto3 made them."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sandbox.cloudtrail.install import CloudTrail
from sandbox.wire.server import Sandbox
from services.aws import cloudtrail as wrapper
from services.aws import s3
from services.aws.cloudtrail import Pacer, lookup_events
from services.aws.errors import Denied, NotFound, Throttled
from services.aws.session import AwsSession

Boto = Callable[..., Any]


class Waits(list[float]):
    """A sleep that takes no time and remembers what was asked of it."""

    async def __call__(self, seconds: float) -> None:
        self.append(seconds)
        await asyncio.sleep(0)


@pytest.fixture
async def impatient(aws: AwsSession) -> AwsSession:
    """Tries LookupEvents once where botocore would try it four times, which takes seconds."""
    await aws.client("cloudtrail", "us-east-1", once=True)
    aws._clients["cloudtrail", "us-east-1", False] = aws._clients["cloudtrail", "us-east-1", True]
    return aws


async def names(aws: AwsSession, pacer: Pacer, **options: Any) -> list[str]:
    given: dict[str, Any] = {
        "attribute": ("Username", "responder"),
        "since": datetime.now(UTC) - timedelta(hours=1),
        "until": datetime.now(UTC),
    }
    pages = lookup_events(aws, "us-east-1", pacer, **given | options)
    return [json.loads(text)["eventName"] async for page in pages for text in page]


async def test_all_pages_newest_first(aws: AwsSession, cloudtrail: CloudTrail, boto: Boto) -> None:
    iam = boto("iam")
    for number in range(60):
        iam.create_user(UserName=f"u{number}")
    waits = Waits()
    found = await names(aws, Pacer(per_second=0.01, sleep=waits))
    assert found == ["CreateUser"] * 60
    # Two pages: one wait, less the time the first page took.
    assert len(waits) == 1
    assert 0 < waits[0] <= 100
    assert await names(aws, Pacer(sleep=waits), attribute=("EventName", "DeleteUser")) == []


async def test_an_event_of_the_last_second_is_found(
    aws: AwsSession, cloudtrail: CloudTrail, boto: Boto
) -> None:
    boto("iam").create_user(UserName="bob")
    assert await names(aws, Pacer(sleep=Waits()), until=datetime.now(UTC)) == ["CreateUser"]


async def test_two_a_second_are_never_throttled(aws: AwsSession, sandbox: Sandbox, boto: Boto) -> None:
    pacer = Pacer()
    begun = time.monotonic()
    for _ in range(3):
        await names(aws, pacer)
    # Three of them have two half seconds between them.
    assert time.monotonic() - begun >= 1.0
    sandbox.world.settings.lookup_per_second = None
    asked = [{"AttributeKey": "EventName", "AttributeValue": "LookupEvents"}]
    events = boto("cloudtrail").lookup_events(LookupAttributes=asked)["Events"]
    assert ["errorCode" in event["CloudTrailEvent"] for event in events] == [False] * 3


async def test_throttling_is_waited_out(
    impatient: AwsSession, cloudtrail: CloudTrail, sandbox: Sandbox, boto: Boto
) -> None:
    boto("iam").create_user(UserName="bob")
    sandbox.faults.add("throttle:LookupEvents:3")
    waits = Waits()
    assert await names(impatient, Pacer(sleep=waits), attribute=("EventName", "CreateUser")) == ["CreateUser"]
    assert [wait for wait in waits if wait in wrapper.BACKOFF_SECONDS] == [1.0, 2.0, 4.0]


async def test_endless_throttling_is_an_error(
    impatient: AwsSession, cloudtrail: CloudTrail, sandbox: Sandbox
) -> None:
    sandbox.faults.add("throttle:LookupEvents")
    with pytest.raises(Throttled):
        await names(impatient, Pacer(sleep=Waits()))


async def test_trails_their_status_and_their_selectors(
    aws: AwsSession, make_trail: Callable[..., str], boto: Boto
) -> None:
    advanced = {
        "Name": "use",
        "FieldSelectors": [
            {"Field": "eventCategory", "Equals": ["Data"]},
            {"Field": "resources.type", "Equals": ["AWS::Logs::LogGroupAuthorization"]},
            {"Field": "eventName", "NotEquals": ["A", "B"], "StartsWith": ["C"]},
        ],
    }
    arn = make_trail(advanced, S3KeyPrefix="logs")
    make_trail(name="west", region="us-west-2", IsMultiRegionTrail=False)
    boto("cloudtrail", region="us-west-2").stop_logging(Name="west")
    east = await wrapper.describe_trails(aws, "us-east-1")
    west = {trail.name: trail for trail in await wrapper.describe_trails(aws, "us-west-2")}
    assert [trail.name for trail in east] == ["audit"]
    assert west.keys() == {"audit", "west"}
    assert (east[0].arn, east[0].home_region, east[0].multi_region) == (arn, "us-east-1", True)
    assert (east[0].bucket, east[0].prefix, west["west"].prefix) == ("trail-bucket", "logs", None)
    selectors = await wrapper.event_selectors(aws, west["audit"])
    (found,) = selectors.advanced
    assert found.fields[0].tests == (("Equals", ("Data",)),)
    assert set(found.fields[2].tests) == {("NotEquals", ("A", "B")), ("StartsWith", ("C",))}
    (basic,) = (await wrapper.event_selectors(aws, west["west"])).basic
    assert (basic.read_write, basic.management) == ("All", True)
    logging = await wrapper.trail_status(aws, west["audit"])
    assert (logging.logging, logging.stopped, logging.delivery_error) == (True, None, None)
    assert logging.started is not None
    assert logging.started.tzinfo is UTC
    stopped = await wrapper.trail_status(aws, west["west"])
    assert not stopped.logging
    assert stopped.stopped is not None


async def test_objects_in_pages_after_a_key(aws: AwsSession, bucket: str, boto: Boto) -> None:
    client = boto("s3")
    for key in ("p/a/1", "p/a/2", "p/b/1", "p/c/1 +&ü", "q/1"):
        client.put_object(Bucket=bucket, Key=key, Body=b"x" * 7)
    found = [each async for page in s3.object_pages(aws, bucket, "p/", after="p/a/1") for each in page]
    assert [(each.key, each.size) for each in found] == [("p/a/2", 7), ("p/b/1", 7), ("p/c/1 +&ü", 7)]
    assert await s3.list_folders(aws, bucket, "p/") == ("a", "b", "c")
    assert await s3.list_folders(aws, bucket, "") == ("p", "q")


async def test_more_objects_than_a_page_holds(aws: AwsSession, bucket: str, boto: Boto) -> None:
    client = boto("s3")
    for number in range(12):
        client.put_object(Bucket=bucket, Key=f"p/{number:02}", Body=b"")
    real, pages = aws.read, 0

    async def small(service: str, operation: str, **params: Any) -> Any:
        nonlocal pages
        pages += 1
        return await real(service, operation, MaxKeys=5, **params)

    aws.read = small  # type: ignore[method-assign]
    found = [each.key async for page in s3.object_pages(aws, bucket, "p/") for each in page]
    assert found == [f"p/{number:02}" for number in range(12)]
    assert pages == 3


async def test_an_objects_bytes_in_chunks(
    aws: AwsSession, bucket: str, boto: Boto, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3, "CHUNK", 1000)
    body = bytes(range(256)) * 20
    boto("s3").put_object(Bucket=bucket, Key="k", Body=body)
    chunks = [chunk async for chunk in s3.get_object(aws, bucket, "k")]
    assert b"".join(chunks) == body
    assert len(chunks) > 1


async def test_s3s_errors_are_ours(aws: AwsSession, sandbox: Sandbox, bucket: str, boto: Boto) -> None:
    async def read(bucket: str, key: str) -> None:
        async for _ in s3.get_object(aws, bucket, key):
            pass

    with pytest.raises(NotFound):
        await read(bucket, "gone")
    with pytest.raises(NotFound):
        await s3.list_folders(aws, "no-such-bucket", "")
    boto("s3").put_object(Bucket=bucket, Key="k", Body=b"x")
    sandbox.faults.add("deny:GetObject")
    with pytest.raises(Denied):
        await read(bucket, "k")
