"""Sessions in other accounts: entered once, renewed in mid-case, and never gone on from to a third."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from sandbox.account.organizations import add_member
from sandbox.account.world import ACCOUNT, ApiCall
from sandbox.scenario import people, two_accounts
from sandbox.scenario.cast import KeyInUse
from sandbox.scenario.registry import SCENARIOS
from sandbox.scenario.two_accounts import THERE
from sandbox.wire.server import Sandbox
from services.aws import sts
from services.aws.credentials.role import NotLetIn, operator_of
from services.aws.credentials.ways import Way, Ways
from services.aws.reach import Reach
from services.aws.session import AwsSession
from services.cases.book import CaseBook
from services.cases.plan import StepName
from services.incident import opening
from services.incident.situation import Options

WAYS = Ways(Way(two_accounts.ROLE))
THIRD = "555566667777"


@pytest.fixture
def leaked(sandbox: Sandbox) -> KeyInUse:
    found = SCENARIOS["two-accounts"](sandbox.world).leaked
    assert found is not None
    return found


@pytest.fixture
def hops(sandbox: Sandbox, leaked: KeyInUse) -> list[ApiCall]:
    heard: list[ApiCall] = []
    sandbox.world.on_api_call.append(
        lambda call: heard.append(call) if call.operation == "AssumeRole" else None
    )
    return heard


async def test_a_case_goes_on_past_the_hour_of_a_chained_session(
    leaked: KeyInUse, hops: list[ApiCall], tmp_path: Path
) -> None:
    book = CaseBook(tmp_path)
    async with AwsSession(account=THERE, ways=WAYS) as aws:
        runbook = await opening.look_up(aws, book, leaked.key_id)
        with opening.begin(runbook, book):
            await runbook.apply(StepName.DEACTIVATE, Options())
            assert len(hops) == 1
            with time_machine.travel(datetime.now(UTC) + timedelta(minutes=56)):
                await asyncio.gather(*(sts.get_caller(aws) for _ in range(3)))
                result = await runbook.undo(StepName.DEACTIVATE, Options())
        assert result.verified
        assert (await sts.get_caller(aws)).account == THERE
        assert runbook.case is not None
        entries = runbook.case.journal.entries()
        assert [each.data["account"] for each in entries if each.kind == "intent"] == [THERE, THERE]
    assert len(hops) == 2


async def test_each_account_is_entered_once_and_from_our_own(
    sandbox: Sandbox, leaked: KeyInUse, hops: list[ApiCall]
) -> None:
    with sandbox.world.lock:
        add_member(THIRD, "third")
        trust = people.trust(ACCOUNT, "sts:SetSourceIdentity")
        people.make_role(two_accounts.ROLE, people.allow("*"), trust, THIRD)
    async with AwsSession(ways=WAYS) as aws, Reach(aws) as reach:
        there, again, home = await asyncio.gather(reach.at(THERE), reach.at(THERE), reach.at(ACCOUNT))
        assert there is again
        assert home is aws
        assert there.where.account == THERE
        third = await there.to_account(THIRD)
        async with third:
            assert (await sts.get_caller(third)).account == THIRD
        with pytest.raises(NotLetIn, match=two_accounts.REFUSING):
            await reach.at(two_accounts.REFUSING)
    # The one that was refused is among them; none was asked for by a session of another account.
    assert [call.actor.kind for call in hops] == ["IAMUser"] * 3


@pytest.mark.parametrize(
    ("arn", "operator"),
    [
        ("arn:aws:iam::123456789012:user/ops/dana", "dana"),
        ("arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_x/dana@example.com", "dana@example.com"),
        ("arn:aws:iam::123456789012:root", "root"),
        ("arn:aws:sts::123456789012:federated-user/d", "d-"),
        (f"arn:aws:iam::123456789012:user/{'ü b' * 40}", "--b" * 21 + "-"),
    ],
)
def test_the_operator_as_a_source_identity(arn: str, operator: str) -> None:
    assert operator_of(arn) == operator


@pytest.mark.parametrize(
    ("role", "arn"),
    [
        ("x", f"arn:aws:iam::{THERE}:role/x"),
        ("/ops/x", f"arn:aws:iam::{THERE}:role/ops/x"),
        ("arn:aws-cn:iam::{account}:role/x", f"arn:aws-cn:iam::{THERE}:role/x"),
    ],
)
def test_a_role_by_its_name_or_its_arn(role: str, arn: str) -> None:
    hop = Ways(Way(role)).hop_to(THERE, "aws")
    assert hop is not None
    assert (hop.role_arn, hop.names_operator) == (arn, True)
    assert Ways().hop_to(THERE, "aws") is None
    assert Ways(Way(role), {THERE: Way("y", "", False)}).hop_to(THERE, "aws") == Ways(
        exceptions={THERE: Way("y", None, False)}
    ).hop_to(THERE, "aws")
