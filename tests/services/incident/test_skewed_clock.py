"""However far this machine's clock, or that of who wrote the journal, is off: going on waits for seconds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import product

import pytest

from sandbox.wire.server import Sandbox
from services.aws.call import Call
from services.aws.session import AwsSession
from services.base import clock
from services.cases import settle
from services.cases.book import CaseBook
from services.cases.plan import LeverName, State, StepName
from services.incident import opening
from tests.services.incident.conftest import Account

OFF = (
    timedelta(days=-4000),
    timedelta(days=-9),
    timedelta(hours=-1),
    timedelta(),
    timedelta(hours=1),
    timedelta(days=9),
    timedelta(days=4000),
)


def interrupted(account: Account) -> dict[StepName | LeverName, Call]:
    """Calls that were about to be sent, and were not."""
    key = {"UserName": account.user, "ServiceSpecificCredentialId": account.key_id}
    policy = {"UserName": account.user, "PolicyName": "stanch-deny", "PolicyDocument": "{}"}
    group = {"logGroupIdentifier": "/app", "bearerTokenAuthenticationEnabled": False}
    return {
        StepName.DEACTIVATE: Call("iam", "UpdateServiceSpecificCredential", {**key, "Status": "Inactive"}),
        StepName.DENY: Call("iam", "PutUserPolicy", policy),
        LeverName.GROUPS: Call("logs", "PutBearerTokenAuthentication", group, "us-east-1"),
    }


async def test_going_on_with_a_case(
    account: Account,
    book: CaseBook,
    sandbox: Sandbox,
    boto: Callable[..., object],
    monkeypatch: pytest.MonkeyPatch,
    counted: Callable[[str], None],
) -> None:
    truth, slept, tried = clock.now, 0.0, 0
    most = len(interrupted(account)) * settle.PATIENCE.total_seconds()
    boto("logs").create_log_group(logGroupName="/app")  # type: ignore[attr-defined]
    boto("logs").put_bearer_token_authentication(  # type: ignore[attr-defined]
        logGroupIdentifier="/app", bearerTokenAuthenticationEnabled=True
    )

    async def sleep(seconds: float) -> None:
        nonlocal slept
        slept += seconds
        assert slept <= most

    def set_clocks(off: timedelta) -> None:
        def now() -> datetime:
            return truth() + off

        monkeypatch.setattr(clock, "now", now)

    async with AwsSession(regions=("us-east-1",)) as aws:
        for theirs, ours in product(OFF, OFF[::3]):
            set_clocks(theirs)
            runbook = await opening.look_up(aws, book, account.key_id, user=account.user)
            with opening.begin(runbook, book) as case:
                for step, call in interrupted(account).items():
                    told = {"aws_at": clock.rfc3339(clock.now())} if tried % 2 else {}
                    case.append("intent", step=step, undo=False, call=call.as_json(), facts={}, **told)
            set_clocks(ours)
            runbook = await opening.look_up(aws, book, account.key_id, user=account.user)
            monkeypatch.setattr(runbook, "_sleep", sleep)
            with opening.begin(runbook, book):
                slept = 0.0
                tried += len(await runbook.resume())
                assert not runbook.state.unsettled
                if runbook.state.step(StepName.DEACTIVATE).state is State.TODO:
                    assert account.statuses()[account.key_id] == "Active"
    counted(f"{tried} calls settled with {len(OFF)} clocks of who wrote and {len(OFF[::3])} of who reads")
