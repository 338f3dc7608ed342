"""Coverage by Region and time, as trails, their status and their selectors give it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.aws.cloudtrail import AdvancedSelector, EventSelectors, FieldSelector, Trail, TrailStatus
from services.review.coverage import Coverage, coverage, gaps, history_rows, path_rows, trail_rows
from services.review.model import Unreadable, Window
from services.review.trails import Trails, TrailState

LOGS = "logs.amazonaws.com"
START = datetime(2026, 11, 20, tzinfo=UTC)
END = START + timedelta(days=10)
WINDOW = Window(START, END)


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def selectors(*rules: tuple[str, str]) -> EventSelectors:
    fields = tuple(FieldSelector(name, (("Equals", (value,)),)) for name, value in rules)
    return EventSelectors(advanced=(AdvancedSelector("", fields),))


USE = selectors(("eventCategory", "Data"), ("resources.type", "AWS::Logs::LogGroupAuthorization"))
MANAGEMENT = selectors(("eventCategory", "Management"))
LOGGING = TrailStatus(logging=True, started=day(-30), delivered=day(10))
TRAIL = Trail("audit", "arn:audit", "us-east-1", "bucket", multi_region=True)
STATE = TrailState(TRAIL, LOGGING, USE)


def told(rows: list[Coverage]) -> list[tuple[str, float, float]]:
    return [
        (row.covers, (row.since - START) / timedelta(days=1), (row.until - START) / timedelta(days=1))
        for row in rows
    ]


def pieces(state: TrailState) -> list[tuple[str, float, float]]:
    return told(trail_rows(state, "us-east-1", WINDOW, LOGS))


def test_a_trail_that_logged_all_the_time_covers_it_all() -> None:
    (row,) = trail_rows(STATE, "eu-west-1", WINDOW, LOGS)
    assert (row.source, row.region, row.covers) == ("trail audit", "eu-west-1", "yes")
    assert row.note == "as set now; logging since 2026-10-21 00:00:00Z"


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (TrailStatus(True, day(3)), [("unknown", 0, 3), ("yes", 3, 10)]),
        (TrailStatus(True, day(5), stopped=day(4)), [("unknown", 0, 4), ("no", 4, 5), ("yes", 5, 10)]),
        (TrailStatus(True, day(5), stopped=day(-1)), [("no", 0, 5), ("yes", 5, 10)]),
        (TrailStatus(True, day(20)), [("unknown", 0, 10)]),
        (TrailStatus(False, day(-5), stopped=day(6)), [("yes", 0, 6), ("no", 6, 10)]),
        (TrailStatus(False, day(2), stopped=day(6)), [("unknown", 0, 2), ("yes", 2, 6), ("no", 6, 10)]),
        (TrailStatus(False, day(-5), stopped=day(-2)), [("no", 0, 10)]),
        (TrailStatus(False), [("no", 0, 10)]),
        (
            TrailStatus(True, day(-5), delivered=day(8), delivery_error="AccessDenied"),
            [("unknown", 8, 10), ("yes", 0, 8)],
        ),
        (TrailStatus(True, day(-5), delivery_error="NoSuchBucket"), [("unknown", 0, 10)]),
    ],
)
def test_starts_stops_and_failing_deliveries(
    status: TrailStatus, expected: list[tuple[str, float, float]]
) -> None:
    found = pieces(replace(STATE, status=status))
    assert sorted(found) == sorted(expected)
    # The pieces are the window, each moment of it once.
    assert sum(until - since for _, since, until in found) == 10


def test_what_was_recorded_before_the_selectors_were_changed_is_not_known() -> None:
    state = replace(STATE, changed=day(7), changed_by="mallory")
    assert sorted(pieces(state)) == [("unknown", 0, 7), ("yes", 7, 10)]
    rows = trail_rows(state, "us-east-1", WINDOW, LOGS)
    assert any("changed 2026-11-27 00:00:00Z by mallory" in row.note for row in rows)


def test_selectors_without_use_are_management_only() -> None:
    (row,) = trail_rows(replace(STATE, selectors=MANAGEMENT), "us-east-1", WINDOW, LOGS)
    assert row.covers == "management only"
    assert row.note.endswith("is not among its selectors (as set now)")


@pytest.mark.parametrize(
    "state",
    [
        TrailState(TRAIL, trouble="Not allowed: cloudtrail:GetTrailStatus."),
        TrailState(TRAIL, LOGGING, trouble="Not allowed: cloudtrail:GetTrailStatus."),
    ],
)
def test_what_cannot_be_read_is_unknown_with_its_reason(state: TrailState) -> None:
    (row,) = trail_rows(state, "us-east-1", WINDOW, LOGS)
    assert row.covers == "unknown"
    assert "cloudtrail:GetTrailStatus" in row.note


def test_a_trail_of_one_region_says_nothing_of_another() -> None:
    single = replace(STATE, trail=replace(TRAIL, multi_region=False))
    rows = coverage(Trails(("us-east-1", "us-west-2"), (single,)), WINDOW, LOGS, history=False, now=END)
    assert [(row.region, row.covers) for row in rows] == [("us-east-1", "yes"), ("us-west-2", "no")]


def test_a_region_that_would_not_say_is_unknown() -> None:
    denied = {"us-west-2": Unreadable("the trails of us-west-2", "Not allowed")}
    rows = coverage(Trails(("us-east-1", "us-west-2"), (), denied), WINDOW, LOGS, history=False, now=END)
    assert [(row.region, row.covers) for row in rows] == [("us-east-1", "no"), ("us-west-2", "unknown")]
    assert "Not allowed" in rows[1].note


def test_event_history_reaches_back_ninety_days_and_never_holds_use() -> None:
    long = Window(END - timedelta(days=100), END)
    found = history_rows("us-east-1", long, LOGS, END)
    assert [(row.covers, row.since) for row in found] == [
        ("no", long.since),
        ("management only", END - timedelta(days=90)),
    ]
    old = Window(END - timedelta(days=100), END - timedelta(days=95))
    assert [row.covers for row in history_rows("us-east-1", old, LOGS, END)] == ["no"]
    assert [row.covers for row in history_rows("us-east-1", WINDOW, "codecommit.amazonaws.com", END)] == [
        "yes"
    ]


def test_gaps_are_what_no_source_that_was_read_covers() -> None:
    def row(source: str, since: float, until: float, covers: str = "yes", region: str = "r") -> Coverage:
        return Coverage(source, region, covers, day(since), day(until), "")  # type: ignore[arg-type]

    def found(*rows: Coverage, read: tuple[str, ...] = ("a", "b")) -> list[tuple[str, float, float]]:
        return [
            (region, (since - START) / timedelta(days=1), (until - START) / timedelta(days=1))
            for region, (since, until) in gaps(rows, read, WINDOW)
        ]

    assert found(row("a", 0, 10)) == []
    assert found(row("a", 0, 6), row("b", 4, 10)) == []
    assert found(row("b", 7, 9), row("a", 2, 5)) == [("r", 0, 2), ("r", 5, 7), ("r", 9, 10)]
    assert found(row("a", 0, 10, "partly"), row("b", 0, 10, "unknown")) == [("r", 0, 10)]
    assert found(row("a", 0, 10), read=("b",)) == [("r", 0, 10)]
    assert found(row("a", 0, 10), row("a", 0, 10, "no", "s")) == [("s", 0, 10)]
    assert gaps(path_rows(WINDOW), ("path",), WINDOW) == (("*", (START, END)),)


def test_the_json_is_what_scripts_rely_on() -> None:
    (row,) = path_rows(WINDOW)
    assert row.as_json() == {
        "source": "path",
        "region": "*",
        "covers": "unknown",
        "from": "2026-11-20T00:00:00Z",
        "to": "2026-11-30T00:00:00Z",
        "note": "files cannot show what was not delivered",
    }
