"""The tree of sessions in words: whose each is, what it did, and no end of none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from services.review.follow import Session
from services.review.record import Event
from services.review.tree import SHOWN, branches

Make = Callable[..., dict[str, Any]]
AsEvent = Callable[[dict[str, Any]], Event]

ROOT = "AKIAEXAMPLE"


def session(number: int, by: str | None, noon: datetime, role: str = "Admin") -> Session:
    return Session(f"ASIA{number:016}", None, role, noon + timedelta(minutes=number), by, f"e{number}")


def tree(*sessions: Session, events: tuple[Event, ...] = ()) -> list[tuple[int, str]]:
    return [(each.depth, each.words) for each in branches({one.id: one for one in sessions}, events)]


def test_each_stands_under_what_opened_it(record: Make, as_event: AsEvent, noon: datetime) -> None:
    first, second = session(1, ROOT, noon), session(3, ROOT, noon, "Reader")
    inner = session(2, first.id, noon, "Deploy")
    calls = [
        replace(as_event(record(eventName=name)), session=inner.id) for name in ("CreateUser", "ListUsers")
    ]
    assert tree(second, inner, first, events=tuple(calls)) == [
        (0, f"access key {ROOT}"),
        (1, f"session {first.id} of Admin, opened 2026-11-20 12:01:00: no call recorded"),
        (2, f"session {inner.id} of Deploy, opened 2026-11-20 12:02:00: 2 calls (CreateUser 1, ListUsers 1)"),
        (1, f"session {second.id} of Reader, opened 2026-11-20 12:03:00: no call recorded"),
    ]


def test_none_and_who_opened_it_unknown(noon: datetime) -> None:
    assert tree() == []
    assert tree(session(1, "ASIAOFBEFORE0000", noon))[0] == (0, "session ASIAOFBEFORE0000")
    assert tree(session(1, None, noon))[0] == (0, "a credential that no record names")


def test_sessions_that_open_each_other_and_long_chains_end(noon: datetime) -> None:
    one, two = session(1, f"ASIA{2:016}", noon), session(2, f"ASIA{1:016}", noon)
    assert len(tree(one, two)) == 3
    chain = [session(1, ROOT, noon), *(session(n, f"ASIA{n - 1:016}", noon) for n in range(2, 5_000))]
    told = tree(*chain)
    assert (len(told), told[-1][1]) == (SHOWN + 1, "and 4,950 more: the JSON has all")
