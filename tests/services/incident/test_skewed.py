"""A clock that is behind makes nobody a namesake: what AWS has made is compared by AWS's clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.aws.call import Call
from services.aws.session import AwsSession
from services.base import clock
from services.cases.book import CaseBook
from services.cases.plan import StepName
from services.incident import opening, reviewing
from tests.services.incident.conftest import Account


@pytest.mark.parametrize("behind", [timedelta(seconds=40), timedelta(minutes=4)], ids=str)
async def test_a_session_of_a_user_who_was_made_just_now(
    account: Account, book: CaseBook, monkeypatch: pytest.MonkeyPatch, behind: timedelta
) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) - behind)
    made = account.iam.create_access_key(UserName="web")["AccessKey"]["AccessKeyId"]
    async with AwsSession() as aws:
        runbook = await opening.look_up(aws, book, "ASIA" + made[4:], user="web")
        with opening.begin(runbook, book):
            await runbook.apply(StepName.DENY)
            assert runbook.state.step(StepName.DENY).state.holds
    assert len(account.policies()) == 1


@pytest.mark.parametrize("off", [-timedelta(minutes=10), timedelta(0), timedelta(hours=2)], ids=str)
async def test_what_is_measured_against_records_is_by_awss_clock(
    account: Account, book: CaseBook, monkeypatch: pytest.MonkeyPatch, off: timedelta
) -> None:
    """Else use before the deactivation is taken for use after it, by the replacement, or the reverse."""
    truth = clock.now
    monkeypatch.setattr(clock, "now", lambda: truth() + off)
    async with AwsSession() as aws:
        runbook = await opening.look_up(aws, book, account.key_id, user=account.user)
        with opening.begin(runbook, book) as case:
            begun = truth()
            await runbook.apply(StepName.DEACTIVATE)
            asked = {"UserName": account.user, "ServiceName": "logs.amazonaws.com"}
            call = Call("iam", "CreateServiceSpecificCredential", asked)
            intent = case.append(
                "intent",
                step=StepName.REPLACE,
                undo=False,
                call=call.as_json(),
                facts={},
                aws_at=clock.rfc3339(aws.now()),
            )
            case.append("outcome", intent=intent, ok=True, key_id="ACCANEW", request_id="r")
            made = runbook.state.replacement
            deactivated = reviewing.marks(runbook.state).deactivated
    assert made is not None
    for when in (deactivated, made.at_by_aws):
        assert when is not None
        assert begun - timedelta(seconds=3) < when < truth() + timedelta(seconds=3)
