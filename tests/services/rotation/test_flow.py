"""What points say of a flow since a deactivation: no surer than the lag and its own habits allow."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.rotation.flow import GroupVerdict, Kind, Measured, Stretches
from services.traffic.series import Point

OFF = datetime(2026, 11, 23, 14, 2, 30, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def judged(
    minutes: float,
    *,
    since: float | None = 100,
    lag: int = 2,
    before: float | None = 100,
    day: float | None = 100,
    every: int = 1,
    until: int = 100_000,
) -> GroupVerdict:
    """So many minutes after OFF: bytes a minute, a point in *every* minute, the last *lag* missing."""
    now = OFF + timedelta(minutes=minutes)
    stretches = Stretches.of(OFF, now)

    def points(span: tuple[datetime, datetime], value: float | None, end: datetime) -> list[Point]:
        count = int((span[1] - span[0]) / stretches.period)
        times = [span[0] + n * stretches.period for n in range(count)]
        there = [at for at in times if at < end and int(at.timestamp()) // 60 % every == 0]
        scale = stretches.period / MINUTE
        return [(at, value * scale if value is not None and at in there else None) for at in times]

    end = min(now - lag * MINUTE, OFF + until * MINUTE)
    measured = Measured(
        "/app",
        "us-east-1",
        points(stretches.after, since, end),
        points(stretches.before, before, now),
        points(stretches.day, day, now),
    )
    return measured.judge(stretches, now)


@pytest.mark.parametrize(
    ("found", "kind", "sure", "words"),
    [
        (judged(0), Kind.EARLY, False, "no data yet: newest point 30 s old"),
        (judged(3, since=None), Kind.EARLY, False, "no data yet: newest point 3 min old; certain by"),
        (judged(9, since=None), Kind.EARLY, False, "no data yet: newest point 9 min old; certain by"),
        (judged(20, since=None), Kind.GONE, True, "gone since the deactivation: no bytes for 4 min"),
        (judged(20), Kind.AS_BEFORE, False, "as before: 100% of the same time a day before"),
        (judged(20), Kind.AS_BEFORE, False, "certain from 14:34:00 on"),
        (judged(40), Kind.AS_BEFORE, True, "100% of the 38 min just before"),
        (judged(40, since=250), Kind.AS_BEFORE, True, "250% of the same time"),
        (
            judged(40, since=60),
            Kind.LESS,
            True,
            "less than before: 60% of the same time a day before, 60% of",
        ),
        (judged(40, since=60), Kind.LESS, True, "60% of the 38 min just before"),
        (judged(20, since=60), Kind.LESS, False, "less than before"),
        # The lower share decides, whichever it is.
        (judged(40, day=10), Kind.AS_BEFORE, True, "1,000% of the same time a day before, 100% of"),
        (judged(40, since=60, day=10), Kind.LESS, True, "60% of the 38 min just before"),
        (judged(40, day=None), Kind.AS_BEFORE, True, "as before: 100% of the 38 min just before"),
        (judged(40, before=None), Kind.AS_BEFORE, True, "as before: 100% of the same time a day before"),
        (judged(40, before=None, day=None), Kind.NOTHING, False, "bytes come, but none at the same time"),
        (
            judged(40, since=None, before=None, day=None),
            Kind.NOTHING,
            False,
            "no bytes came, nor at the same",
        ),
        # It came on for a while, by a shipper of two that was switched, and then ended.
        (judged(60, until=20), Kind.GONE, True, "gone since 14:2"),
        # One that comes every quarter of an hour is not gone after twenty minutes.
        (judged(20, since=None, every=15), Kind.EARLY, False, "no data since; certain by"),
        (judged(60, since=None, every=15), Kind.GONE, True, "gone since the deactivation"),
        (judged(60, every=15), Kind.AS_BEFORE, True, "as before"),
        # Days later the last day counts, against one before the deactivation.
        (judged(3 * 24 * 60 + 30), Kind.AS_BEFORE, True, "of the same time 4 days before"),
        (judged(3 * 24 * 60, until=2 * 24 * 60 + 600), Kind.GONE, True, "gone since 00:"),
    ],
)
def test_the_verdict_in_words(found: GroupVerdict, kind: Kind, sure: bool, words: str) -> None:
    assert words in found.words
    assert (found.kind, found.sure) == (kind, sure)
