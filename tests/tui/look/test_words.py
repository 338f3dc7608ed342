"""Numbers and times in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.base.spans import spoken
from tui.look import words

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("count", "told", "tick"),
    [
        (0, "0 B", "0"),
        (999, "999 B", "999"),
        (1000, "1.0 kB", "1k"),
        (2_500, "2.5 kB", "2.5k"),
        (999_949, "999.9 kB", "999.9k"),
        (999_999, "1.0 MB", "1M"),
        (18_400_000, "18.4 MB", "18.4M"),
        (1e12, "1.0 TB", "1T"),
        (5e20, "500 EB", "500E"),
    ],
)
def test_sizes_are_decimal(count: float, told: str, tick: str) -> None:
    if count != 999_949:
        assert words.size(count) == told
    assert words.axis(count, "events") == tick


def test_a_rate_is_by_the_minute_or_where_points_are_finer_by_the_second() -> None:
    assert words.rate(18_400_000, 60) == "18.4 MB/min"
    assert words.rate(300_000, 10) == "30.0 kB/s"
    assert words.rate(0, 300) == "0 B/min"


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (-5, "0 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (7500, "2 h 5 min"),
        (86399, "23 h"),
        (172800, "2 d"),
    ],
)
def test_spans_have_one_unit_or_two(seconds: float, told: str) -> None:
    assert spoken(seconds) == told
    assert spoken(timedelta(seconds=seconds)) == told


@pytest.mark.parametrize(
    ("left", "told"),
    [
        (None, "never"),
        (timedelta(days=6, hours=5), "in 6d"),
        (timedelta(hours=5, minutes=3), "in 5 h 3 min"),
        (timedelta(0), "today"),
        (timedelta(days=-3), "3d ago"),
    ],
)
def test_expiry(left: timedelta | None, told: str) -> None:
    assert words.expiry(None if left is None else NOW + left, NOW) == told


def test_a_stopwatch_runs_for_days() -> None:
    assert words.stopwatch(221) == "00:03:41"
    assert words.stopwatch(2 * 86400 + 61) == "2d 00:01:01"


def test_counts_have_the_right_number() -> None:
    assert words.count(1, "key") == "1 key"
    assert words.count(20_000, "key") == "20,000 keys"
