"""The verdict never says more than is known."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.review.model import Unreadable, Window
from services.review.record import Event
from services.review.verdict import verdict

Record = Callable[..., dict[str, Any]]
AsEvent = Callable[[dict[str, Any]], Event]
Decide = Callable[..., tuple[str, str]]


@pytest.fixture
def decide(window: Window, as_event: AsEvent) -> Decide:
    def make(*use: dict[str, Any], **options: Any) -> tuple[str, str]:
        given: dict[str, Any] = {
            "window": window,
            "gaps": (),
            "unreadable": (),
            "seen_in_force": None,
            "suspected": None,
            "delivered_until": window.until,
            "now": window.until + timedelta(days=1),
        }
        return verdict([as_event(each) for each in use], **given | options)

    return make


def test_one_call_let_in_is_use_whatever_else_is_not_known(
    decide: Decide, bearer: Record, window: Window
) -> None:
    gap = ("us-west-2", (window.since, window.until))
    word, words = decide(bearer(), bearer(minutes=1, errorCode="AccessDenied"), gaps=(gap,))
    assert word == "used"
    assert words.startswith("Used once from 1 address (198.51.100.7), first 2026-11-20 12:00:00,")
    assert words.endswith("There may be more: use is not known to have been recorded in us-west-2.")


def test_the_new_addresses_are_named_and_the_known_ones_are_not(
    decide: Decide, bearer: Record, noon: datetime
) -> None:
    use = [bearer(), bearer(minutes=5, sourceIPAddress="203.0.113.66"), bearer(minutes=9)]
    _, words = decide(*use, suspected=noon + timedelta(minutes=5))
    assert "from 2 addresses (203.0.113.66 not seen before 2026-11-20 12:05:00)" in words
    assert "198.51.100.7" not in words


def test_nothing_seen_where_all_would_have_been_recorded(decide: Decide, window: Window) -> None:
    assert decide() == ("not seen used", "Not seen used, and use would have been recorded.")


@pytest.mark.parametrize("error", ["ThrottlingException", "InternalFailure", "ServiceUnavailable"])
def test_a_call_that_was_turned_away_unread_is_no_proof_of_nothing(
    decide: Decide, bearer: Record, error: str
) -> None:
    word, words = decide(bearer(errorCode=error), bearer(minutes=1, errorCode="AccessDenied"))
    assert word == "unknown"
    assert f"1 call was turned away for another reason than the key ({error})" in words
    assert "1 call was denied" in words
    assert decide(bearer(), bearer(errorCode=error))[0] == "used"


def test_no_more_is_said_than_was_delivered(decide: Decide, window: Window) -> None:
    late = window.until - timedelta(minutes=15)
    _, words = decide(delivered_until=late, now=window.until + timedelta(days=9))
    assert words == (
        "Not seen used up to 2026-11-21 11:45:00, and use would have been recorded. "
        "What came after that may not be delivered yet."
    )
    _, words = decide(delivered_until=None, now=window.until + timedelta(minutes=1))
    assert words.endswith("How late records arrive is unknown here, so the newest calls may be missing.")
    _, words = decide(delivered_until=None, now=window.until + timedelta(days=9))
    assert words == "Not seen used, and use would have been recorded."


def test_nothing_seen_where_it_might_not_have_been_recorded_is_unknown(
    decide: Decide, window: Window
) -> None:
    middle = window.since + timedelta(hours=6)
    gaps = (
        ("us-east-1", (window.since, middle)),
        ("us-east-2", (window.since, middle)),
        ("us-west-1", (window.since, window.until)),
        ("us-west-2", (middle, window.until)),
    )
    word, words = decide(gaps=gaps)
    assert word == "unknown"
    assert words == (
        "Unknown: no call that AWS allowed was seen, but use is not known to have been recorded "
        "in us-east-1, us-east-2 before 2026-11-19 18:00:00, nor in us-west-1, "
        "nor in us-west-2 after 2026-11-19 18:00:00."
    )


def test_nothing_seen_where_something_could_not_be_read_is_unknown(decide: Decide) -> None:
    word, words = decide(unreadable=(Unreadable("s3://b/k", "cut off"),))
    assert (word, "s3://b/k could not be read" in words) == ("unknown", True)
    _, words = decide(unreadable=(Unreadable("s3://b/k", "cut off"),) * 3)
    assert "s3://b/k and 2 more could not be read" in words


def test_calls_that_were_all_refused_are_no_use_and_are_told(decide: Decide, bearer: Record) -> None:
    word, words = decide(bearer(errorCode="AccessDenied"), bearer(minutes=1, errorCode="AccessDenied"))
    assert word == "not seen used"
    assert "2 calls were denied, last 2026-11-20 12:01:00 from 198.51.100.7." in words


def test_seen_in_force_is_told_in_any_case(decide: Decide, bearer: Record, noon: datetime) -> None:
    for use in ([], [bearer()], [bearer(errorCode="AccessDenied")]):
        _, words = decide(*use, seen_in_force=noon)
        assert "Enforced: last denied call 2026-11-20 12:00:00." in words


def test_an_empty_time_proves_nothing(decide: Decide, noon: datetime) -> None:
    word, words = decide(window=Window(noon, noon))
    assert (word, "the requested period is empty" in words) == ("unknown", True)


def test_of_many_regions_and_periods_a_few_are_named(decide: Decide, window: Window) -> None:
    regions = [f"eu-west-{number}" for number in range(17)]
    _, words = decide(gaps=[(region, (window.since, window.until)) for region in regions])
    assert "in eu-west-0, eu-west-1, eu-west-2 and 14 more Regions." in words
    middle = [window.since + timedelta(hours=number) for number in range(9)]
    _, words = decide(gaps=[("us-east-1", (at, at + timedelta(minutes=9))) for at in middle])
    assert words.count("nor in") == 3
    assert words.endswith("nor in 6 more periods.")
