"""Whose records are whose, in files: however they are written, and whatever is said beside them."""

from __future__ import annotations

import csv
import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.review.attribution import attribute
from services.review.batch import Batch, missed
from services.review.collect import Collector
from services.review.model import Subject, Window
from services.review.reread import read_written
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


BEDROCK = "bedrock.amazonaws.com"


def invoked(record: Record, **fields: Any) -> dict[str, Any]:
    """A call with an API key, of which a flag beside it alone tells."""
    made = record(
        eventSource=BEDROCK, eventName="InvokeModel", additionalEventData={"callWithBearerToken": True}
    )
    del made["userIdentity"]["accessKeyId"]
    return made | fields


def with_identity(record: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return record | {"userIdentity": record["userIdentity"] | fields}


ISSUER = {"type": "IAMUser", "arn": "arn:aws:iam::123456789012:user/team/alice"}
HALF_TOLD: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "no name": lambda made: with_identity(made, userName=""),
    "no service": lambda made: made | {"eventSource": None},
    "an id that is no key's": lambda made: with_identity(made, credentialId="alice-at-123456789012"),
    "the flag in words": lambda made: made | {"additionalEventData": {"callWithBearerToken": "True"}},
    "a federated user's issuer by its ARN": lambda made: with_identity(
        made,
        type="FederatedUser",
        userName=None,
        arn="arn:aws:sts::123456789012:federated-user/somebody",
        sessionContext={"sessionIssuer": ISSUER},
    ),
}


@pytest.mark.parametrize("how", HALF_TOLD)
async def test_use_is_seen_by_whatever_of_its_record_is_there(
    reviewed: Reviewed, record: Record, how: str
) -> None:
    review = await reviewed([HALF_TOLD[how](invoked(record))], Subject("alice", KEY, BEDROCK))
    assert review.verdict == "used", review.verdict_words


async def test_what_a_followed_session_sends_as_a_token_is_no_use_of_the_key(
    reviewed: Reviewed, record: Record, noon: datetime
) -> None:
    answer = {"credentials": {"accessKeyId": "ASIAEXAMPLE000000001"}}
    theirs = session_call(record, 1, 0, noon, "ASIAEXAMPLE000000001")
    flags = {"eventSource": BEDROCK, "additionalEventData": {"callWithBearerToken": True}}
    review = await reviewed([assume(record, 0, answer), theirs | flags], Subject("alice", KEY, BEDROCK))
    assert names(review) == ["AssumeRole", "CreateUser"]
    assert not review.use


CONSOLE = "Event name,Event time,User name,Event source,Event ID,Source IP address"


async def test_of_two_copies_the_one_that_says_more_counts(
    tmp_path: Path, record: Record, reviewed: Reviewed
) -> None:
    made = invoked(record)
    row = (made["eventName"], made["eventTime"], "alice", BEDROCK, made["eventID"], made["sourceIPAddress"])
    # What is read first, by its name, is what the console lets one download: it does not tell of the token.
    (tmp_path / "1.csv").write_text(f"{CONSOLE}\n{','.join(row)}\n")
    review = await reviewed([made], Subject("alice", KEY, BEDROCK))
    assert (len(review.events), len(review.use)) == (1, 1)


async def test_a_renaming_after_the_period_is_followed(
    reviewed: Reviewed, record: Record, noon: datetime
) -> None:
    renaming = {"userName": "bob", "newUserName": "alice"}
    later = record(user="admin", minutes=2 * 24 * 60, eventName="UpdateUser", requestParameters=renaming)
    review = await reviewed([record(user="bob"), later, record(user="bob", minutes=3 * 24 * 60)])
    assert names(review) == ["ListUsers"]
    assert not review.on_user
    assert "was called bob until" in review.verdict_words


CALL = {
    "eventTime": "2026-11-20 12:00:00.000",
    "eventName": "InvokeModel",
    "eventSource": BEDROCK,
    "sourceIPAddress": "198.51.100.7",
    "eventID": "e1",
}
BY_ISSUER = "userIdentity.sessionContext.sessionIssuer"
LAID_OUT: dict[str, dict[str, object]] = {
    "Lake's maps": {
        "userIdentity": "{type=IAMUser, username=alice, sessioncontext=null}",
        "additionalEventData": "{callWithBearerToken=true, x={a=1, b=2}}",
    },
    "Lake's maps of what was asked": {
        "userIdentity": "{type=IAMUser, username=alice}",
        "requestParameters": "{modelId=m, callWithBearerToken=true}",
    },
    "a column for each field": {
        "userIdentity.userName": "alice",
        "additionalEventData.callWithBearerToken": "true",
    },
    "a field for each field": {
        "userIdentity.userName": "alice",
        "additionalEventData.callWithBearerToken": True,
    },
    "in small letters": {
        "useridentity.username": "alice",
        "additionaleventdata.callwithbearertoken": "true",
    },
    "an issuer in a struct": {
        "userIdentity": "{type=FederatedUser, arn=arn:aws:sts::1:federated-user/x, sessioncontext="
        "{attributes={creationdate=2026}, sessionissuer={type=IAMUser, username=alice}}}",
        "additionalEventData": "{callWithBearerToken=true}",
    },
    "an issuer's columns": {
        "userIdentity.type": "FederatedUser",
        f"{BY_ISSUER}.type": "IAMUser",
        f"{BY_ISSUER}.userName": "alice",
        "additionalEventData.callWithBearerToken": "true",
    },
}


@pytest.mark.parametrize("form", ["csv", "json"])
@pytest.mark.parametrize("how", LAID_OUT)
async def test_use_is_told_by_what_is_laid_out_in_columns(tmp_path: Path, how: str, form: str) -> None:
    columns = CALL | LAID_OUT[how]
    with (tmp_path / f"answer.{form}").open("w", newline="") as file:
        if form == "json":
            json.dump(columns, file)
        else:
            csv.writer(file).writerows([columns, map(str, columns.values())])
    subject = Subject("alice", KEY, BEDROCK)
    review = await run_review(None, subject, Window.all_time(), source=str(tmp_path))
    assert review.verdict == "used", review.verdict_words


async def test_what_came_before_the_key_is_no_use_in_its_evidence_either(
    reviewed: Reviewed, bearer: Record, noon: datetime
) -> None:
    subject = Subject("alice", KEY, "logs.amazonaws.com", created=noon)
    review = await reviewed([bearer(minutes=-5), bearer(minutes=5)], subject)
    kept = read_written(json.dumps(review.as_json()).encode())
    assert kept is not None
    assert len(review.use) == 1
    assert [event.event_id for event in attribute(kept.events, kept.subject).use] == [
        event.event_id for event in review.use
    ]
