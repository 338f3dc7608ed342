"""How long AWS is asked again what became of a call hangs on no clock of ours, nor on a colleague's."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.aws import sts
from services.aws.session import AwsSession
from services.base import clock
from services.cases import settle
from services.cases.book import CaseBook
from services.cases.plan import State, StepName
from services.incident.engine import Runbook
from tests.services.incident.conftest import Account, Opened
from tests.services.incident.conftest import account as account
from tests.services.incident.conftest import book as book
from tests.services.incident.conftest import opened as opened


@pytest.mark.parametrize("ahead", [timedelta(days=3), timedelta(hours=-3), timedelta()], ids=str)
async def test_a_clock_that_is_off_makes_nobody_wait(
    opened: Opened,
    account: Account,
    book: CaseBook,
    monkeypatch: pytest.MonkeyPatch,
    ahead: timedelta,
) -> None:
    """The run that was killed had that clock; its call never arrived, and AWS says so at each look."""
    now, waited = clock.now, list[float]()
    async with opened() as runbook:
        key = runbook.key
        plan = await runbook.plan(StepName.DEACTIVATE)
        with monkeypatch.context() as patched:
            patched.setattr(clock, "now", lambda: now() + ahead)
            runbook.case.append(
                "intent", step=StepName.DEACTIVATE, undo=False, call=plan.calls[0].as_json(), facts={}
            )

    async def wait(seconds: float) -> None:
        waited.append(seconds)

    (case,) = book.cases()
    async with AwsSession() as aws:
        caller = await sts.get_caller(aws)
        with case.enter(caller.arn):
            again = Runbook(aws, caller, key, case, sleep=wait)
            (found,) = await again.resume()
            assert "the key is Active (confirmed by AWS)" in found
            assert again.state.step(StepName.DEACTIVATE).state is State.TODO
    assert sum(waited) == settle.PATIENCE.total_seconds()


async def test_what_aws_knows_to_be_long_ago_is_asked_once(
    opened: Opened, account: Account, book: CaseBook
) -> None:
    waited: list[float] = []
    async with opened() as runbook:
        key = runbook.key
        plan = await runbook.plan(StepName.DEACTIVATE)
        long_ago = clock.rfc3339(clock.now() - timedelta(minutes=2))
        runbook.case.append(
            "intent",
            step=StepName.DEACTIVATE,
            undo=False,
            call=plan.calls[0].as_json(),
            facts={},
            aws_at=long_ago,
        )

    async def wait(seconds: float) -> None:
        waited.append(seconds)

    (case,) = book.cases()
    async with AwsSession() as aws:
        caller = await sts.get_caller(aws)
        with case.enter(caller.arn):
            await Runbook(aws, caller, key, case, sleep=wait).resume()
    assert waited == []
