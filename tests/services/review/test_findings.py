"""What the rules make of events, and what they leave alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.review.attribution import attribute
from services.review.findings import Facts, Finding, findings, in_force
from services.review.model import Marks, Subject, Unreadable
from services.review.record import Event

Record = Callable[..., dict[str, Any]]
AsEvent = Callable[[dict[str, Any]], Event]
Found = Callable[..., list[Finding]]

KEY = "ACCAEXAMPLE1A2B3C4D5E"
OTHER = "ACCAEXAMPLE9Z8Y7X6W5V"
SUBJECT = Subject("alice", KEY, "logs.amazonaws.com")
NEAR, FAR = "198.51.100.7", "203.0.113.66"


@pytest.fixture
def facts(as_event: AsEvent) -> Callable[..., Facts]:
    def make(
        records: Sequence[dict[str, Any]],
        marks: Marks | None = None,
        on_user: Sequence[dict[str, Any]] = (),
        subject: Subject = SUBJECT,
    ) -> Facts:
        told = attribute(sorted(map(as_event, records), key=lambda event: event.time), subject)
        return Facts(subject, marks or Marks(), told.use, told.other, [as_event(each) for each in on_user])

    return make


@pytest.fixture
def found(facts: Callable[..., Facts]) -> Found:
    def make(*args: Any, kind: str | None = None, **options: Any) -> list[Finding]:
        return [each for each in findings(facts(*args, **options)) if kind in (None, each.kind)]

    return make


def test_nothing_is_made_of_nothing(found: Found) -> None:
    assert found([]) == []
    assert found([], Marks(deactivated=datetime.now().astimezone())) == []


def test_first_and_last_use(found: Found, bearer: Record) -> None:
    records = [bearer(minutes=n, eventID=str(n), awsRegion=f"us-east-{1 + n % 2}") for n in range(5)]
    records.append(bearer(minutes=9, errorCode="AccessDenied"))
    (use,) = found(records, kind="use")
    assert use.event_ids == ("0", "4")
    assert use.title == (
        "Used 5 times, first 2026-11-20 12:00:00, last 2026-11-20 12:04:00, "
        "in us-east-1, us-east-2, against /aws/hlc-logs/app."
    )


def test_addresses_not_seen_before_the_suspected_moment_are_new(
    found: Found, bearer: Record, noon: datetime
) -> None:
    records = [bearer(minutes=n, sourceIPAddress=NEAR) for n in range(5)]
    records += [bearer(minutes=10 + n, sourceIPAddress=FAR, eventID=f"far{n}") for n in range(3)]
    records.append(bearer(minutes=20, sourceIPAddress=NEAR))
    new, known = found(records, Marks(suspected=noon + timedelta(minutes=10)), kind="address")
    assert (new.severity, new.event_ids) == ("high", ("far0", "far1", "far2"))
    assert new.title.startswith(f"Used from {FAR}, not seen before 2026-11-20 12:10:00: 3 calls")
    assert (known.severity, len(known.event_ids)) == ("info", 6)
    assert NEAR not in known.title


def test_without_a_suspected_moment_what_came_late_is_a_hint(found: Found, bearer: Record) -> None:
    records = [bearer(minutes=n * 10, sourceIPAddress=NEAR) for n in range(20)]
    records += [bearer(minutes=150, sourceIPAddress=FAR)]
    new, _ = found(records, kind="address")
    assert (new.severity, FAR in new.title) == ("medium", True)


def test_within_one_hour_nothing_is_new(found: Found, bearer: Record) -> None:
    records = [bearer(minutes=n, sourceIPAddress=[NEAR, FAR][n > 20]) for n in range(40)]
    (known,) = found(records, kind="address")
    assert known.severity == "info"
    assert NEAR in known.title
    assert FAR in known.title


def test_many_new_addresses_are_counted_beyond_the_first_few(
    found: Found, bearer: Record, noon: datetime
) -> None:
    records = [bearer(sourceIPAddress=f"203.0.113.{n}", minutes=n) for n in range(1, 31)]
    new = found(records, Marks(suspected=noon), kind="address")
    assert len(new) == 11
    assert "20 more addresses" in new[-1].title
    assert sum(len(each.event_ids) for each in new) == 30


def test_hostile_agents_are_harmless_and_short_in_titles(found: Found, bearer: Record) -> None:
    (agent,) = found([bearer(userAgent="curl\x1b]0;owned\x07 [bold]" + "A" * 5000)], kind="agent")
    assert "\x1b" not in agent.title
    assert len(agent.title) < 300


def test_refused_calls_all_after_the_deactivation_are_in_force(
    facts: Callable[..., Facts], found: Found, bearer: Record, noon: datetime
) -> None:
    records = [bearer(minutes=n) for n in range(3)]
    records += [bearer(minutes=10 + n, errorCode="AccessDenied", eventID=f"r{n}") for n in range(4)]
    marks = Marks(deactivated=noon + timedelta(minutes=5))
    (refused,) = found(records, marks, kind="refused")
    assert refused.event_ids == ("r0", "r1", "r2", "r3")
    assert refused.title == (
        "Good news: 4 calls of the key denied, all after the deactivation, last 2026-11-20 12:13:00. "
        "The deactivation is enforced."
    )
    assert in_force(facts(records, marks)) == noon + timedelta(minutes=13)


SIGNED = Subject("alice", "AKIAEXAMPLE", "access-key")


@pytest.mark.parametrize(
    ("code", "switched_off", "enforced"),
    [
        ("InvalidClientTokenId", True, True),
        ("AuthFailure", True, True),
        # Who is told what he may not do was let in.
        ("AccessDenied", True, False),
        ("Client.UnauthorizedOperation", True, False),
        ("AccessDenied", False, True),
        ("ThrottlingException", True, False),
    ],
)
def test_of_an_access_key_only_its_own_refusal_shows_that_it_is_off(
    facts: Callable[..., Facts],
    found: Found,
    record: Record,
    noon: datetime,
    code: str,
    switched_off: bool,
    enforced: bool,
) -> None:
    records = [record(), record(minutes=10, errorCode=code, eventName="CreateUser")]
    for each in records:
        each["userIdentity"]["accessKeyId"] = "AKIAEXAMPLE"
    marks = Marks(deactivated=noon + timedelta(minutes=5), switched_off=switched_off)
    assert (in_force(facts(records, marks, subject=SIGNED)) is not None) == enforced
    late = found(records, marks, kind="not-in-force", subject=SIGNED)
    assert len(late) == (code in ("AccessDenied", "Client.UnauthorizedOperation") and switched_off)


def test_what_was_denied_before_as_well_shows_nothing(
    facts: Callable[..., Facts], bearer: Record, noon: datetime
) -> None:
    records = [bearer(errorCode="AccessDenied"), bearer(minutes=10, errorCode="AccessDenied")]
    marks = Marks(deactivated=noon + timedelta(minutes=5))
    assert in_force(facts(records, marks)) is None
    assert in_force(facts([*records, bearer(minutes=11, errorCode="Unauthorized")], marks)) is not None


def test_a_call_let_in_late_is_not_in_force(
    facts: Callable[..., Facts], found: Found, bearer: Record, noon: datetime
) -> None:
    records = [bearer(minutes=10, errorCode="AccessDenied"), bearer(minutes=11, eventID="late")]
    marks = Marks(deactivated=noon + timedelta(minutes=5))
    assert in_force(facts(records, marks)) is None
    (late,) = found(records, marks, kind="not-in-force")
    assert (late.severity, late.event_ids) == ("high", ("late",))
    # A call that failed for another reason had passed the door.
    failed = [records[0], bearer(minutes=11, errorCode="ResourceNotFoundException")]
    assert in_force(facts(failed, marks)) is None
    throttled = [records[0], bearer(minutes=11, errorCode="ThrottlingException")]
    assert in_force(facts(throttled, marks)) is not None


def test_a_few_seconds_are_the_lag_of_iam(
    facts: Callable[..., Facts], found: Found, bearer: Record, noon: datetime
) -> None:
    records = [bearer(minutes=0.1), bearer(minutes=2, errorCode="AccessDenied")]
    marks = Marks(deactivated=noon)
    assert in_force(facts(records, marks)) == noon + timedelta(minutes=2)
    (lag,) = found(records, marks, kind="lag")
    assert "within 10 s" in lag.title


def test_a_refusal_in_the_second_of_the_deactivation_is_its_work(
    facts: Callable[..., Facts], found: Found, bearer: Record, noon: datetime
) -> None:
    records = [bearer(), bearer(errorCode="AccessDenied")]
    marks = Marks(deactivated=noon + timedelta(milliseconds=400))
    assert in_force(facts(records, marks)) == noon
    (refused,) = found(records, marks, kind="refused")
    assert refused.severity == "info"
    assert "The deactivation is enforced" in refused.title
    assert found(records, marks, kind="lag") == []


def test_without_refused_calls_nothing_is_seen_in_force(
    facts: Callable[..., Facts], bearer: Record, noon: datetime
) -> None:
    assert in_force(facts([bearer()], Marks(deactivated=noon + timedelta(minutes=1)))) is None
    early = [bearer(errorCode="AccessDenied")]
    assert in_force(facts(early, Marks(deactivated=noon + timedelta(minutes=1)))) is None
    assert in_force(facts(early)) is None


def test_after_the_key_is_switched_on_again_calls_may_pass(
    facts: Callable[..., Facts], found: Found, bearer: Record, noon: datetime
) -> None:
    records = [bearer(minutes=2, errorCode="AccessDenied"), bearer(minutes=9)]
    marks = Marks(deactivated=noon, reactivated=noon + timedelta(minutes=5))
    assert in_force(facts(records, marks)) == noon + timedelta(minutes=2)
    assert found(records, marks, kind="not-in-force") == []


def test_persistence_by_the_user_is_high_and_a_refused_try_less(found: Found, record: Record) -> None:
    records = [
        record(eventName="CreateAccessKey", requestParameters={"userName": "backup"}, eventID="k"),
        record(eventName="CreateUser", errorCode="AccessDenied", minutes=1),
        record(eventName="ListUsers"),
    ]
    tried, done = sorted(found(records, kind="persistence"), key=lambda each: each.severity, reverse=True)
    assert (done.severity, done.technique, done.event_ids) == ("high", "T1098.001", ("k",))
    assert done.title == "CreateAccessKey for backup by this user, 2026-11-20 12:00:00."
    assert (tried.severity, tried.technique) == ("medium", "T1136.003")
    assert "AccessDenied" in tried.title


def test_what_others_did_to_the_user(found: Found, record: Record) -> None:
    done = [
        record(user="mallory", eventName="CreateLoginProfile", requestParameters={"userName": "alice"}),
        record(user="mallory", eventName="GetUser", requestParameters={"userName": "alice"}),
    ]
    (finding,) = found([], on_user=done)
    assert finding.kind == "done-to-user"
    assert "by mallory" in finding.title


@pytest.mark.parametrize(("kinds", "minutes", "seen"), [(12, 0.2, True), (9, 0.2, False), (12, 5, False)])
def test_looking_around_is_many_kinds_of_reading_in_a_short_time(
    found: Found, record: Record, kinds: int, minutes: float, seen: bool
) -> None:
    names = [f"{['Get', 'List', 'Describe'][n % 3]}Thing{n}" for n in range(kinds)]
    records = [record(eventName=name, minutes=n * minutes) for n, name in enumerate(names * 2)]
    assert bool(found(records, kind="enumeration")) is seen


def test_one_call_over_and_over_is_no_looking_around(found: Found, record: Record) -> None:
    assert found([record(eventName="GetThing", minutes=n / 60) for n in range(100)], kind="enumeration") == []


def test_other_credentials_of_the_user_are_told_apart(found: Found, record: Record, bearer: Record) -> None:
    records = [record(eventID="a"), bearer(credential=KEY), bearer(credential=OTHER, eventID="b")]
    (others,) = found(records, kind="other-credential")
    assert "AKIAEXAMPLE" in others.title
    assert OTHER in others.title
    assert set(others.event_ids) == {"a", "b"}


def test_the_gravest_come_first(found: Found, record: Record, bearer: Record) -> None:
    records = [bearer(), record(eventName="StopLogging"), bearer(errorCode="AccessDenied")]
    order = ["high", "medium", "low", "info"]
    severities = [order.index(each.severity) for each in found(records)]
    assert severities == sorted(severities)
    assert severities[0] == 0


def attribution(as_event: AsEvent, subject: Subject, *records: dict[str, Any]) -> tuple[int, int, str]:
    told = attribute(map(as_event, records), subject)
    return len(told.use), len(told.other), told.by


def test_attribution(as_event: AsEvent, record: Record, bearer: Record) -> None:
    plain, named, other, signed = bearer(), bearer(credential=KEY), bearer(credential=OTHER), record()
    assert attribution(as_event, SUBJECT, named, signed) == (1, 1, "credential id")
    assert attribution(as_event, SUBJECT, named, other) == (1, 1, "credential id")
    assert attribution(as_event, SUBJECT, other) == (0, 1, "credential id")
    assert attribution(as_event, SUBJECT, plain, signed) == (1, 1, "user")
    assert attribution(as_event, SUBJECT, plain, named, other) == (2, 1, "user")
    assert attribution(as_event, SUBJECT) == (0, 0, "user")
    assert attribution(as_event, Subject("alice"), plain, named, other, signed) == (3, 1, "user")


@pytest.mark.parametrize(
    ("service", "fields", "is_use"),
    [
        ("bedrock.amazonaws.com", {}, False),
        ("logs.amazonaws.com", {"eventSource": "bedrock.amazonaws.com"}, False),
        ("bedrock.amazonaws.com", {"eventSource": "bedrock.amazonaws.com"}, True),
        ("cloudwatch.amazonaws.com", {"eventSource": "monitoring.amazonaws.com"}, True),
        ("xray.amazonaws.com", {"eventSource": "nobody-knows.amazonaws.com"}, False),
        ("xray.amazonaws.com", {"eventSource": "xray.amazonaws.com"}, True),
        ("logs.amazonaws.com", {"eventSource": "sagemaker.amazonaws.com"}, False),
        ("logs.amazonaws.com", {"requestParameters": {"bearerTokenType": "SHORT_TERM"}}, False),
        ("logs.amazonaws.com", {"additionalEventData": {"bearerTokenType": "LONG_TERM"}}, True),
    ],
)
def test_use_is_of_the_keys_own_service(
    as_event: AsEvent, bearer: Record, service: str, fields: dict[str, Any], is_use: bool
) -> None:
    used, _, _ = attribution(as_event, Subject("alice", KEY, service), bearer(**fields))
    assert bool(used) is is_use


def test_use_of_passwords_has_no_mark(as_event: AsEvent, record: Record) -> None:
    pull = record(eventSource="codecommit.amazonaws.com", eventName="GitPull")
    signed, identity = pull, dict(pull["userIdentity"])
    del identity["accessKeyId"]
    pull = pull | {"userIdentity": identity}
    over_ssh = pull | {"additionalEventData": {"protocol": "SSH"}}
    over_http = pull | {"additionalEventData": {"protocol": "HTTPS"}}
    subject = Subject("alice", KEY, "codecommit.amazonaws.com")
    others = (signed, over_ssh, pull | {"eventName": "GetBranch"})
    assert attribution(as_event, subject, pull, over_http, *others)[:2] == (2, 3)


def test_use_of_metric_keys_has_no_mark_either(as_event: AsEvent, record: Record) -> None:
    put = record(eventSource="monitoring.amazonaws.com", eventName="PutMetricData")
    otlp = put | {"additionalEventData": {"protocol": "OTLP"}}
    subject = Subject("alice", KEY, "cloudwatch.amazonaws.com")
    assert attribution(as_event, subject, otlp, put)[:2] == (1, 1)


def test_a_short_term_key_is_a_finding_of_its_own(as_event: AsEvent, bearer: Record) -> None:
    short = bearer(requestParameters={"bearerTokenType": "SHORT_TERM", "callWithBearerToken": True})
    event = as_event(short | {"eventSource": "bedrock.amazonaws.com"})
    found = findings(Facts(SUBJECT, Marks(), (), [event], ()))
    assert [(each.kind, each.severity) for each in found if each.severity != "info"] == [
        ("short-term-key", "high")
    ]
    assert "does not stop it" in found[0].title


def test_services_that_act_for_the_user_are_no_address(as_event: AsEvent, record: Record) -> None:
    events = [as_event(record(sourceIPAddress=source)) for source in ("athena.amazonaws.com", "AWS Internal")]
    assert not [each for each in findings(Facts(SUBJECT, Marks(), (), events, ())) if "address" in each.kind]


def test_evidence_that_is_missing_alike_is_one_finding() -> None:
    lost = [
        Unreadable(f"s3://trail/ of eu-west-{n}", "lost its digest files", missing=True) for n in range(15)
    ]
    gone = Unreadable("s3://trail/a.json.gz", "is gone", missing=True)
    titles = [each.title for each in findings(Facts(SUBJECT, Marks(), (), (), (), [*lost, gone]))]
    assert titles == [
        "Evidence is missing: s3://trail/ of eu-west-0; s3://trail/ of eu-west-1; s3://trail/ of eu-west-2 "
        "and 12 more lost its digest files.",
        "Evidence is missing: s3://trail/a.json.gz is gone.",
    ]
