"""From a record's JSON to an event, with whatever AWS or an attacker wrote in it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.review.record import BadRecord, Event, Identity, decode, event

Record = Callable[..., dict[str, Any]]
AsEvent = Callable[[dict[str, Any]], Event]


def test_the_fields_of_a_management_event(record: Record, as_event: AsEvent) -> None:
    made = record(
        eventName="CreateUser",
        eventSource="iam.amazonaws.com",
        errorCode="AccessDenied",
        errorMessage="no",
        requestParameters={"userName": "backup"},
        readOnly=False,
        eventID="e-1",
    )
    assert as_event(made).as_json() == {
        "time": "2026-11-20T12:00:00Z",
        "name": "CreateUser",
        "source": "iam.amazonaws.com",
        "region": "us-east-1",
        "source_ip": "198.51.100.7",
        "user_agent": "aws-cli/2.31.0",
        "user": "alice",
        "access_key_id": "AKIAEXAMPLE",
        "credential_id": None,
        "error": "AccessDenied",
        "event_id": "e-1",
        "summary": "CreateUser for backup",
        "resources": [],
        "bearer": False,
        "read_only": False,
        "log_group": None,
        "target": "backup",
        "short_term": False,
        "protocol": None,
        "session": None,
        "request_id": None,
        "account": "123456789012",
    }


def test_the_raw_bytes_are_kept_and_shown_nowhere(bearer: Record) -> None:
    raw = json.dumps(bearer(userAgent="\x1b]52;c;aGk=\x07")).encode()
    made = event(decode(raw), raw)
    assert made.raw == raw
    assert "raw" not in repr(made)
    assert "\x1b" not in json.dumps(made.as_json(), ensure_ascii=False)


@pytest.mark.parametrize(
    "fields",
    [
        {"eventName": "CallWithBearerToken"},
        {"eventName": "Other", "resources": [{"type": "AWS::Logs::LogGroupAuthorization"}]},
        {"eventName": "InvokeModel", "additionalEventData": {"callWithBearerToken": True}},
        {"eventName": "InvokeModel", "additionalEventData": {"callWithBearerToken": "true"}},
        {"eventName": "Converse", "requestParameters": {"callWithBearerToken": True}},
    ],
)
def test_bearer_calls(record: Record, as_event: AsEvent, fields: dict[str, Any]) -> None:
    assert as_event(record(**fields)).bearer


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"additionalEventData": {"callWithBearerToken": False}},
        {"additionalEventData": {"other": True}},
        {"resources": [{"type": "AWS::S3::Object"}]},
    ],
)
def test_other_calls(record: Record, as_event: AsEvent, fields: dict[str, Any]) -> None:
    assert not as_event(record(**fields)).bearer


@pytest.mark.parametrize(
    ("code", "refused", "let_in"),
    [
        (None, False, True),
        ("AccessDenied", True, False),
        ("AccessDeniedException", True, False),
        ("UnrecognizedClientException", True, False),
        ("Client.UnauthorizedOperation", True, False),
        ("ExpiredTokenException", True, False),
        ("InvalidClientTokenId", True, False),
        ("InvalidAccessKeyId", True, False),
        ("AuthFailure", True, False),
        ("InvalidTokenException", True, False),
        ("ResourceNotFoundException", False, True),
        ("InvalidNextToken", False, True),
        ("ExpiredNextTokenException", False, True),
        ("Client.InvalidKeyPair.NotFound", False, True),
        ("ValidationException", False, True),
        ("ThrottlingException", False, False),
        ("InternalFailure", False, False),
    ],
)
def test_refusals(bearer: Record, as_event: AsEvent, code: str | None, refused: bool, let_in: bool) -> None:
    made = as_event(bearer(errorCode=code))
    assert (made.refused, made.let_in) == (refused, let_in)


def test_a_failed_sign_in_says_so_without_a_code(record: Record, as_event: AsEvent) -> None:
    made = record(eventName="ConsoleLogin", responseElements={"ConsoleLogin": "Failure"})
    assert as_event(made).error == "Failure"
    assert as_event(made | {"errorMessage": "Failed authentication"}).error == "Failed authentication"


@pytest.mark.parametrize("named", ["/aws/app", "arn:aws:logs:us-east-1:123456789012:log-group:/aws/app:*"])
def test_the_log_group_by_name_arn_or_resource(bearer: Record, as_event: AsEvent, named: str) -> None:
    by_request = as_event(bearer(requestParameters={"logGroupIdentifier": named}, resources=None))
    by_resource = as_event(bearer(requestParameters=None, resources=[{"ARN": f"x:log-group:{'/aws/app'}"}]))
    assert by_request.log_group == by_resource.log_group == "/aws/app"
    assert by_request.summary == "CallWithBearerToken on /aws/app"


def test_without_an_id_the_same_bytes_are_the_same_event(record: Record, as_event: AsEvent) -> None:
    one, two = record(), record(minutes=1)
    del one["eventID"], two["eventID"]
    assert as_event(one).event_id.startswith("sha256:")
    assert as_event(one).event_id == as_event(dict(one)).event_id != as_event(two).event_id


@pytest.mark.parametrize("wrong", [None, 5, "text", [], {}, [1], True, 1e308, {"a": {"b": []}}])
def test_a_wrong_type_in_any_field_loses_that_field_alone(
    record: Record, as_event: AsEvent, wrong: object
) -> None:
    for name in record():
        if name != "eventTime":
            made = as_event(record() | {name: wrong})
            assert made.time == datetime(2026, 11, 20, 12, tzinfo=UTC)
            assert name == "eventName" or made.name == "ListUsers"
            assert name == "userIdentity" or made.user == "alice"


def test_a_wrong_type_inside_the_identity_loses_no_more(record: Record, as_event: AsEvent) -> None:
    made = record()
    made["userIdentity"] |= {"accountId": 123456789012, "sessionContext": "?", "credentialId": ["x"]}
    assert as_event(made).user == "alice"
    assert as_event(made).credential_id is None


@pytest.mark.parametrize(
    "time", [None, "", "yesterday", True, [], "2026-13-45T00:00:00Z", "0001-01-01T00:00+23:00"]
)
def test_a_record_without_a_time_is_named(record: Record, as_event: AsEvent, time: object) -> None:
    with pytest.raises(BadRecord, match="no readable eventTime"):
        as_event(record(eventTime=time))


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"5", b'"x"', b"null", b"\xff\xfe", b'{"a":' * 5000])
def test_what_is_no_record_is_named(raw: bytes) -> None:
    with pytest.raises(BadRecord):
        decode(raw)


def test_nested_too_deep_is_named() -> None:
    deep = b'{"requestParameters":' + b'{"a":' * 100_000 + b"1" + b"}" * 100_001
    with pytest.raises(BadRecord, match="nested too deep"):
        decode(deep)


def test_lone_surrogates_broken_utf8_and_nan_are_read(record: Record) -> None:
    text = json.dumps(record(userAgent="AGENT", requestParameters={"a": "NUMBER"}))
    raw = text.replace("AGENT", "a\\ud800b").replace('"NUMBER"', "NaN").encode() + b" "
    assert event(decode(raw), raw).user_agent == "a�b"
    assert event(decode(raw.replace(b"a\\ud800b", b"a\xffb")), raw).user_agent == "a�b"


def test_a_huge_field_is_shown_short_and_kept_whole(record: Record) -> None:
    raw = json.dumps(record(userAgent="x" * 10_000_000)).encode()
    made = event(decode(raw), raw)
    assert len(made.user_agent) < 2000
    assert made.raw == raw


def test_the_last_of_duplicate_keys_counts_as_in_every_reader(record: Record) -> None:
    raw = json.dumps(record()).encode().replace(b'"eventName"', b'"eventName":"First","eventName"')
    assert event(decode(raw), raw).name == "ListUsers"


@settings(max_examples=50, deadline=None)
@given(
    st.sampled_from(["eventName", "sourceIPAddress", "userAgent", "errorCode", "awsRegion", "eventID"]),
    st.text(st.characters(), min_size=1, max_size=20),
)
def test_nothing_a_terminal_acts_on_is_left_in_any_field(name: str, text: str) -> None:
    made = {"eventTime": "2026-11-20T12:00:00Z", name: text, "requestParameters": {"userName": text}}
    raw = json.dumps(made).encode()
    shown = event(decode(raw), raw).as_json()
    for value in shown.values():
        assert not re.search(
            "[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]", str(value)
        )


def test_a_lone_surrogate_in_a_key_is_no_obstacle() -> None:
    raw = b'{"eventTime":"2026-11-20T12:00:00Z","userIdentity":{"userN\\ud800ame":1,"userName":"alice"}}'
    assert (decode(raw).identity or Identity()).user_name == "alice"
    raw = b'{"eventTime":"2026-11-20T12:00:00Z","requestParameters":{"\\ud800":"\\udfff"}}'
    assert decode(raw).request == {"\ufffd": "\ufffd"}
