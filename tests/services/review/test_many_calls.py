"""What an intruder does thousands of times: the right runs, few findings, and all the credentials."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.review.facts import Facts
from services.review.findings import findings
from services.review.follow import Session, led_to
from services.review.model import Marks, Subject
from services.review.record import Event, decode, event
from services.review.sequences import _densest, _most_different
from services.review.words import NAMED
from tests.services.review.conftest import NOON

Make = Callable[..., dict[str, Any]]
WITHIN = timedelta(minutes=5)


def called(name: str, minutes: int) -> Event:
    at = NOON + timedelta(minutes=minutes)
    raw = (
        f'{{"eventName":"{name}","eventTime":"{at:%Y-%m-%dT%H:%M:%SZ}","eventID":"{name}{minutes}"}}'.encode()
    )
    return event(decode(raw), raw)


CALLS = st.lists(st.tuples(st.sampled_from("ABCDE"), st.integers(0, 30)), max_size=14).map(
    lambda told: [called(name, minutes) for name, minutes in sorted(told, key=lambda each: each[1])]
)


def runs(calls: Sequence[Event]) -> list[Sequence[Event]]:
    """All that are within the time, the plain way."""
    return [
        calls[start:end]
        for start in range(len(calls))
        for end in range(start + 1, len(calls) + 1)
        if calls[end - 1].time - calls[start].time <= WITHIN
    ]


@given(CALLS)
def test_the_run_with_the_most_names_is_found(calls: list[Event]) -> None:
    best, most = _most_different(calls, lambda each: each.name, WITHIN)
    assert most == max((len({each.name for each in run}) for run in runs(calls)), default=0)
    assert len({each.name for each in best}) == most
    assert not best or best[-1].time - best[0].time <= WITHIN


@given(CALLS)
def test_the_densest_run_is_found(calls: list[Event]) -> None:
    best = _densest(calls, WITHIN)
    assert len(best) == max(map(len, runs(calls)), default=0)
    assert not best or best[-1].time - best[0].time <= WITHIN


IDS = st.sampled_from([f"id{number}" for number in range(8)])
LINKS = st.lists(st.tuples(IDS, IDS), max_size=12)


@given(st.lists(IDS, max_size=2), LINKS, LINKS, LINKS)
def test_what_a_credential_led_to_is_all_that_can_be_reached(
    known: list[str], opened: list[tuple[str, str]], gave: list[tuple[str, str]], by: list[tuple[str, str]]
) -> None:
    sessions = [Session(to, None, "r", NOON, of, f"e{at}") for at, (of, to) in enumerate(opened)]
    openers = {f"e{at}": opener for at, (opener, _) in enumerate(by)}
    links = {*opened, *gave, *((openers.get(each.event_id), each.id) for each in sessions)}
    reached = set(known)
    for _ in range(len(links) + 1):
        reached |= {to for of, to in links if of in reached}
    assert led_to(known, sessions, gave, openers) == reached


def test_many_keys_used_at_once_are_told_together(
    record: Make, as_event: Callable[[dict[str, Any]], Event]
) -> None:
    events = []
    for number in range(NAMED + 15):
        key = f"AKIAMADE{number:012}"
        made = {"accessKey": {"accessKeyId": key, "userName": "alice"}}
        create = record(
            minutes=number,
            eventName="CreateAccessKey",
            eventSource="iam.amazonaws.com",
            responseElements=made,
            eventID=f"made-{number}",
        )
        use = record(minutes=number + 0.5, eventName="ListUsers", eventID=f"used-{number}")
        use["userIdentity"]["accessKeyId"] = key
        events += [as_event(create), as_event(use)]
    facts = Facts(Subject("alice"), Marks(), (), events, ())
    told = [finding for finding in findings(facts) if finding.kind == "fresh-use"]
    assert len(told) == NAMED + 1
    assert told[-1].title == "15 more credentials were used within 15 minutes of their creation."
    assert {each for finding in told for each in finding.event_ids} == {each.event_id for each in events}
