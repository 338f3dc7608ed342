"""Rules about keys, from records as CloudTrail writes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from services.review.attribution import attribute
from services.review.facts import Facts, Finding
from services.review.findings import findings
from services.review.model import Marks, Subject
from services.review.record import Event

Record = Callable[..., dict[str, Any]]
Found = Callable[..., list[Finding]]

KEY, OTHER = "ACCAEXAMPLE1A2B3C4D5E", "ACCAEXAMPLE9Z8Y7X6W5V"
SUBJECT = Subject("alice", KEY, "logs.amazonaws.com")


@pytest.fixture
def found(as_event: Callable[[dict[str, Any]], Event]) -> Found:
    """The findings of one kind."""

    def make(
        kind: str, records: Sequence[dict[str, Any]], on_user: Sequence[dict[str, Any]] = ()
    ) -> list[Finding]:
        told = attribute(sorted(map(as_event, records), key=lambda event: event.time), SUBJECT)
        facts = Facts(SUBJECT, Marks(), told.use, told.other, [as_event(each) for each in on_user])
        return [finding for finding in findings(facts) if finding.kind == kind]

    return make


def making(record: Record, key_id: str, **fields: Any) -> dict[str, Any]:
    made = {"serviceSpecificCredential": {"serviceSpecificCredentialId": key_id, "userName": "alice"}}
    request = {"userName": "alice"}
    name = "CreateServiceSpecificCredential"
    return record(user="bob", eventName=name, requestParameters=request, responseElements=made, **fields)


def test_a_key_used_at_once(found: Found, record: Record, bearer: Record) -> None:
    on_user = [making(record, KEY, eventID="made")]
    (fresh,) = found("fresh-use", [bearer(minutes=3, eventID="used"), bearer(minutes=40)], on_user)
    assert fresh.title == f"{KEY} was used 3 minutes after bob created it, from 198.51.100.7."
    assert (fresh.severity, fresh.technique, fresh.event_ids) == ("high", "T1098.001", ("made", "used"))
    assert found("fresh-use", [bearer(minutes=16)], on_user) == []
    assert found("fresh-use", [bearer(minutes=-1)], on_user) == []
    assert found("fresh-use", [bearer(minutes=3, errorCode="AccessDenied")], on_user) == []
    assert found("fresh-use", [bearer(minutes=3)], [making(record, OTHER)]) == []
    assert found("fresh-use", [bearer(minutes=3)], [making(record, KEY, errorCode="AccessDenied")]) == []


def test_an_access_key_used_at_once(found: Found, record: Record) -> None:
    made = {"accessKey": {"accessKeyId": "AKIANEW", "userName": "alice"}}
    create = record(eventName="CreateAccessKey", responseElements=made, eventID="made")
    use = record(minutes=0.5, eventID="used")
    use["userIdentity"]["accessKeyId"] = "AKIANEW"
    (fresh,) = found("fresh-use", [create, use])
    assert fresh.title == "AKIANEW was used 30 s after alice created it, from 198.51.100.7."
    for odd in (None, {"accessKey": "?"}, {"accessKey": {"accessKeyId": "\x1b[2J"}}):
        assert found("fresh-use", [record(eventName="CreateAccessKey", responseElements=odd), use]) == []


def test_log_groups_opened_to_bearer_tokens(found: Found, record: Record) -> None:
    def switch(on: object, **fields: Any) -> dict[str, Any]:
        request = {"logGroupIdentifier": "/aws/x", "bearerTokenAuthenticationEnabled": on}
        source = "logs.amazonaws.com"
        return record(
            eventName="PutBearerTokenAuthentication", eventSource=source, requestParameters=request, **fields
        )

    (opened,) = found("persistence", [switch(True)])
    assert opened.title == "Bearer tokens switched on by this user for /aws/x, 2026-11-20 12:00:00."
    assert (opened.severity, opened.technique) == ("high", "T1098.001")
    (refused,) = found("persistence", [switch(True, errorCode="AccessDenied")])
    assert (refused.severity, refused.title.endswith("denied or failed (AccessDenied).")) == ("medium", True)
    (closed,) = found("group-closed", [switch(False)])
    assert closed.severity == "info"
    assert found("persistence", [switch(False)]) == []


def test_keys_of_other_services(found: Found, record: Record, bearer: Record) -> None:
    marked = {"additionalEventData": {"callWithBearerToken": True}}
    bedrock = [
        record(eventSource="bedrock.amazonaws.com", eventName="InvokeModel", **marked) for _ in range(2)
    ]
    (hijacked,) = found("other-key", [*bedrock, bearer()])
    assert hijacked.title.startswith("This user also called bedrock with another API key: 2 calls")
    assert (hijacked.severity, hijacked.technique) == ("high", "T1496.004")
    (second,) = found("other-key", [bearer(credential=OTHER), bearer(credential=KEY)])
    assert OTHER in second.title
    assert (second.severity, second.technique) == ("medium", "T1550.001")


def test_use_after_the_key_was_deleted(found: Found, record: Record, bearer: Record) -> None:
    request = {"userName": "alice", "serviceSpecificCredentialId": KEY}
    gone = record(user="bob", eventName="DeleteServiceSpecificCredential", requestParameters=request)
    (late,) = found("not-in-force", [bearer(credential=KEY, minutes=1)], [gone])
    assert late.title.startswith("1 call allowed after the key was deleted")
    assert found("not-in-force", [bearer(minutes=1)], [gone]) == []
    assert found("not-in-force", [bearer(credential=KEY, minutes=-1)], [gone]) == []


def test_use_while_the_records_say_it_was_inactive(found: Found, record: Record, bearer: Record) -> None:
    def update(status: str, minutes: float, key_id: str = KEY, **fields: Any) -> dict[str, Any]:
        request = {"userName": "alice", "serviceSpecificCredentialId": key_id, "status": status}
        name = "UpdateServiceSpecificCredential"
        return record(user="bob", eventName=name, requestParameters=request, minutes=minutes, **fields)

    off, on = update("Inactive", 10, eventID="off"), update("Active", 20)
    used = [bearer(credential=KEY, minutes=minutes, eventID=str(minutes)) for minutes in (5, 15, 25)]
    (late,) = found("not-in-force", used, [off, on])
    assert late.title == "1 call allowed after bob deactivated the key 2026-11-20 12:10:00."
    assert (late.severity, late.event_ids) == ("high", ("off", "15"))
    (still,) = found("not-in-force", used, [off])
    assert still.event_ids == ("off", "15", "25")
    (unsure,) = found("not-in-force", [bearer(minutes=15)], [off])
    assert (unsure.severity, "another of this user" in unsure.title) == ("medium", True)
    for other in (update("Inactive", 10, OTHER), update("Inactive", 10, errorCode="AccessDenied"), on):
        assert found("not-in-force", used[:2], [other]) == []
    assert found("not-in-force", [bearer(credential=KEY, minutes=15, errorCode="AccessDenied")], [off]) == []


def test_every_finding_names_a_technique(found: Found, record: Record, bearer: Record) -> None:
    records = [
        *(bearer(minutes=30 * n, sourceIPAddress=f"203.0.113.{n}", userAgent=str(n)) for n in range(5)),
        *(record(eventName=f"List{letter}") for letter in "ABCDEFGHIJKL"),
        bearer(minutes=200, errorCode="AccessDenied"),
        record(eventName="CreateUser"),
        record(eventName="StopLogging"),
    ]
    on_user = [making(record, KEY)]
    kinds = (
        "use",
        "address",
        "agent",
        "refused",
        "persistence",
        "blinding",
        "enumeration",
        "fresh-use",
        "done-to-user",
    )
    for kind in kinds:
        made = found(kind, records, on_user)
        assert made, kind
        assert all(finding.technique and finding.technique.startswith("T") for finding in made), kind
