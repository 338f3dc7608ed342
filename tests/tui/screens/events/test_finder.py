"""What is typed into the filter of events finds the same however it was typed; each event is read once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.review.record import Event
from tui.screens.events import finder as module
from tui.screens.events.finder import Finder
from tui.screens.events.texts import sought_in


def made(name: str) -> Event:
    at = datetime(2026, 11, 27, tzinfo=UTC)
    return Event(at, name, "iam", "us-east-1", "203.0.113.7", "agent", "u", None, None, None, name, "")


EVENTS = [made(f"{name}{number % 7}") for number, name in enumerate(("Get", "PutÄ", "List", "ß") * 30)]


@given(typed=st.lists(st.text("getpu ä1ß", max_size=6), min_size=1, max_size=6))
def test_it_finds_what_looking_through_all_finds(typed: list[str]) -> None:
    finder = Finder(EVENTS)
    for text in typed:
        words = text.casefold().split()
        expected = [event for event in EVENTS if all(word in sought_in(event) for word in words)]
        assert list(finder.having(text)) == expected


def test_each_event_is_put_into_words_once(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []

    def counted(event: Event) -> str:
        told.append(event.name)
        return sought_in(event)

    monkeypatch.setattr(module, "sought_in", counted)
    finder = Finder(EVENTS)
    assert finder.having("") == EVENTS
    assert not told
    for typed in ("g", "ge", "get", "get1", "", "put"):
        finder.having(typed)
    assert len(told) == len(EVENTS)
