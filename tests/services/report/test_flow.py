"""IncomingBytes for a report: from CloudWatch as the sandbox answers it, kept in the case, found again."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sandbox.logs.meter import Meter
from sandbox.wire.server import Sandbox
from services.aws.session import AwsSession
from services.cases.case import Case
from services.report import flow
from services.report.build import build
from tests.services.report.conftest import GROUP, NOW, Written, event, reading_of, review_of


@pytest.fixture
def groups(sandbox: Sandbox, boto: Callable[..., Any]) -> datetime:
    """Two groups that take bearer tokens and one that does not, each with bytes; now."""
    now = datetime.now(UTC)
    for name, bearer in ((GROUP, True), ("/other", True), ("/signed", False)):
        boto("logs").create_log_group(logGroupName=name)
        boto("logs").put_bearer_token_authentication(
            logGroupIdentifier=name, bearerTokenAuthenticationEnabled=bearer
        )
        sandbox.world.part(Meter).add("us-east-1", name, now - timedelta(minutes=10), 5000, 10)
    return now


async def test_the_groups_the_key_was_used_against(groups: datetime, written: Written) -> None:
    opened = groups - timedelta(minutes=5)
    written.line(opened.isoformat(), "opened", account="123456789012")
    written.reviewed("14:05:00", review_of(event("14:01:00")))
    async with AwsSession(regions=("us-east-1",)) as aws:
        reading = await flow.read(aws, written.report(groups))
    (group,) = reading.groups
    assert (group.log_group, reading.period_seconds) == (GROUP, 60)
    assert [value for _, value in group.points if value] == [5000.0]
    assert opened - group.points[0][0] - timedelta(hours=1) < timedelta(minutes=1)


async def test_all_that_take_tokens_where_no_use_is_known(groups: datetime, written: Written) -> None:
    written.line(groups.isoformat(), "opened", account="123456789012")
    async with AwsSession(regions=("us-east-1",)) as aws:
        reading = await flow.read(aws, written.report(groups))
    assert {group.log_group for group in reading.groups} == {GROUP, "/other"}


def test_points_are_kept_and_found_again(written: Written) -> None:
    written.opened()
    kept = flow.keep(written.case, reading_of(1.0, None, 2.0))
    assert "saved as evidence in traffic-1.json" in kept.words
    assert not written.case.held, "the lock is given back"
    report = written.report()
    assert report.flow.reading == kept.reading
    assert report.flow.words.startswith("As read from CloudWatch 2026-11-23 13:07:00 UTC")
    assert report.journal.flaws == ()
    assert written.case.journal.entries()[-1].kind == "traffic"


def test_who_holds_the_lock_keeps_it(written: Written) -> None:
    written.opened()
    with written.case as case:
        flow.keep(case, reading_of(1.0))
        assert case.held
        case.append("note", text="goes on")


def test_points_are_used_though_somebody_else_holds_the_case(written: Written) -> None:
    written.opened()
    with Case(written.case.folder):
        found = flow.keep(written.case, reading_of(1.0))
    assert found.reading
    assert "not saved as evidence: Case 1123-K5E is being worked on by" in found.words
    assert [entry.kind for entry in written.case.journal.entries()] == ["opened"]


def test_nothing_is_added_to_a_closed_case(whole: Written) -> None:
    head = whole.report().journal.head
    found = flow.keep(whole.case, reading_of(1.0))
    assert found.words.endswith("not saved as evidence: the case is closed.")
    assert whole.report().journal.head == head


def test_nothing_is_added_to_an_altered_journal(written: Written) -> None:
    written.opened()
    written.line("14:03:00", "note", text="to be cut off")
    path = written.case.journal.path
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])
    found = flow.keep(written.case, reading_of(1.0))
    assert found.words.endswith("not saved as evidence: the journal has flaws.")
    assert written.report().journal.flaws, "what was cut off is still missed"


def test_altered_points_are_not_drawn(written: Written) -> None:
    written.opened()
    flow.keep(written.case, reading_of(1.0))
    path = written.case.folder / "evidence" / "traffic-1.json"
    document = json.loads(path.read_bytes())
    document["groups"][0]["points"][0][1] = 9e9
    path.write_text(json.dumps(document))
    report = written.report()
    assert report.flow.reading is None
    assert report.flow.words == "No data points are available: traffic-1.json is altered."


def test_no_points_at_all(written: Written) -> None:
    written.opened()
    assert written.report().flow.words == (
        "No data points are available: none were read while the case was worked on."
    )


@pytest.mark.parametrize(
    ("open_for", "seconds"),
    [
        (timedelta(hours=2), 60),
        (timedelta(days=3), 300),
        (timedelta(days=12), 900),
        (timedelta(days=50), 3600),
    ],
)
def test_the_longer_a_case_the_coarser_its_points(
    written: Written, open_for: timedelta, seconds: int
) -> None:
    written.line((NOW - open_for).isoformat(), "opened", account="1")
    assert flow.Span.of(build(written.case, now=NOW)).period_seconds == seconds


def test_the_points_of_a_closed_case_end_an_hour_after(whole: Written) -> None:
    late = build(whole.case, now=NOW + timedelta(days=30))
    span = flow.Span.of(late)
    assert (span.since.isoformat(), span.until.isoformat()) == (
        "2026-11-23T13:02:09+00:00",
        "2026-11-23T15:30:00+00:00",
    )
