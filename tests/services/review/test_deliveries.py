"""Objects that should be there and are not: seen by their names alone."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine

from services.aws.session import AwsSession
from services.review.deliveries import Deliveries, delivered_at
from services.review.model import Subject, Window
from services.review.review import run_review

START = datetime(2026, 11, 14, tzinfo=UTC)
END = START + timedelta(days=7)


def key(when: datetime, number: int = 0) -> str:
    return (
        f"AWSLogs/123456789012/CloudTrail/us-east-1/{when:%Y/%m/%d}/"
        f"123456789012_CloudTrail_us-east-1_{when:%Y%m%dT%H%MZ}_x{number}.json.gz"
    )


def delivered(minutes_apart: float, *, without: Callable[[datetime], bool] = lambda _: False) -> Deliveries:
    rng, found, when = random.Random(3), Deliveries(), START
    while when < END:
        if not without(when):
            found.add(key(when))
        when += timedelta(minutes=minutes_apart * rng.uniform(0.5, 1.5))
    return found


def test_when_an_object_was_delivered() -> None:
    assert delivered_at(key(START)) == START
    assert delivered_at("x/1_CloudTrail_x.json.gz") is None
    assert delivered_at(key(START).replace("20261114T0000", "20261399T9999")) is None


def test_a_trail_without_holes_has_none() -> None:
    for apart in (5, 20, 90, 600):
        assert delivered(apart).holes(START, END) == []


def test_a_day_an_hour_the_beginning_and_the_end_are_missed() -> None:
    day = START + timedelta(days=3)
    for lost, length in ((day, 24), (day, 2), (START, 24), (END - timedelta(hours=24), 24)):
        end = lost + timedelta(hours=length)
        found = delivered(5, without=lambda when, lost=lost, end=end: lost <= when < end)  # type: ignore[misc]
        ((since, until),) = found.holes(START, END)
        assert abs(since - lost) < timedelta(minutes=10)
        assert abs(until - end) < timedelta(minutes=10)


def test_where_calls_are_rare_so_are_objects() -> None:
    day = START + timedelta(days=3)
    rare = delivered(480, without=lambda when: day <= when < day + timedelta(hours=12))
    assert rare.holes(START, END) == []
    few = Deliveries({START + timedelta(hours=hour) for hour in range(3)})
    assert few.holes(START, END) == []


async def test_a_day_whose_objects_are_gone_is_missing_evidence(
    aws: AwsSession,
    boto: Callable[..., Any],
    make_trail: Callable[..., str],
    bucket: str,
    bearer: Callable[..., dict[str, Any]],
    packed: Callable[..., bytes],
) -> None:
    now = datetime.now(UTC)
    with time_machine.travel(now - timedelta(hours=100)):
        make_trail(
            {
                "FieldSelectors": [
                    {"Field": "eventCategory", "Equals": ["Data"]},
                    {"Field": "resources.type", "Equals": ["AWS::Logs::LogGroupAuthorization"]},
                ]
            }
        )
    body = packed(bearer(user="bob"))
    lost = now - timedelta(hours=40)
    when, s3 = now - timedelta(hours=72), boto("s3")
    while when < now:
        if not lost <= when < lost + timedelta(hours=20):
            s3.put_object(Bucket=bucket, Key=key(when), Body=body)
        when += timedelta(minutes=30)
    window = Window(now - timedelta(hours=71), now)

    async def at_once(_: float) -> None:
        return None

    review = await run_review(aws, Subject("alice"), window, source="s3", sleep=at_once)
    assert (review.verdict, review.complete) == ("unknown", False)
    (finding,) = [each for each in review.findings if each.kind == "missing-evidence"]
    assert (finding.severity, "objects may have been deleted" in finding.title) == ("high", True)
