"""The whole review against the sandbox: keys used over HTTP, trails, buckets, and everything that fails."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sandbox.account.world import Actor, ApiCall
from sandbox.cloudtrail.install import CloudTrail
from sandbox.wire.server import Sandbox
from services.aws.errors import Expired, NoCredentials, Unreachable
from services.aws.session import AwsSession
from services.review.review import Marks, Review, Subject, Window, run_review
from services.review.where import ELSEWHERE

Boto = Callable[..., Any]
Record = Callable[..., dict[str, Any]]
Put = Callable[..., str]
MakeTrail = Callable[..., str]
Post = Callable[..., int | None]
Key = dict[str, str]

LOGS = "logs.amazonaws.com"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
MANAGEMENT = {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}
USE = {
    "FieldSelectors": [
        {"Field": "eventCategory", "Equals": ["Data"]},
        {"Field": "resources.type", "Equals": ["AWS::Logs::LogGroupAuthorization"]},
    ]
}


async def at_once(_: float) -> None:
    await asyncio.sleep(0)


async def reviewed(
    aws: AwsSession, subject: Subject, since: datetime | None = None, **options: Any
) -> Review:
    now = datetime.now(UTC)
    window = Window(since or now - timedelta(hours=1), now + timedelta(seconds=1))
    return await run_review(aws, subject, window, **{"sleep": at_once} | options)


def names(review: Review) -> list[str]:
    return [event.name for event in review.events]


def covered(review: Review) -> set[tuple[str, str, str]]:
    return {(row.source, row.region, row.covers) for row in review.coverage}


def switch_off(boto: Boto, key: Key) -> None:
    boto("iam").update_service_specific_credential(
        UserName="alice", ServiceSpecificCredentialId=key["id"], Status="Inactive"
    )


async def test_use_is_seen_and_after_the_deactivation_seen_in_force(
    aws: AwsSession,
    cloudtrail: CloudTrail,
    leaked: Key,
    make_trail: MakeTrail,
    post: Post,
    boto: Boto,
) -> None:
    make_trail(MANAGEMENT, USE)
    # The trail's own times are rounded to the millisecond.
    began = datetime.now(UTC) + timedelta(milliseconds=1)
    assert [post("198.51.100.7"), post("203.0.113.66", "curl/8.5.0 \x1b]0;owned\x07[bold]")] == [200, 200]
    cloudtrail.flush()
    subject = Subject("alice", leaked["id"], LOGS)
    review = await reviewed(aws, subject, began)
    assert (review.verdict, review.complete, review.unreadable) == ("used", True, ())
    assert review.verdict_words.startswith("Used 2 times from 2 addresses (")
    assert {event.source_ip for event in review.use} == {"198.51.100.7", "203.0.113.66"}
    assert (review.attribution, review.seen_in_force) == ("user", None)
    assert {event.log_group for event in review.use} == {"/aws/hlc-logs/app"}
    assert all(event.user_agent.isprintable() for event in review.events)

    switch_off(boto, leaked)
    deactivated = datetime.now(UTC)
    assert post() == 401
    cloudtrail.flush()
    again = await reviewed(aws, subject, began, marks=Marks(deactivated=deactivated))
    refused = [event for event in again.use if event.refused]
    assert len(refused) == 1
    assert again.seen_in_force == refused[0].time
    assert "Enforced" in again.verdict_words
    (done_to,) = [event for event in again.on_user if event.name == "UpdateServiceSpecificCredential"]
    assert done_to.user == "responder"


async def test_records_that_name_the_key_tell_it_from_others(
    aws: AwsSession, sandbox: Sandbox, cloudtrail: CloudTrail, leaked: Key, make_trail: MakeTrail, post: Post
) -> None:
    cloudtrail._settings.credential_ids = True
    make_trail(USE)
    assert post() == 200
    cloudtrail.flush()
    mine = await reviewed(aws, Subject("alice", leaked["id"], LOGS))
    assert (mine.verdict, mine.attribution, len(mine.use)) == ("used", "credential id", 1)
    assert mine.use[0].credential_id == leaked["id"]
    other = await reviewed(aws, Subject("alice", "ACCAEXAMPLE9Z8Y7X6W5V", LOGS))
    assert (other.attribution, len(other.use), len(other.events)) == ("credential id", 0, 1)
    assert other.verdict != "used"


async def test_without_the_selector_it_is_unknown_and_the_other_calls_are_there(
    aws: AwsSession, cloudtrail: CloudTrail, leaked: Key, make_trail: MakeTrail, post: Post
) -> None:
    make_trail(MANAGEMENT)
    assert post() == 200
    cloudtrail.flush()
    review = await reviewed(aws, Subject("alice", leaked["id"], LOGS))
    assert (review.verdict, review.complete) == ("unknown", False)
    assert ("trail audit", "us-west-2", "management only") in covered(review)
    assert ("event history", "us-east-1", "management only") in covered(review)
    assert [(source.name, source.used) for source in review.sources] == [
        ("event history", True),
        ("trail audit", False),
    ]
    assert "its selectors were changed in this period" in review.sources[1].why
    assert "CreateServiceSpecificCredential" in [event.name for event in review.on_user]


async def test_no_trail_at_all_is_unknown(aws: AwsSession, cloudtrail: CloudTrail) -> None:
    review = await reviewed(aws, Subject("alice"))
    assert review.verdict == "unknown"
    assert ("trails", "us-east-1", "no") in covered(review)


async def test_no_use_where_it_would_have_been_recorded(
    aws: AwsSession, cloudtrail: CloudTrail, leaked: Key, make_trail: MakeTrail
) -> None:
    make_trail(MANAGEMENT, USE)
    began = datetime.now(UTC) + timedelta(milliseconds=1)
    review = await reviewed(aws, Subject("alice", leaked["id"], LOGS), began)
    assert (review.verdict, review.complete) == ("not seen used", True)
    assert ("trail audit", "us-west-2", "yes") in covered(review)


async def test_what_was_before_the_trail_began_is_unknown(
    aws: AwsSession, cloudtrail: CloudTrail, leaked: Key, make_trail: MakeTrail
) -> None:
    make_trail(USE)
    review = await reviewed(aws, Subject("alice", leaked["id"], LOGS))
    assert (review.verdict, review.complete) == ("unknown", False)
    assert {("trail audit", "us-east-1", "no"), ("trail audit", "us-east-1", "yes")} <= covered(review)
    assert "it was made" in review.verdict_words


async def test_the_history_alone(
    aws: AwsSession, cloudtrail: CloudTrail, boto: Boto, leaked: Key, make_trail: MakeTrail
) -> None:
    make_trail(USE)
    key = boto("iam").create_access_key(UserName="alice")["AccessKey"]
    alice = boto("iam", key=(key["AccessKeyId"], key["SecretAccessKey"]))
    alice.create_user(UserName="backup")
    west = boto("logs", region="us-west-2", key=(key["AccessKeyId"], key["SecretAccessKey"]))
    west.create_log_group(logGroupName="x")
    review = await reviewed(aws, Subject("alice", leaked["id"], LOGS), source="history")
    assert sorted(names(review)) == ["CreateLogGroup", "CreateUser"]
    assert {event.region for event in review.events} == {"us-east-1", "us-west-2"}
    assert {event.access_key_id for event in review.events} == {key["AccessKeyId"]}
    on_user = {event.name for event in review.on_user}
    assert on_user == {"CreateServiceSpecificCredential", "CreateAccessKey", "AttachUserPolicy"}
    # A trail that was not read answers nothing.
    assert not review.complete
    assert [source.name for source in review.sources] == ["event history"]


async def test_namesakes_in_the_history_are_not_the_user(
    aws: AwsSession, cloudtrail: CloudTrail, boto: Boto, sandbox: Sandbox
) -> None:
    boto("iam").create_user(UserName="alice")
    heard: list[ApiCall] = []
    sandbox.world.on_api_call.insert(0, heard.append)
    boto("iam").list_users()
    # moto names no session, so the call is told once more as one of a session called alice.
    session = Actor("AssumedRole", None, "arn:aws:sts::123456789012:assumed-role/ops/alice", "ASIAEXAMPLE")
    cloudtrail.on_api_call(replace(heard[0], actor=session, request_id="once more"))
    asked = [{"AttributeKey": "Username", "AttributeValue": "alice"}]
    found = boto("cloudtrail").lookup_events(LookupAttributes=asked)["Events"]
    assert [event["EventName"] for event in found] == ["ListUsers"]
    review = await reviewed(aws, Subject("alice"), source="history")
    assert (review.events, review.records_scanned) == ((), 1)


async def test_every_source_gives_the_same_events(
    aws: AwsSession, cloudtrail: CloudTrail, boto: Boto, leaked: Key, make_trail: MakeTrail, post: Post
) -> None:
    make_trail(MANAGEMENT, USE)
    key = boto("iam").create_access_key(UserName="alice")["AccessKey"]
    alice = boto("iam", key=(key["AccessKeyId"], key["SecretAccessKey"]))
    for _ in range(3):
        alice.list_users()
    post()
    cloudtrail.flush()
    cloudtrail.flush()
    subject = Subject("alice", leaked["id"], LOGS)
    now = datetime.now(UTC)
    found = {
        source: await run_review(
            aws, subject, Window(now - timedelta(hours=1), now), source=source, sleep=at_once
        )
        for source in ("auto", "history", "s3")
    }
    assert sorted(names(found["s3"])) == ["CallWithBearerToken", "ListUsers", "ListUsers", "ListUsers"]
    assert found["auto"].events == found["s3"].events
    management = tuple(event for event in found["s3"].events if not event.bearer)
    assert management == found["history"].events


async def test_what_is_denied_is_named_and_the_review_goes_on(
    aws: AwsSession,
    sandbox: Sandbox,
    cloudtrail: CloudTrail,
    leaked: Key,
    make_trail: MakeTrail,
    post: Post,
) -> None:
    make_trail(MANAGEMENT, USE)
    post()
    cloudtrail.flush()
    for operation, what, verdict in (
        ("ListObjectsV2", "s3://trail-bucket/", "unknown"),
        ("GetObject", "s3://trail-bucket/AWSLogs/", "unknown"),
        ("LookupEvents", "the event history of us-", "used"),
        ("DescribeTrails", "the trails of us-", "unknown"),
        ("GetTrailStatus", "trail audit", "used"),
        ("GetEventSelectors", "trail audit", "used"),
    ):
        sandbox.faults.clear()
        sandbox.faults.add(f"deny:{operation}")
        review = await reviewed(aws, Subject("alice", leaked["id"], LOGS))
        assert (review.verdict, review.complete) == (verdict, False), operation
        assert any(each.what.startswith(what) for each in review.unreadable), operation
        if operation in ("DescribeTrails", "GetTrailStatus", "GetEventSelectors"):
            unknown = [row for row in review.coverage if row.covers == "unknown"]
            assert unknown
            assert all("could not be read" in row.note for row in unknown if row.region != ELSEWHERE)


async def test_expired_credentials_end_the_review(
    aws: AwsSession, sandbox: Sandbox, cloudtrail: CloudTrail, make_trail: MakeTrail, put: Put, bearer: Record
) -> None:
    make_trail(USE)
    put(bearer())
    window = Window(NOON - timedelta(hours=1), NOON + timedelta(hours=1))
    for operation in ("GetCallerIdentity", "DescribeTrails", "LookupEvents", "GetObject"):
        sandbox.faults.clear()
        sandbox.faults.add(f"expired:{operation}")
        with pytest.raises(Expired):
            await run_review(aws, Subject("alice"), window, sleep=at_once)


async def test_no_credentials_and_no_answer_end_the_review(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = Window(NOON - timedelta(hours=1), NOON)
    async with AwsSession(endpoint_url="http://127.0.0.1:9") as nowhere:
        monkeypatch.setattr("asyncio.sleep", _no_sleep)
        with pytest.raises(Unreachable):
            await run_review(nowhere, Subject("alice"), window)
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    async with AwsSession() as nobody:
        with pytest.raises(NoCredentials):
            await run_review(nobody, Subject("alice"), window)


_sleep = asyncio.sleep


async def _no_sleep(_: float, result: object = None) -> object:
    return await _sleep(0, result)
