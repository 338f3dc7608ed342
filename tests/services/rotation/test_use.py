"""Which of two keys is in use, by records that may name the key or not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.review.record import Event
from services.rotation.use import Use, judged

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
OLD, NEW = "ACCAOLD", "ACCANEW"


def call(minutes: float, key: str | None, error: str | None = None) -> Event:
    return Event(
        time=NOON + timedelta(minutes=minutes),
        name="CallWithBearerToken",
        source="logs.amazonaws.com",
        region="us-east-1",
        source_ip="198.51.100.7",
        user_agent="fluent-bit",
        user="web",
        access_key_id=None,
        credential_id=key,
        error=error,
        event_id=f"{minutes}{key}{error}",
        summary="",
        bearer=True,
        log_group="/app/web",
    )


@pytest.mark.parametrize(
    ("events", "complete", "yes", "words"),
    [
        ([call(0, NEW)], True, True, "ACCANEW was seen working: allowed at 12:00:00 from 198.51.100.7"),
        ([call(0, OLD), call(20, NEW)], True, True, "ACCAOLD last: allowed at 12:00:00"),
        ([call(15, OLD), call(20, NEW)], True, False, "but ACCAOLD is still used: allowed at 12:15:00"),
        ([call(20, OLD), call(0, NEW)], True, False, "but ACCAOLD is still used"),
        ([call(0, OLD)], True, False, "only ACCAOLD was seen so far"),
        ([call(0, None)], True, False, "the records do not say which of the two keys was used"),
        ([call(15, None), call(20, NEW)], True, False, "another call names no key, which may be the old one"),
        ([call(0, None), call(20, NEW)], True, True, "ACCANEW was seen working"),
        ([call(0, NEW)], False, True, "not all use is recorded, so ACCAOLD may still be used"),
        ([call(0, NEW, "AccessDenied")], True, False, "the records do not say"),
        ([], True, False, "no call with either key was recorded yet"),
        ([], False, False, "whether it is used is not recorded"),
    ],
)
def test_whether_the_new_key_is_imported(events: list[Event], complete: bool, yes: bool, words: str) -> None:
    found = judged(Use(OLD, NEW, tuple(events), complete), NOON + timedelta(hours=1))
    assert (found.yes, words in found.words) == (yes, True), found.words


def test_after_the_deactivation_a_call_let_in_is_the_new_ones_and_a_refused_one_the_old_ones() -> None:
    use = Use(OLD, NEW, (call(0.1, None), call(5, None), call(6, None, "UnauthorizedException")))
    new, refused = use.new_since(NOON), use.refused_since(NOON)
    assert new
    assert new.time == NOON + timedelta(minutes=5)
    assert refused
    assert refused.time == NOON + timedelta(minutes=6)
    named = Use(OLD, NEW, (call(5, OLD), call(6, NEW, "UnauthorizedException")))
    assert (named.new_since(NOON), named.refused_since(NOON)) == (None, None)
    early = Use(OLD, NEW, (call(0.1, None),))
    assert early.new_since(NOON) is None, "a deactivation takes some seconds to be in force"
