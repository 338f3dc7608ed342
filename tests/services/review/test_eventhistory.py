"""A record of the event history that cannot be read is counted, wherever event history is asked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from services.review.eventhistory import Answered
from tests.services.review.conftest import Record

ROOT = Path(__file__).parents[3]
_NESTED = '{"eventID": "x", "requestParameters": ' + '{"a":' * 3000 + "1" + "}" * 3001
UNREADABLE = ("", "no JSON", "[]", "1", _NESTED, '{"eventID": "cut')


@pytest.mark.parametrize("text", UNREADABLE, ids=lambda text: text[:12] or "nothing")
def test_it_is_counted_and_the_others_are_read(text: str, record: Record) -> None:
    good = json.dumps(record())
    raw, events = Answered(), Answered()
    assert len(list(raw.mappings((good, text, good)))) == 2
    assert len(list(events.events((good, text, good)))) == 2
    assert raw.words == events.words == "1 record of the event history could not be read."
    assert len(list(raw.mappings((text,) * 1000))) == 0
    assert raw.words == "1,001 records of the event history could not be read."


def test_where_all_is_read_nothing_is_said(record: Record) -> None:
    answered = Answered()
    assert list(answered.mappings((json.dumps(record()),)))
    assert answered.words is None


def test_all_that_ask_count() -> None:
    """The review's source names each such record itself; whether anything was recorded asks for no more."""
    by_themselves = {"sources/history.py", "sources/silence.py"}
    asking = {
        path.relative_to(ROOT / "services")
        for path in (ROOT / "services").rglob("*.py")
        if "lookup_events(" in path.read_text() and path.parent.name != "aws"
    }
    counting = {path for path in asking if "Answered()" in (ROOT / "services" / path).read_text()}
    assert len(counting) >= 6
    assert {str(path.relative_to("review")) for path in asking - counting} == by_themselves
