"""A clock that is behind makes nobody a namesake: what AWS has made is compared by AWS's clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.aws.session import AwsSession
from services.base import clock
from services.cases.book import CaseBook
from services.cases.plan import StepName
from services.incident import opening
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
