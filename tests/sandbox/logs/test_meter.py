"""Counting what came in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sandbox.logs.meter import CROWDED, Meter

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def at(**offset: float) -> datetime:
    return NOON + timedelta(**offset)


def test_sums_by_period_with_gaps_left_out() -> None:
    meter = Meter()
    for seconds, size in ((0, 10), (0, 5), (59, 1), (60, 7), (200, 9)):
        meter.add("us-east-1", "g", at(seconds=seconds), size)
    sums = meter.sums("us-east-1", "g", "IncomingBytes", NOON, at(minutes=10), 60)
    assert sums == {NOON: 16.0, at(minutes=1): 7.0, at(minutes=3): 9.0}
    events = meter.sums("us-east-1", "g", "IncomingLogEvents", NOON, at(minutes=10), 300)
    assert events == {NOON: 5.0}


def test_the_window_begins_with_a_whole_period_and_ends_before_its_end() -> None:
    meter = Meter()
    for seconds in (0, 30, 60, 120):
        meter.add("us-east-1", "g", at(seconds=seconds), 1)
    sums = meter.sums("us-east-1", "g", "IncomingBytes", at(seconds=45), at(seconds=120), 60)
    assert sums == {NOON: 2.0, at(minutes=1): 1.0}


def test_regions_and_groups_are_apart() -> None:
    meter = Meter()
    meter.add("us-east-1", "b", NOON, 1)
    meter.add("us-east-1", "a", NOON, 2)
    meter.add("eu-west-1", "a", NOON, 4)
    assert meter.groups("us-east-1") == ["a", "b"]
    assert meter.sums("eu-west-1", "a", "IncomingBytes", NOON, at(minutes=1), 1) == {NOON: 4.0}
    assert meter.sums("eu-west-1", "b", "IncomingBytes", NOON, at(minutes=1), 1) == {}


def test_old_counts_are_thinned_to_minutes_and_dropped_after_fifteen_days() -> None:
    meter = Meter()
    meter.add("us-east-1", "g", at(days=-16), 1)
    for second in range(CROWDED + 1):
        meter.add("us-east-1", "g", at(seconds=second), 1)
    end = at(seconds=CROWDED + 1)
    by_minute = meter.sums("us-east-1", "g", "IncomingBytes", at(days=-20), end, 60)
    assert sum(by_minute.values()) == CROWDED + 1
    assert min(by_minute) == NOON
    fine = meter.sums("us-east-1", "g", "IncomingBytes", end - timedelta(minutes=50), end, 1)
    assert set(fine.values()) == {1.0}
    coarse = meter.sums("us-east-1", "g", "IncomingBytes", NOON, at(minutes=2), 1)
    assert coarse == {NOON: 60.0, at(minutes=1): 60.0}
