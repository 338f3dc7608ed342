"""Sessions ended again after somebody else changed the policy: undoing it restores what they made of it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest

from services.aws.session import AwsSession
from services.base import clock
from services.cases.book import CaseBook
from services.cases.plan import LeverName, State
from services.incident import opening
from services.incident.engine import Runbook
from services.rights import endedsessions
from tests.services.incident.conftest import Account

SESSIONS = LeverName.SESSIONS
POLICY = {"UserName": "web", "PolicyName": endedsessions.NAME}
COLLEAGUES = {"Sid": "Colleague", "Effect": "Deny", "Action": "s3:*", "Resource": "*"}
EARLIER = endedsessions.statement(clock.parse("2026-01-01T00:00:00Z"))

Ending = Callable[[], AbstractAsyncContextManager[Runbook]]


@pytest.fixture
def ending(account: Account, book: CaseBook) -> Ending:
    """A runbook for an access key of the user's."""
    key = account.iam.create_access_key(UserName="web")["AccessKey"]["AccessKeyId"]

    @asynccontextmanager
    async def open_it() -> AsyncIterator[Runbook]:
        async with AwsSession() as aws:
            runbook = await opening.look_up(aws, book, key, user="web")
            with opening.begin(runbook, book):
                await runbook.resume()
                yield runbook

    return open_it


def statements(account: Account) -> list[Any]:
    found: list[Any] = account.iam.get_user_policy(**POLICY)["PolicyDocument"]["Statement"]
    return found


def put(account: Account, *told: object) -> None:
    document = json.dumps({"Version": "2012-10-17", "Statement": told})
    account.iam.put_user_policy(**POLICY, PolicyDocument=document)


@pytest.mark.parametrize("before", [[], [EARLIER]], ids=["nothing before", "ended before"])
async def test_what_a_colleague_added_stays(account: Account, ending: Ending, before: list[object]) -> None:
    """And of what the case put itself nothing does, at whichever of the two times."""
    if before:
        put(account, *before)
    async with ending() as runbook:
        await runbook.apply(SESSIONS)
        put(account, COLLEAGUES, *statements(account))
        await runbook.apply(SESSIONS)
        assert [each["Sid"] for each in statements(account)] == ["Colleague", endedsessions.SID]
    async with ending() as runbook:
        assert (await runbook.undo(SESSIONS)).step.state is State.UNDONE
    assert statements(account) == [COLLEAGUES, *before]


async def test_what_another_case_ended_stays_ended(account: Account, ending: Ending) -> None:
    theirs = endedsessions.statement(clock.parse("2026-01-01T01:00:00Z"))
    async with ending() as runbook:
        await runbook.apply(SESSIONS)
        put(account, theirs)
        await runbook.apply(SESSIONS)
        assert (await runbook.undo(SESSIONS)).step.state is State.UNDONE
    assert statements(account) == [theirs]


async def test_ended_twice_by_one_case_is_restored_to_what_was_there(
    account: Account, ending: Ending
) -> None:
    put(account, COLLEAGUES)
    async with ending() as runbook:
        await runbook.apply(SESSIONS)
        await runbook.apply(SESSIONS)
        assert (await runbook.undo(SESSIONS)).step.state is State.UNDONE
    assert statements(account) == [COLLEAGUES]
