"""The one sentence on top: no more than was seen, and what is unknown is left out or said to be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from services.report.html import to_html
from services.report.markdown import to_markdown
from services.report.model import Summary
from tests.services.report.conftest import KEY, USER, Written, at, event, review_of

NEW, OWN = "203.0.113.66", "198.51.100.7"
PLANTED = "AKIAEXAMPLE000000002"


def headline(*addresses: str, suspected: bool = True) -> dict[str, object]:
    words = "2 calls from 1 address not seen before 2026-11-23 11:00:00; 1 from the owner's usual address."
    return {"words": words, "suspected": suspected, "rotating": False, "new": {"addresses": list(addresses)}}


def attacked(*, suspected: bool = True, **changes: Any) -> dict[str, Any]:
    """The owner's use of days before, and an intruder's of 2 h 9 min: a key made, a secret read."""
    calls = (
        event("2026-11-20T08:00:00Z", source_ip=OWN),
        event("11:50:00", name="CreateAccessKey", source="iam.amazonaws.com", bearer=False, event_id="a"),
        event(
            "11:51:00",
            name="GetSecretValue",
            bearer=False,
            summary="GetSecretValue for prod/db",
            event_id="s",
        ),
        event("11:53:00"),
        event("14:02:00", source_ip="192.0.2.44"),
        event("14:03:00", error="AccessDenied"),
    )
    return review_of(*calls, headline=headline(NEW, "192.0.2.44", suspected=suspected), **changes)


def planted(written: Written, clock: str, state: str, *, sure: bool = True) -> None:
    made: Mapping[str, object] = {
        "kind": "access key",
        "id": PLANTED,
        "user": USER,
        "name": f"access key {PLANTED} of {USER}",
        "why": f"made from {NEW}",
        "made_from": [NEW],
        "used_from": [],
        "sure": sure,
        "state": state,
        "ended": state == "Inactive",
        "read_at": f"2026-11-23T{clock}Z",
        "lever": "stanch respond …",
    }
    written.line(clock, "compromised", credentials=[made])


def told(written: Written) -> Summary:
    found = written.report().summary
    assert found
    return found


@pytest.fixture
def contained(written: Written) -> Written:
    written.opened()
    written.switched("14:02:40", "14:02:41", "14:02:56")
    return written


def test_contained_used_and_made(contained: Written) -> None:
    contained.reviewed("14:05:00", attacked())
    planted(contained, "14:05:01", "Active")
    intent = contained.intent(
        "14:06:00",
        "access-keys",
        "UpdateAccessKey",
        {"UserName": USER, "AccessKeyId": PLANTED, "Status": "Inactive"},
    )
    contained.ok("14:06:01", intent)
    planted(contained, "14:06:02", "Inactive")
    found = told(contained)
    assert found.words == (
        "The key was contained 47 s after the case was opened; used from two addresses not seen before for "
        "2 h 9 min; it made one access key, Inactive since 14:06:01."
    )
    assert (found.seconds_to_contain, found.time_to_contain) == (47, "47 s")
    assert found.taken.startswith("Secret read 1 time (prod/db), as far as records show.")
    assert "to do, first: " in found.remains


def test_what_is_still_usable_is_said_with_the_containment(contained: Written) -> None:
    contained.reviewed("14:05:00", attacked(complete=False))
    planted(contained, "14:05:01", "Active")
    words = told(contained).words
    assert "after the case was opened, but one other credential not; " in words
    assert "for at least 2 h 9 min" in words
    assert words.endswith("it made one access key, Active at 14:05:01.")
    report = contained.report()
    assert "compromised" in [left.kind for left in report.remaining]
    for written_as in (to_html(report), to_markdown(report)):
        assert written_as.count("Compromised as well") >= 2
        assert f"access key {PLANTED} of web" in written_as


def test_without_a_suspected_moment_nothing_is_certain(contained: Written) -> None:
    contained.reviewed("14:05:00", attacked(suspected=False))
    planted(contained, "14:05:01", "Inactive", sure=False)
    words = told(contained).words
    assert "which may not be an intruder's, as no suspected moment is set" in words
    assert "it may have made one access key, Inactive at 14:05:01" in words


def test_without_records_of_before_nothing_is_certain_either(contained: Written) -> None:
    content = attacked()
    content["headline"]["baseline"] = False
    contained.reviewed("14:05:00", content)
    assert "which may not be an intruder's, as there are no records of before" in told(contained).words


@pytest.mark.parametrize(
    ("changes", "whose"),
    [
        ({"baseline": True}, "none of them new"),
        ({}, "none of them new"),
        ({"rotating": True}, "whose is not known"),
        ({"baseline": False}, "whose is not known"),
    ],
)
def test_no_address_is_new_only_where_addresses_tell_anything(
    contained: Written, changes: dict[str, Any], whose: str
) -> None:
    known = {**headline(), "new": {"addresses": []}, **changes}
    contained.reviewed("14:05:00", review_of(event("11:50:00"), event("11:51:00"), headline=known))
    assert f"used from one address for 1 min, {whose}" in told(contained).words


def test_state_by_state(written: Written) -> None:
    written.opened()
    unknown = "whether it was used is unknown: CloudTrail was not reviewed"
    assert told(written).words == f"Not contained: nothing in the journal stopped the key; {unknown}."
    assert told(written).taken.startswith("What was taken is unknown")
    params = {"UserName": USER, "ServiceSpecificCredentialId": KEY, "Status": "Inactive"}
    written.ok(
        "14:02:11", written.intent("14:02:10", "deactivate", "UpdateServiceSpecificCredential", params)
    )
    assert told(written).words.startswith("Containment was requested, but AWS did not confirm it;")
    assert told(written).seconds_to_contain is None
    written.verified("14:02:12", "deactivate", "confirmed", "Inactive")
    assert told(written).words.startswith("The key was contained 3 s after the case was opened;")
    late = {"kind": "not-in-force", "severity": "high", "title": "3 calls allowed after it.", "event_ids": []}
    written.reviewed("14:05:00", review_of(event("14:04:00"), findings=[late]))
    assert "opened, but calls with it were allowed after that;" in told(written).words
    assert "used from one address once, whose is not known" in told(written).words
    written.switched("14:08:00", "14:08:01", "14:08:02", status="Active")
    assert told(written).words.startswith("Not contained: the key was made Active again;")


def test_inactive_before_and_stopped_by_the_deny_policy(written: Written) -> None:
    written.opened(status="Inactive")
    assert told(written).words.startswith("The key was Inactive already when the case was opened;")
    written.held("14:02:39")
    assert told(written).words.startswith(
        "The key was stopped by a deny policy 30 s after the case was opened;"
    )


def test_not_seen_used_and_unknown(contained: Written) -> None:
    contained.reviewed("14:05:00", review_of(verdict="not seen used", verdict_words="Not seen used."))
    assert told(contained).words.endswith("; not seen used.")
    contained.reviewed("14:06:00", review_of(verdict="unknown", verdict_words="Unknown.", complete=False))
    assert told(contained).words.endswith("; whether it was used is unknown.")
    path = contained.reviewed("14:07:00", attacked())
    path.write_bytes(b"{}")
    assert told(contained).words.endswith("; by the journal's own words it was used.")
    assert told(contained).taken == "What was taken is unknown: no review can be shown."


def test_the_timeline_begins_with_the_attack(contained: Written) -> None:
    contained.reviewed("14:05:00", attacked())
    report = contained.report()
    first, second = report.chronology[:2]
    assert (first.at, first.words) == (
        at("11:50:00"),
        f"First call from {NEW}: CallWithBearerToken on /aws/hlc-logs/my-application.",
    )
    assert second.words.startswith("CreateAccessKey for web by this user")
    assert [each.at for each in report.chronology] == sorted(each.at for each in report.chronology)
    page = to_html(report)
    assert "What was done when, 2026-11-23 11:50:00 UTC to" in page
    assert "11-20 08:00" not in page[page.index('id="timeline"') : page.index('id="traffic"')]
    markdown = to_markdown(report)
    assert markdown.index("## In short") < markdown.index("## What happened") < markdown.index("## Timeline")


def test_what_was_taken_is_told_of_what_was_looked_for_alone(contained: Written) -> None:
    calls = [event("11:50:00"), event("11:51:00", name="Scan", source="dynamodb.amazonaws.com", bearer=False)]
    contained.reviewed("14:05:00", review_of(*calls, headline=headline(NEW)))
    assert told(contained).taken == (
        "No read of any secret, parameter, S3 object or machine's password by those addresses is among the "
        "records. Reads of stored objects are recorded only where data events are; other data was not looked "
        "for."
    )


def test_an_attack_from_a_great_many_addresses_is_told_in_part_and_says_so(contained: Written) -> None:
    addresses = [f"192.0.{n // 250}.{n % 250}" for n in range(60)]
    calls = [event(f"11:{n:02}:00", source_ip=each) for n, each in enumerate(addresses)]
    contained.reviewed("14:05:00", review_of(*calls, headline=headline(*addresses)))
    told = [each.words for each in contained.report().chronology]
    assert sum(words.startswith("First call from ") for words in told) == 40
    assert "From here on 20 more moments left out: the review has all." in told


def test_each_printed_page_says_the_case_the_clock_and_its_number(contained: Written) -> None:
    page = to_html(contained.report())
    style = page[page.index("<style>") : page.index("</style>")]
    assert 'content: "Case 1123-K5E · all times UTC"' in style
    assert 'content: "Page " counter(page) " of " counter(pages)' in style


@pytest.mark.parametrize("service", ["access-key", "logs.amazonaws.com"])
def test_a_stopped_access_key_does_not_stand_for_its_sessions(written: Written, service: str) -> None:
    written.opened(service=service)
    written.switched("14:02:40", "14:02:41", "14:02:56")
    sessions = "but the sessions that it opened were not ended"
    assert (sessions in told(written).words) == (service == "access-key")


def test_a_clock_that_was_set_back_tells_no_time(written: Written) -> None:
    written.opened("14:02:09")
    written.switched("13:52:10", "13:52:11", "13:52:12")
    found = told(written)
    assert found.seconds_to_contain is None
    assert found.words.startswith("The key was stopped, how long after the case was opened is unknown:")
