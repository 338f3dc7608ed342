"""Whose records are whose, in files: however they are written, and whatever is said beside them."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.review.batch import Batch, missed
from services.review.collect import Collector
from services.review.model import Subject, Window
from services.review.review import Review, run_review

Record = Callable[..., dict[str, Any]]
Reviewed = Callable[..., Awaitable[Review]]
KEY = "ACCAEXAMPLE0000000001"
ELSEWHERE = "210987654321"


@pytest.fixture
def reviewed(tmp_path: Path, noon: datetime) -> Reviewed:
    async def review(
        records: Sequence[dict[str, Any]],
        subject: Subject | None = None,
        write: Callable[[Any], str] = json.dumps,
    ) -> Review:
        (tmp_path / "a.json").write_text(write({"Records": records}))
        window = Window(noon - timedelta(days=1), noon + timedelta(days=1))
        return await run_review(None, subject or Subject("alice"), window, source=str(tmp_path))

    return review


def names(review: Review) -> list[str]:
    return [event.name for event in review.events]


def as_text(record: dict[str, Any]) -> dict[str, Any]:
    """With what is nested written as text, as some tools do."""
    return {
        name: json.dumps(value) if isinstance(value, dict) and name != "userIdentity" else value
        for name, value in record.items()
    }


def session_call(record: Record, minutes: float, opened: float, noon: datetime, key: str) -> dict[str, Any]:
    """By the session "s1" of a role in another account."""
    created = f"{noon + timedelta(minutes=opened):%Y-%m-%dT%H:%M:%SZ}"
    identity = {
        "type": "AssumedRole",
        "principalId": "AROA1EXAMPLE:s1",
        "arn": f"arn:aws:sts::{ELSEWHERE}:assumed-role/Admin/s1",
        "accountId": ELSEWHERE,
        "accessKeyId": key,
        "sessionContext": {"attributes": {"creationDate": created}},
    }
    return record(
        minutes=minutes, eventName="CreateUser", userIdentity=identity, recipientAccountId=ELSEWHERE
    )


def assume(record: Record, minutes: float, answer: dict[str, Any] | None = None) -> dict[str, Any]:
    asked = {"roleArn": f"arn:aws:iam::{ELSEWHERE}:role/Admin", "roleSessionName": "s1"}
    return record(
        minutes=minutes,
        eventSource="sts.amazonaws.com",
        eventName="AssumeRole",
        requestParameters=asked,
        responseElements=answer,
    )


async def test_nested_fields_that_are_text_are_read(
    reviewed: Reviewed, record: Record, noon: datetime
) -> None:
    invoked = record(
        eventSource="bedrock.amazonaws.com",
        eventName="InvokeModel",
        additionalEventData={"callWithBearerToken": True},
    )
    del invoked["userIdentity"]["accessKeyId"]
    made = record(user="mallory", eventName="CreateAccessKey", requestParameters={"userName": "alice"})
    answer = {"credentials": {"accessKeyId": "ASIAEXAMPLE000000001"}}
    theirs = session_call(record, 1, 0, noon, "ASIAEXAMPLE000000001")
    records = [as_text(each) for each in (invoked, made, assume(record, 0, answer), theirs)]
    review = await reviewed(records, Subject("alice", KEY, "bedrock.amazonaws.com"))
    assert [event.name for event in review.use] == ["InvokeModel"]
    assert sorted(names(review)) == ["AssumeRole", "CreateUser", "InvokeModel"]
    assert [event.name for event in review.on_user] == ["CreateAccessKey"]


@pytest.mark.parametrize("write", [json.dumps, lambda told: json.dumps(told).replace("/", "\\/")])
async def test_every_session_of_one_name_is_followed(
    reviewed: Reviewed, record: Record, noon: datetime, write: Callable[[Any], str]
) -> None:
    """Across accounts answers are null, so that the time alone tells the sessions of one name apart."""
    records = [
        made
        for number, opened in enumerate((0, 90, 400))
        for made in (
            assume(record, opened),
            session_call(record, opened + 1, opened, noon, f"ASIAEXAMPLE00000000{number}"),
        )
    ]
    stranger = session_call(record, 200, 199, noon, "ASIAEXAMPLE000000009")
    review = await reviewed([*records, stranger], write=write)
    assert names(review) == ["AssumeRole", "CreateUser"] * 3


async def test_a_renaming_in_another_account_is_another_users(reviewed: Reviewed, record: Record) -> None:
    ours = record(minutes=-60)
    renaming = {"userName": "bob", "newUserName": "alice"}
    theirs = record(user="root2", eventName="UpdateUser", requestParameters=renaming)
    before = record(user="bob", minutes=-90)
    for each in (theirs, before):
        each["recipientAccountId"] = each["userIdentity"]["accountId"] = ELSEWHERE
    review = await reviewed([ours, theirs, before])
    assert {event.account for event in review.events} == {ours["recipientAccountId"], ELSEWHERE}
    assert f"The user of account {ELSEWHERE} was called bob until" in review.verdict_words


@pytest.mark.parametrize(
    ("service", "fields"),
    [
        ("aws-external-anthropic.amazonaws.com", {"eventName": "CreateInference"}),
        ("cassandra.amazonaws.com", {"eventName": "Select"}),
        ("sagemaker.amazonaws.com", {"additionalEventData": {"callWithBearerToken": True}}),
    ],
)
async def test_use_that_no_flag_tells_is_use(
    reviewed: Reviewed, record: Record, service: str, fields: dict[str, Any]
) -> None:
    signed = record(eventSource=service, eventName="Signed")
    used = record(eventSource=service, **fields)
    del used["userIdentity"]["accessKeyId"]
    review = await reviewed([signed, used], Subject("alice", KEY, service))
    assert [event.event_id for event in review.use] == [used["eventID"]]


async def test_calls_of_one_second_whose_ids_are_blotted_out_are_two(
    reviewed: Reviewed, bearer: Record
) -> None:
    calls = [bearer(eventID="REDACTED", sourceIPAddress=f"198.51.100.{number}") for number in (7, 8, 8)]
    assert len(names(await reviewed(calls))) == 2


async def test_what_lookupevents_says_beside_a_record_is_nothing_unread(
    reviewed: Reviewed, record: Record
) -> None:
    made = {
        "EventId": "1",
        "EventName": "ListUsers",
        "Username": "alice",
        "Resources": [{"ResourceType": "AWS::IAM::User", "ResourceName": "alice"}],
        "CloudTrailEvent": json.dumps(record()),
    }
    review = await reviewed([], write=lambda _: json.dumps({"Events": [made]}))
    assert (names(review), review.unreadable) == (["ListUsers"], ())


def test_what_cannot_be_read_while_sessions_are_followed_is_named_once() -> None:
    collector = Collector()
    collector.add(missed("event history", "us-east-1", "denied"))
    collector.following = True
    for region in ("us-east-1", "eu-west-1", "eu-west-1"):
        collector.add(missed("event history", region, "denied"))
    collector.add(Batch("event history", "us-east-1"))
    assert [each.what for each in collector.unreadable()] == ["us-east-1", "eu-west-1"]
