"""The suspected use told from the owner's, what it is weighed against, and by which credential."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.review.attribution import attribute
from services.review.compromised import compromised
from services.review.facts import Facts
from services.review.findings import findings
from services.review.follow import Session
from services.review.headline import headline
from services.review.model import Marks, Subject
from services.review.record import Event

Make = Callable[..., dict[str, Any]]
AsEvent = Callable[[dict[str, Any]], Event]
Told = Callable[..., Facts]

KEY = "ACCAEXAMPLE1A2B3C4D5E"
SUBJECT = Subject("alice", KEY, "logs.amazonaws.com")
OWN, OTHER, THIRD = "198.51.100.7", "203.0.113.66", "192.0.2.44"


@pytest.fixture
def told(as_event: AsEvent) -> Told:
    def make(
        records: Sequence[dict[str, Any]], marks: Marks | None = None, subject: Subject = SUBJECT
    ) -> Facts:
        parts = attribute(sorted(map(as_event, records), key=lambda event: event.time), subject)
        return Facts(subject, marks or Marks(), parts.use, parts.other, ())

    return make


def words(facts: Facts) -> str:
    found = headline(facts)
    assert found is not None
    return found.words


@pytest.fixture
def mixed(bearer: Make) -> list[dict[str, Any]]:
    """Ten of the owner's calls before noon + 100 min, and an intruder's from two addresses after it."""
    own = [bearer(minutes=20 * n, sourceIPAddress=OWN) for n in range(10)]
    theirs = [bearer(minutes=101 + n, sourceIPAddress=(OTHER, THIRD)[n % 2]) for n in range(8)]
    denied = bearer(minutes=150, sourceIPAddress=OTHER, errorCode="AccessDenied")
    service = bearer(minutes=151, sourceIPAddress="firehose.amazonaws.com")
    return [*own, *theirs, denied, service]


def test_a_suspected_moment_tells_the_owners_use(
    told: Told, mixed: list[dict[str, Any]], noon: datetime
) -> None:
    facts = told(mixed, Marks(suspected=noon + timedelta(minutes=100)))
    assert words(facts) == (
        "9 calls (1 denied) from 2 addresses not seen before 2026-11-20 13:40:00; 10 from the owner's usual "
        "address; 1 call by AWS services for the user."
    )
    found = headline(facts)
    assert found
    assert found.as_json()["new"] == {
        "calls": 9,
        "refused": 1,
        "addresses": [OTHER, THIRD],
        "first": "2026-11-20T13:41:00Z",
        "last": "2026-11-20T14:30:00Z",
    }


def test_where_none_is_set_the_first_tenth_is_what_is_usual(told: Told, mixed: list[dict[str, Any]]) -> None:
    assert words(told(mixed)) == (
        "9 calls (1 denied) from 2 addresses first seen from 2026-11-20 13:41:00 on; 10 from an address seen "
        "before; 1 call by AWS services for the user. No suspected moment is set."
    )


def test_an_address_that_is_known_from_other_calls_is_the_owners(
    told: Told, bearer: Make, record: Make, noon: datetime
) -> None:
    records = [record(minutes=0, sourceIPAddress=OWN), bearer(minutes=60, sourceIPAddress=OWN)]
    assert words(told(records, Marks(suspected=noon + timedelta(minutes=30)))) == (
        "No call from an address not seen before 2026-11-20 12:30:00; 1 from the owner's usual address."
    )


def test_nothing_is_called_the_owners_without_records_of_before(
    told: Told, mixed: list[dict[str, Any]], noon: datetime
) -> None:
    facts = told(mixed, Marks(suspected=noon - timedelta(minutes=1)))
    assert "which is the owner's is unknown" in words(facts)
    assert facts.baseline.words.startswith("No baseline: there is no record of this user before")
    found = headline(facts)
    assert found
    assert found.as_json()["baseline"] is False


def test_addresses_that_change_all_the_time_tell_nothing(told: Told, bearer: Make, noon: datetime) -> None:
    records = [bearer(minutes=n * 10, sourceIPAddress=f"203.0.113.{n}") for n in range(40)]
    assert "change all the time" in words(told(records, Marks(suspected=noon + timedelta(minutes=200))))


def test_within_an_hour_nothing_is_told_apart(told: Told, bearer: Make) -> None:
    facts = told([bearer(minutes=n, sourceIPAddress=(OWN, OTHER)[n > 20]) for n in range(40)])
    assert headline(facts) is None
    assert facts.baseline.words.startswith("No baseline: there are no records of this user over more than an")


def test_without_a_key_all_the_user_did_is_told_apart(told: Told, record: Make, noon: datetime) -> None:
    records = [record(minutes=n * 30, sourceIPAddress=OWN) for n in range(4)]
    records.append(record(minutes=100, sourceIPAddress=OTHER))
    facts = told(records, Marks(suspected=noon + timedelta(minutes=95)), Subject("alice"))
    assert words(facts).startswith("1 call from 1 address not seen before")


def test_what_findings_are_weighed_against_is_said(
    told: Told, mixed: list[dict[str, Any]], noon: datetime
) -> None:
    assert told(mixed, Marks(suspected=noon + timedelta(minutes=100))).baseline.words == (
        "Baseline: 5 calls of 1 kind from 1 address, since 2026-11-20 12:00:00, before 2026-11-20 13:40:00 "
        "(the suspected moment)."
    )
    assert told([]).baseline.words.startswith("No baseline")


def test_a_deed_says_whether_it_is_new_for_the_user(told: Told, record: Make, noon: datetime) -> None:
    records = [record(minutes=n * 10, eventName="GetSecretValue", sourceIPAddress=OWN) for n in range(5)]
    records.append(record(minutes=60, eventName="GetSecretValue", sourceIPAddress=OTHER))
    records.append(record(minutes=61, eventName="CreateUser", sourceIPAddress=OTHER))
    facts = told(records, Marks(suspected=noon + timedelta(minutes=55)))
    newness = {each.title.split()[0]: each.newness for each in findings(facts) if each.newness}
    assert newness["CreateUser"] == "Never seen from this user before 2026-11-20 12:55:00."
    assert newness["GetSecretValue"] == (
        "This user called it before 2026-11-20 12:55:00 too, not from this address."
    )
    alone = told([record(minutes=0, eventName="CreateUser")])
    assert [each.newness for each in findings(alone) if each.kind == "persistence"] == [None]


def test_every_finding_of_calls_says_by_which_credential(told: Told, record: Make, bearer: Make) -> None:
    def by(access_key: str | None, **fields: Any) -> dict[str, Any]:
        made = record(**{"eventName": "CreateUser"} | fields)
        made["userIdentity"]["accessKeyId"] = access_key
        return made

    cases = {
        "access key AKIAEXAMPLE": by("AKIAEXAMPLE"),
        "session ASIAEXAMPLE1A2B3C4D5": by("ASIAEXAMPLE1A2B3C4D5"),
        f"API key {KEY}": bearer(credential=KEY),
        "an API key that no record names": bearer(),
        "a short-term API key": bearer(additionalEventData={"bearerTokenType": "SHORT_TERM"}),
        "a console sign-in": by(
            None,
            eventName="ConsoleLogin",
            eventSource="signin.amazonaws.com",
            additionalEventData={"MFAUsed": "No"},
        ),
        "a credential that no record names": by(None),
    }
    for words_, made in cases.items():
        found = findings(told([made]))
        assert found, words_
        assert {each.by for each in found} == {words_}
        assert all(each.told.endswith(f" By {words_}.") and each.as_json()["credentials"] for each in found)


def test_a_followed_session_is_named_with_its_role(record: Make, as_event: AsEvent, noon: datetime) -> None:
    made = record(eventName="CreateUser")
    made["userIdentity"] |= {"accessKeyId": "ASIAEXAMPLE1A2B3C4D5", "userName": None}
    event = replace(as_event(made), session="ASIAEXAMPLE1A2B3C4D5")
    opened = Session("ASIAEXAMPLE1A2B3C4D5", None, "Admin", noon, "AKIAEXAMPLE", "e")
    facts = Facts(Subject("alice"), Marks(), (), [event], (), sessions={opened.id: opened})
    assert {each.by for each in findings(facts)} == {"session ASIAEXAMPLE1A2B3C4D5 of Admin"}


def test_an_intruders_use_of_an_old_access_key_is_not_mere_information(
    told: Told, record: Make, bearer: Make, noon: datetime
) -> None:
    records = [bearer(minutes=n * 10, sourceIPAddress=OWN) for n in range(10)]
    records += [record(minutes=120 + n, sourceIPAddress=OTHER) for n in range(3)]
    found = findings(told(records, Marks(suspected=noon + timedelta(minutes=110))))
    severity = {each.kind: each.severity for each in found}
    assert (severity["compromised"], severity["other-address"]) == ("high", "high")
    assert "other-credential" not in severity
    found = findings(told(records))
    assert {each.severity for each in found if each.kind in ("compromised", "other-address")} == {"medium"}


def test_without_records_of_before_no_credential_is_surely_compromised(
    told: Told, record: Make, noon: datetime
) -> None:
    records = [record(minutes=n, sourceIPAddress=OTHER) for n in range(3)]
    facts = told(records, Marks(suspected=noon - timedelta(minutes=1)))
    assert [each.sure for each in compromised(facts)] == [False]
    (found,) = [each for each in findings(facts) if each.kind == "compromised"]
    assert (found.severity, "may be compromised as well" in found.title) == ("medium", True)


def test_beside_an_access_key_an_api_key_that_no_record_names_is_compromised_too(
    told: Told, record: Make, bearer: Make, noon: datetime
) -> None:
    own = [record(minutes=n, sourceIPAddress=OWN) for n in range(3)]
    for subject, named in ((Subject("alice", "AKIAEXAMPLE"), ["API key of alice"]), (SUBJECT, [])):
        facts = told(
            [*own, bearer(minutes=60, sourceIPAddress=OTHER)], Marks(noon + timedelta(minutes=30)), subject
        )
        assert [each.name for each in compromised(facts)] == named


def test_a_thousand_sessions_are_no_thousand_findings(told: Told, record: Make, noon: datetime) -> None:
    records = [record(minutes=n, sourceIPAddress=OWN) for n in range(3)]
    for n in range(30):
        made = record(minutes=60 + n, sourceIPAddress=OTHER)
        made["userIdentity"]["accessKeyId"] = f"ASIA{n:016}"
        records.append(made)
    facts = told(records, Marks(noon + timedelta(minutes=30)))
    titles = [each.title for each in findings(facts) if each.kind == "compromised"]
    assert len(titles) == 11
    assert titles[-1].startswith("20 more credentials are compromised as well")
    assert len(compromised(facts)) == 30
