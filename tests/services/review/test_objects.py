"""A review of the objects in a trail's bucket: which are read, what is wrong with some, and how it ends."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from sandbox.cloudtrail.install import CloudTrail
from sandbox.wire.server import Sandbox
from services.aws.session import AwsSession
from services.review.gunzip import gunzip
from services.review.review import Progress, Subject, Window, run_review

Boto = Callable[..., Any]
Record = Callable[..., dict[str, Any]]
Put = Callable[..., str]
MakeTrail = Callable[..., str]
Post = Callable[..., int | None]
Key = dict[str, str]

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
USE = {
    "FieldSelectors": [
        {"Field": "eventCategory", "Equals": ["Data"]},
        {"Field": "resources.type", "Equals": ["AWS::Logs::LogGroupAuthorization"]},
    ]
}


async def at_once(_: float) -> None:
    await asyncio.sleep(0)


async def test_objects_by_day_region_and_root(
    aws: AwsSession, boto: Boto, make_trail: MakeTrail, put: Put, bearer: Record
) -> None:
    make_trail(USE, S3KeyPrefix="logs")
    root = "logs/AWSLogs/123456789012"
    inside = {
        put(bearer(eventID="first"), day=NOON, root=root),
        put(bearer(eventID="published late", minutes=700), day=NOON + timedelta(days=1), root=root),
        put(bearer(eventID="elsewhere", awsRegion="eu-west-1"), region="eu-west-1", root=root),
    }
    put(bearer(eventID="before"), day=NOON - timedelta(days=1), root=root)
    put(bearer(eventID="after"), day=NOON + timedelta(days=2), root=root)
    put(bearer(eventID="of another account"), root="logs/AWSLogs/999999999999")
    put(bearer(eventID="of another trail"))
    boto("s3").put_object(Bucket="trail-bucket", Key=f"{root}/CloudTrail/us-east-1/", Body=b"")
    window = Window(NOON.replace(hour=1), NOON.replace(hour=23, minute=59))
    progress: list[Progress] = []
    review = await run_review(
        aws, Subject("alice"), window, source="s3", sleep=at_once, on_progress=progress.append
    )
    assert {event.event_id for event in review.events} == {"first", "published late", "elsewhere"}
    assert {each.note.rpartition("/")[2] for each in progress[1:]} == {
        key.rpartition("/")[2] for key in inside
    }
    assert (progress[-1].objects_done, progress[-1].objects_total, progress[-1].records) == (3, 3, 3)


async def test_an_organisations_trail(
    aws: AwsSession, boto: Boto, make_trail: MakeTrail, put: Put, bearer: Record, cloudtrail: CloudTrail
) -> None:
    from moto.cloudtrail.models import cloudtrail_backends

    make_trail(USE)
    # moto makes such a trail in an organisation's management account alone.
    cloudtrail_backends["123456789012"]["us-east-1"].trails["audit"].is_org_trail = True
    put(bearer(eventID="mine"), root="AWSLogs/o-exampleorgid/123456789012")
    put(bearer(eventID="another's"), root="AWSLogs/o-exampleorgid/999999999999")
    window = Window(NOON - timedelta(hours=1), NOON + timedelta(hours=1))
    review = await run_review(aws, Subject("alice"), window, source="s3", sleep=at_once)
    assert [event.event_id for event in review.events] == ["mine"]


async def test_duplicates_disorder_and_bad_objects(
    aws: AwsSession,
    boto: Boto,
    make_trail: MakeTrail,
    put: Put,
    bearer: Record,
    packed: Callable[..., bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("services.review.scan.gunzip", partial(gunzip, limit=1_000_000))
    make_trail(USE)
    records = [bearer(eventID=f"{number:03}", minutes=number) for number in range(100)]
    put(*records[::-1])
    put(*records[40:], day=NOON + timedelta(minutes=5))
    put(body=packed(*records)[:-50])
    put(body=b"not JSON")
    put(body=b"")
    put(body=gzip.compress(b"0" * 1_000_001))
    archived = put(bearer(eventTime="?")).replace(".json.gz", "archived.json.gz")
    boto("s3").put_object(Bucket="trail-bucket", Key=archived, Body=packed(bearer()), StorageClass="GLACIER")
    window = Window(NOON - timedelta(hours=1), NOON + timedelta(hours=3))
    review = await run_review(aws, Subject("alice"), window, source="s3", sleep=at_once)
    assert [event.event_id for event in review.events] == [f"{number:03}" for number in range(100)]
    assert review.records_unreadable == 1
    errors = {each.error: each.what for each in review.unreadable}
    (cold,) = [error for error, what in errors.items() if what.endswith("archived.json.gz")]
    assert cold.startswith("GetObject:")
    assert sorted(errors.keys() - {cold}) == [
        "cut off",
        "empty",
        "larger than 1 MB unpacked: the rest was left unread",
        "no readable eventTime",
        "not JSON",
    ]
    assert all("s3://trail-bucket/AWSLogs/" in what for what in errors.values())
    assert not review.complete


async def test_objects_that_were_deleted_are_not_taken_for_silence(
    aws: AwsSession, cloudtrail: CloudTrail, boto: Boto, leaked: Key, make_trail: MakeTrail, post: Post
) -> None:
    make_trail(USE)
    post()
    cloudtrail.flush()
    s3 = boto("s3")
    for item in s3.list_objects_v2(Bucket="trail-bucket")["Contents"]:
        s3.delete_object(Bucket="trail-bucket", Key=item["Key"])
    now = datetime.now(UTC)
    window = Window(now - timedelta(hours=1), now + timedelta(seconds=1))
    review = await run_review(aws, Subject("alice", leaked["id"]), window, source="s3")
    assert review.verdict == "unknown"
    assert "may have been deleted" in review.unreadable[0].error


async def test_a_cancelled_review_leaves_nothing_behind(
    aws: AwsSession, sandbox: Sandbox, make_trail: MakeTrail, put: Put, bearer: Record
) -> None:
    make_trail(USE)
    for number in range(16):
        put(bearer(eventID=str(number)))
    window = Window(NOON - timedelta(hours=1), NOON + timedelta(hours=1))
    await run_review(aws, Subject("alice"), window, sleep=at_once)
    reading = asyncio.Event()

    def seen(progress: Progress) -> None:
        if progress.objects_done:
            reading.set()

    sandbox.faults.add("latency:GetObject:0.05")
    before = asyncio.all_tasks()
    review = asyncio.create_task(run_review(aws, Subject("alice"), window, sleep=at_once, on_progress=seen))
    await reading.wait()
    review.cancel()
    with pytest.raises(asyncio.CancelledError):
        await review
    assert asyncio.all_tasks() == before


async def test_a_stopped_review_keeps_what_it_found(
    aws: AwsSession, sandbox: Sandbox, make_trail: MakeTrail, put: Put, bearer: Record
) -> None:
    make_trail(USE)
    for number in range(20):
        put(bearer(eventID=str(number)))
    window = Window(NOON - timedelta(hours=1), NOON + timedelta(hours=1))
    stop = asyncio.Event()

    def seen(progress: Progress) -> None:
        if progress.objects_done >= 3:
            stop.set()

    review = await run_review(
        aws, Subject("alice"), window, source="s3", sleep=at_once, on_progress=seen, stop=stop
    )
    assert 3 <= len(review.events) < 20
    assert (review.verdict, review.complete) == ("used", False)
    assert "stopped" in review.unreadable[-1].error


async def test_objects_that_vanish_and_files_of_other_kinds_beside_them(
    aws: AwsSession, sandbox: Sandbox, boto: Boto, make_trail: MakeTrail, put: Put, bearer: Record
) -> None:
    make_trail(USE)
    s3, keys = boto("s3"), [put(bearer(eventID=str(number))) for number in range(3)]
    for kind in ("CloudTrail-Digest", "CloudTrail-Insight"):
        other = keys[0].replace("CloudTrail/", f"{kind}/").replace("_CloudTrail_", f"_{kind}_")
        s3.put_object(Bucket="trail-bucket", Key=other, Body=b'alice"')
    inner = sandbox._handler
    assert inner is not None

    def vanishing(request: Any) -> Any:
        if request.operation == "GetObject" and request.path.endswith(keys[1].rpartition("/")[2]):
            s3.delete_object(Bucket="trail-bucket", Key=keys[1])
        return inner(request)

    sandbox._handler = vanishing
    window = Window(NOON - timedelta(hours=1), NOON + timedelta(hours=1))
    review = await run_review(aws, Subject("alice"), window, source="s3")
    assert [event.event_id for event in review.events] == ["0", "2"]
    (gone,) = review.unreadable
    assert gone.what.endswith(keys[1])
    assert "GetObject" in gone.error
    assert review.records_scanned == 2
