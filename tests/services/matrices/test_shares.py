"""What the fault matrices try of everything leaves out no call, no fault, and no way to lose an answer."""

from __future__ import annotations

from collections import Counter

import pytest

from services.aws.call import Call
from tests.services.matrices import faults
from tests.services.matrices.families import EVERY_CHANGE, FAMILIES
from tests.services.matrices.lies import CANONICAL, answers_to


@pytest.mark.parametrize("name", FAMILIES)
def test_each_call_is_refused_and_loses_its_answer_and_each_fault_strikes_a_change(name: str) -> None:
    ways = FAMILIES[name].calls.values()
    calls = {call for way in ways for call in way}
    changes = {call for call in calls if not Call("", call).reads}
    refused = {
        (call, fault) for way in ways for at, call in enumerate(way) for fault in faults.refusing(call, at)
    }
    lost = {
        (call, fault)
        for way in ways
        for fault in faults.losing(way)
        for call in way
        if faults.loses(call, fault)
    }
    assert {call for call, _ in refused} == {call for call, _ in lost} == calls
    assert {fault for call, fault in refused if call in changes} == faults.REFUSING.keys()
    assert {fault for _, fault in lost} == faults.LOSING.keys()
    assert {call for call, fault in lost if fault.startswith("acted")} == calls
    assert {call for call, fault in lost if not fault.startswith("acted")} == changes


def test_whoever_answers_each_kind_of_answer_comes_to_many_calls() -> None:
    given = Counter(
        answer
        for first, (name, route) in enumerate(EVERY_CHANGE)
        for number, call in enumerate(FAMILIES[name].changes(route), first)
        for answer in answers_to(call, number)
    )
    assert all(given[each] >= 10 for each in CANONICAL)
    assert len(given.keys() - {*CANONICAL}) >= 10


def test_a_call_that_makes_a_secret_gets_every_answer_that_is_told_apart() -> None:
    for call in faults.MINTS:
        for number in range(len(CANONICAL)):
            assert {*answers_to(call, number)} & {*CANONICAL} >= {CANONICAL[number], CANONICAL[number - 1]}
            refusing = {*faults.refusing(call, number)}
            assert all(refusing & {*alike} for alike in faults.ALIKE)
