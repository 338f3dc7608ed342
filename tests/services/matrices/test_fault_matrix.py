"""Every fault at every call of every route: success, or one sentence and a case that can be gone on with."""

from __future__ import annotations

import sys

import pytest

from services.aws.session import AwsSession
from tests.services.aws.liar import lying
from tests.services.matrices import faults, lies
from tests.services.matrices.families import EVERY_CALL, EVERY_CHANGE, FAMILIES
from tests.services.matrices.family import Desk, Struck


@pytest.mark.parametrize(("name", "route"), EVERY_CALL)
@pytest.mark.long
async def test_every_fault_ends_well(
    desk: Desk, name: str, route: str, capsys: pytest.CaptureFixture[str]
) -> None:
    family = FAMILIES[name]
    calls = family.calls[route]
    async with AwsSession(regions=family.regions) as aws:

        def fresh() -> Struck:
            return Struck(family.begin(desk, route), aws)

        told = await faults.refused(desk.sandbox, fresh, calls, but=family.told)
        told += await faults.lost(desk.sandbox, fresh, calls)
    with capsys.disabled():
        sys.stderr.write(f"\nfault matrix, {name}, {route}: {told} faults at {len(calls)} calls ended well\n")


@pytest.mark.parametrize(("name", "route"), EVERY_CHANGE)
@pytest.mark.long
async def test_whoever_answers_the_journal_agrees_with_the_account(
    desk: Desk, name: str, route: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    family = FAMILIES[name]
    calls = family.changes(route)
    async with lying() as liar, AwsSession(regions=family.regions) as aws:
        with lies.between(liar, monkeypatch):

            def fresh() -> Struck:
                return Struck(family.begin(desk, route), aws)

            number = EVERY_CHANGE.index((name, route))
            told = await lies.agrees(liar, fresh, calls, lambda struck: struck.book, first=number)
    with capsys.disabled():
        sys.stderr.write(f"\nwho answered, {name}, {route}: {told} answers to {len(calls)} calls\n")


@pytest.mark.parametrize("name", FAMILIES)
async def test_no_call_is_left_out(desk: Desk, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    family = FAMILIES[name]
    with faults.watched(monkeypatch) as made:
        async with AwsSession(regions=family.regions) as aws:
            for route in family.every:
                await Struck(family.begin(desk, route), aws).take()
    assert made == {*family.elsewhere, *(call for calls in family.calls.values() for call in calls)}
