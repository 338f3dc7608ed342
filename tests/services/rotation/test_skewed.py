"""With this machine's clock off, use before the deactivation is still not taken for use after it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.aws.session import AwsSession
from services.base import clock
from services.cases.book import CaseBook
from services.cases.plan import StepName
from services.incident.situation import Options
from services.rotation import opening
from tests.services.incident.conftest import Account
from tests.services.incident.conftest import account as account
from tests.services.incident.conftest import book as book
from tests.services.incident.test_working import Flow
from tests.services.incident.test_working import flow as flow

OFF = (-timedelta(minutes=10), timedelta(0), timedelta(minutes=10))


@pytest.mark.parametrize("by_another", [False, True])
@pytest.mark.parametrize("off", OFF, ids=str)
async def test_which_use_is_the_new_keys(
    account: Account,
    book: CaseBook,
    flow: Flow,
    monkeypatch: pytest.MonkeyPatch,
    off: timedelta,
    by_another: bool,
) -> None:
    by_aws = flow.sandbox.world.clock.now
    monkeypatch.setattr(clock, "now", lambda: by_aws() + off)
    async with AwsSession(regions=("us-east-1",)) as aws:
        rotation = await opening.look_up(aws, book, account.key_id, user="web")
        with opening.begin(rotation, book):
            await rotation.apply(StepName.REPLACE)
            flow.send(account.token)
            await rotation.imported("imported (reported by the test)")
            begun = by_aws()
            if by_another:
                flow.turn("Inactive")
                # What is seen is noted.
                await rotation.standing(Options())
            else:
                await rotation.apply(StepName.DEACTIVATE)
            ended = by_aws()
            flow.later()
            flow.later()
            flow.later()
            verdict = (await rotation.standing(Options())).verdict
            assert verdict
            assert (verdict.let_in, "no call was recorded since" in verdict.words) == (None, True)
            assert begun - timedelta(seconds=3) < verdict.since < ended + timedelta(seconds=3)
            flow.send(account.secret())
            verdict = (await rotation.standing(Options())).verdict
            assert verdict
            assert (verdict.let_in is not None, "the new key was allowed at" in verdict.words) == (True, True)


async def test_a_key_found_active_meanwhile_is_inactive_anew(
    account: Account, book: CaseBook, flow: Flow
) -> None:
    async with AwsSession(regions=("us-east-1",)) as aws:
        rotation = await opening.look_up(aws, book, account.key_id, user="web")
        with opening.begin(rotation, book):
            await rotation.apply(StepName.REPLACE)
            await rotation.imported("imported (reported by the test)")
            await rotation.apply(StepName.DEACTIVATE)
            flow.later()
            flow.turn("Active")
            await rotation.standing(Options())
            flow.send(account.token)
            flow.turn("Inactive")
            for _ in range(4):
                flow.later()
                verdict = (await rotation.standing(Options())).verdict
                assert verdict
                assert verdict.let_in is None
