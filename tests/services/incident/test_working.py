"""The old key goes without a reason only where what was recorded cannot have been its own use."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from sandbox.cloudtrail.install import CloudTrail
from sandbox.iam.credentials import CredentialStore
from sandbox.scenario.audit import make_trail
from sandbox.scenario.sender import Sender
from sandbox.wire.server import Sandbox
from services.cases.plan import StepName
from services.incident.engine import Runbook
from tests.services.incident.conftest import LOGS, Account, Opened

GROUP, STREAM = "/app", "one"
DEACTIVATE, REPLACE, DELETE = StepName.DEACTIVATE, StepName.REPLACE, StepName.DELETE


@dataclass
class Flow:
    """The account with a trail that records use of its keys."""

    account: Account
    sandbox: Sandbox

    def send(self, token: str) -> None:
        """One call that is let in, recorded half a minute after whatever came before."""
        self.later()
        sender = Sender(self.sandbox.endpoint_url, GROUP, STREAM)
        assert sender.post(token, b'{"event":"x"}', address="198.51.100.7", agent="fluent-bit") == 200
        sender.close()
        self.later()
        self.sandbox.world.part(CloudTrail).flush()

    def later(self) -> None:
        with self.sandbox.world.lock:
            self.sandbox.world.clock.advance(timedelta(seconds=30))

    def turn(self, status: str) -> None:
        """Somebody else does that."""
        self.account.iam.update_service_specific_credential(
            UserName="web", ServiceSpecificCredentialId=self.account.key_id, Status=status
        )

    def expire(self) -> None:
        with self.sandbox.world.lock:
            store, now = self.sandbox.world.part(CredentialStore), self.sandbox.world.clock.now()
            old = store.get(self.account.key_id)
            assert old
            store.delete(old.id)
            store.seed("web", LOGS, created=old.created, expires=now, id=old.id, secret=old.secret)
        self.later()


@pytest.fixture
def flow(account: Account, sandbox: Sandbox, boto: Callable[..., Any]) -> Flow:
    with sandbox.world.lock:
        make_trail(sandbox.world, sandbox.world.clock.now() - timedelta(days=1))
    account.iam.attach_user_policy(
        UserName="web", PolicyArn="arn:aws:iam::aws:policy/CloudWatchLogsAPIKeyAccess"
    )
    logs = boto("logs")
    logs.create_log_group(logGroupName=GROUP)
    logs.create_log_stream(logGroupName=GROUP, logStreamName=STREAM)
    logs.put_bearer_token_authentication(logGroupIdentifier=GROUP, bearerTokenAuthenticationEnabled=True)
    return Flow(account, sandbox)


async def replaced_early(runbook: Runbook, flow: Flow) -> None:
    await runbook.apply(REPLACE)
    flow.send(flow.account.token)
    flow.turn("Inactive")


async def taken_back(runbook: Runbook, flow: Flow) -> None:
    await runbook.apply(DEACTIVATE)
    await runbook.undo(DEACTIVATE)
    await replaced_early(runbook, flow)


async def found_active(runbook: Runbook, flow: Flow) -> None:
    await runbook.apply(DEACTIVATE)
    await runbook.apply(REPLACE)
    flow.later()
    flow.turn("Active")
    flow.later()
    assert any("changed since, not by this case" in found for found in await runbook.resume())
    flow.send(flow.account.token)
    flow.turn("Inactive")


async def expired(runbook: Runbook, flow: Flow) -> None:
    await runbook.apply(REPLACE)
    flow.send(flow.account.token)
    flow.expire()


@pytest.mark.parametrize(
    ("before", "why"),
    [
        (replaced_early, "the records do not say with which key, and it is not known since when"),
        (taken_back, "the records do not say with which key, and it is not known since when"),
        (found_active, "the records do not say with which key, and it is not known since when"),
        (expired, "the records do not say which key made the calls until"),
    ],
)
async def test_use_that_may_be_the_old_keys_proves_nothing_of_the_new_one(
    opened: Opened, flow: Flow, before: Callable[[Runbook, Flow], Awaitable[None]], why: str
) -> None:
    async with opened() as runbook:
        await before(runbook, flow)
        plan = await runbook.plan(DELETE)
        assert plan.blocked
        assert why in plan.blocked


async def switched_off(runbook: Runbook, flow: Flow) -> None:
    await runbook.apply(DEACTIVATE)
    await runbook.apply(REPLACE)


async def noted(runbook: Runbook, flow: Flow) -> None:
    await replaced_early(runbook, flow)
    assert (await runbook.apply(DEACTIVATE)).verified


async def named(runbook: Runbook, flow: Flow) -> None:
    flow.sandbox.world.settings.credential_ids = True
    await replaced_early(runbook, flow)
    plan = await runbook.plan(DELETE)
    assert plan.blocked
    assert "no call with it was recorded yet" in plan.blocked


@pytest.mark.parametrize("before", [switched_off, noted, expired, named])
async def test_use_that_cannot_be_the_old_keys_lets_it_go(
    opened: Opened, flow: Flow, before: Callable[[Runbook, Flow], Awaitable[None]]
) -> None:
    async with opened() as runbook:
        await before(runbook, flow)
        flow.send(flow.account.secret())
        plan = await runbook.plan(DELETE)
        assert plan.blocked is None, plan.blocked
        assert "was seen working: allowed at" in plan.warnings[0]
