"""A case as a timeline for other tools: every call and every line of the journal, and never a secret."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from typing import Any

import pytest

from services.report.handover import comma_separated, timesketch
from services.report.rows import rows
from tests.services.report.conftest import KEY, Written, event, review_of

TOKEN = "ACWL" + "d2ViLWF0LTEyMzQ1Njc4OTAxMjo" + "0123456789abcdef" * 5


def lines(written: Written) -> list[dict[str, Any]]:
    return [json.loads(line) for line in timesketch(written.case.id, rows(written.case).rows).splitlines()]


def cells(written: Written) -> list[dict[str, str]]:
    text = comma_separated(written.case.id, rows(written.case).rows)
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.fixture
def told(written: Written) -> Written:
    calls = [
        event("13:58:00", name="CreateAccessKey", event_id="a", source="iam.amazonaws.com", bearer=False),
        event("14:01:00", event_id="use"),
        event("14:03:00", event_id="late", error="AccessDenied", source_ip="198.51.100.7"),
    ]
    headline = {"new": {"addresses": ["203.0.113.66"]}, "words": "…"}
    written.opened()
    written.switched("14:02:10", "14:02:11", "14:02:12")
    written.reviewed("14:05:00", review_of(*calls, headline=headline))
    written.line("14:21:00", "note", text="Told the owner.")
    return written


def test_rows_are_in_order_of_time_and_begin_with_the_attack(told: Written) -> None:
    every = lines(told)
    assert all(set(row) >= {"message", "datetime", "timestamp_desc"} for row in every)
    when = [datetime.fromisoformat(row["datetime"]) for row in every]
    assert when == sorted(when)
    assert [int(each.timestamp() * 1_000_000) for each in when] == [row["timestamp"] for row in every]
    first = every[0]
    assert first["message"].endswith("by web from 203.0.113.66: allowed")
    assert (first["event_name"], first["source_ip"], first["new_address"]) == (
        "CreateAccessKey",
        "203.0.113.66",
        True,
    )
    assert (first["severity"], first["techniques"]) == ("high", ["T1098.001"])
    assert [row["message"] for row in every if row["timestamp_desc"] == "Journal entry"][:2] == [
        f"Case opened by arn:aws:iam::123456789012:user/responder for {KEY} of web",
        "Sending iam UpdateServiceSpecificCredential for deactivate",
    ]
    late = next(row for row in every if row.get("event_id") == "late")
    assert (late["result"], late["new_address"]) == ("denied", False)


def test_a_call_that_two_reviews_have_is_one_row(told: Written) -> None:
    before = len(lines(told))
    told.reviewed(
        "14:30:00", review_of(event("14:01:00", event_id="use"), event("14:29:00", event_id="more"))
    )
    ids = [row["event_id"] for row in lines(told) if "event_id" in row]
    assert sorted(ids) == ["a", "late", "more", "use"]
    assert len(lines(told)) == before + 1 + 2


def test_csv_has_the_same_rows_in_cells_that_are_no_formulas(written: Written) -> None:
    written.opened()
    evil = '=HYPERLINK("http://evil.example";"x")'
    written.reviewed("14:05:00", review_of(event("14:01:00", user_agent=evil, summary=f"@SUM(1) {evil}")))
    written.line("14:21:00", "note", text="\t=1+1\x1b[2J\n@cmd")
    table = cells(written)
    assert len(table) == len(lines(written))
    assert list(table[0])[:3] == ["message", "datetime", "timestamp_desc"]
    assert any("HYPERLINK" in each for row in table for each in row.values())
    for row in table:
        for cell in row.values():
            assert not cell.lstrip().startswith(("=", "+", "-", "@"))
            assert "\x1b" not in cell


def test_no_secret_is_in_it(written: Written) -> None:
    written.opened()
    bedrock = "bedrock-api-key-" + "YmVkcm9jay5hbWF6b25hd3MuY29tLz9BY3Rpb249Q2Fsb"
    agents = [f"curl {TOKEN}", bedrock, f"Authorization: Bearer {TOKEN[4:]}"]
    written.reviewed("14:05:00", review_of(*(event("14:01:00", user_agent=each) for each in agents)))
    written.line("14:06:00", "note", text=f"the token is {TOKEN}")
    written.replaced("14:10:00")
    for text in (
        timesketch("x", rows(written.case).rows),
        comma_separated("x", rows(written.case).rows),
    ):
        assert "(secret left out)" in text
        assert TOKEN[10:40] not in text
        assert bedrock[16:] not in text


def test_no_string_of_a_case_that_somebody_sent_is_written_as_it_is(written: Written) -> None:
    evil = "a\u202eb\u2028c\x1b[2Jd\x85e"
    written.opened()
    written.reviewed(
        "14:05:00", review_of(event("14:01:00", user_agent=evil, event_id=evil, resources=[evil]))
    )
    written.line("14:06:00", "note", text=evil, step=[evil], request_id={evil: evil}, key_id=evil)
    written.line("14:07:00", evil, words=evil)
    text = timesketch("x", rows(written.case).rows)
    assert len(text.splitlines()) == len(rows(written.case).rows)
    for letter in "\u202e\u2028\x1b\x85":
        assert letter not in text
        assert f"\\u{ord(letter):04x}" not in text


@pytest.mark.parametrize(
    ("kind", "data", "words"),
    [
        ("outcome", {"ok": True}, "AWS accepted the call"),
        ("outcome", {"ok": False, "error": "Denied"}, "The call did not succeed: Denied"),
        (
            "outcome",
            {"ok": False, "unknown": True, "error": "no answer"},
            "Whether the call was carried out is unknown: no answer",
        ),
        ("compromised", {"credentials": []}, "No other credential is known to be compromised"),
        (
            "compromised",
            {
                "credentials": [
                    {"name": "session A", "state": "alive", "sure": True},
                    {"name": "access key B", "state": "Active", "sure": False},
                ]
            },
            "Compromised as well: session A (alive); May be compromised as well: access key B (Active)",
        ),
    ],
)
def test_a_line_says_no_more_than_the_journal(
    written: Written, kind: str, data: dict[str, Any], words: str
) -> None:
    written.opened()
    written.line("14:06:00", kind, **data)
    assert lines(written)[-1]["message"] == words


HALF = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


@pytest.mark.parametrize(
    "text",
    [
        f"export AWS_SECRET_ACCESS_KEY={HALF}",
        f"AWS_SECRET_ACCESS_KEY='{HALF}'",
        f'AWS_SESSION_TOKEN="{HALF}"',
        f"aws_session_token = {HALF}",
        f'{{"SecretAccessKey": "{HALF}"}}',
        json.dumps({"Credentials": json.dumps({"secretAccessKey": HALF, "sessionToken": HALF})}),
        f"X-Amz-Security-Token: {HALF}",
        f"https://example.com/?X-Amz-Signature={HALF}&x=1",
        f"curl -H 'Authorization: Bearer {HALF}'",
    ],
)
def test_a_secret_is_known_however_it_is_written(written: Written, text: str) -> None:
    written.opened()
    written.line("14:06:00", "note", text=text)
    message = lines(written)[-1]["message"]
    assert "(secret left out)" in message
    assert HALF[4:] not in message


@pytest.mark.parametrize(
    "text", ["Rotate the session token: done", "secret key = gone", "the bearer of this"]
)
def test_what_is_no_secret_is_left_as_it_is(written: Written, text: str) -> None:
    written.opened()
    written.line("14:06:00", "note", text=text)
    assert lines(written)[-1]["message"] == f"Note: {text}"


def test_evidence_that_is_gone_is_named_and_the_rest_is_there(told: Written) -> None:
    path = told.reviewed("14:40:00", review_of(event("14:39:00", event_id="newest")))
    path.write_bytes(b"{}")
    found = rows(told.case)
    assert found.unread == ("review-2.json is altered: its events are left out.",)
    assert "newest" not in json.dumps([row.fields for row in found.rows], default=str)
    assert any(row.fields.get("event_id") == "use" for row in found.rows)


def test_without_a_review_it_is_the_journal_alone(written: Written) -> None:
    written.opened()
    found = rows(written.case)
    assert (found.reviewed, len(found.rows)) == (False, 1)


def test_a_line_that_makes_no_sense_ends_nothing(written: Written) -> None:
    written.opened()
    for data in ({"credentials": "x"}, {"credentials": [1, {"name": None}]}):
        written.line("14:06:00", "compromised", **data)
    written.line("14:07:00", "intent", call="nothing", step=3)
    written.line("14:08:00", "unheard-of", words=["a"])
    assert len(lines(written)) == 5
    assert cells(written)
