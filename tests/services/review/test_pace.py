"""How fast and how long yet, by a clock of our own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from services.review.model import Progress
from services.review.pace import Pace


def at(*seconds: float) -> Pace:
    ticks: Iterator[float] = iter(seconds)
    return Pace(lambda: next(ticks))


def progress(done: int, total: int | None, megabytes: float, source: str = "trail audit") -> Progress:
    return Progress(source, "", objects_done=done, objects_total=total, bytes_read=int(megabytes * 1e6))


@pytest.mark.parametrize(
    ("seconds", "done", "total", "words"),
    [
        (0.5, 5, 100, ""),
        (10, 50, 100, "2.0 MB/s, 10 s left"),
        (10, 1, 31, "2.0 MB/s, 5 min left"),
        (10, 1, 3601, "2.0 MB/s, 10.0 h left"),
        (10, 50, None, "2.0 MB/s"),
        (10, 100, 100, "2.0 MB/s"),
    ],
)
def test_rate_and_time_left(seconds: float, done: int, total: int | None, words: str) -> None:
    pace = at(1000, 1000 + seconds)
    assert pace.told(progress(0, total, 0)) == ""
    assert pace.told(progress(done, total, 20)) == words


def test_sources_have_beginnings_of_their_own() -> None:
    pace = at(0, 100, 110)
    pace.told(progress(1, 2, 0, "event history"))
    assert pace.told(progress(0, 10, 0)) == ""
    assert pace.told(progress(5, 10, 50)) == "5.0 MB/s, 10 s left"
