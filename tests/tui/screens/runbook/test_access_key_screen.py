"""The runbook of an access key by keyboard, on 80 by 24; boto3 says what became of its sessions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.account.account import iam_backend
from sandbox.scenario.cast import Scenario, StolenKey
from sandbox.scenario.registry import SCENARIOS
from sandbox.wire.server import Sandbox
from services.rights.endedsessions import NAME
from tests.principals import inline_documents, session_key
from tests.tui.conftest import Gate
from tests.tui.piloting import driven
from tui.settings.options import Start


@pytest.fixture
def scenario(sandbox: Sandbox, unpaced: None) -> Scenario:
    return SCENARIOS["leaked-access-key"](sandbox.world)


@pytest.fixture
def stolen(scenario: Scenario) -> StolenKey:
    assert scenario.stolen is not None
    return scenario.stolen


DEPLOYMENT = "arn:aws:iam::123456789012:role/deployment"
THEIRS = '{"Version": "2012-10-17",  "Statement": [{"Effect":"Deny","Action":"ec2:*","Resource":"*"}]}\n'
"""Somebody else's under the name of ours, with its own spaces."""


async def test_the_key_its_sessions_and_back(
    scenario: Scenario, stolen: StolenKey, sandbox: Sandbox, boto: Callable[..., Any], tmp_path: Path
) -> None:
    iam_backend().put_role_policy("deployment", NAME, THEIRS)
    before = inline_documents()

    def alive() -> list[bool]:
        return [_works(boto, (each.access_key_id, each.secret, each.token)) for each in stolen.sessions]

    async with driven(tmp_path, Start("runbook", key_id=stolen.key.access_key_id)) as driver:
        await driver.wait("2 · sessions", "6 · deny Attach the deny policy to ci-deploy")
        await driver.press("enter")
        await driver.wait("Leave it", "Make it Inactive")
        await driver.press("y")
        await driver.wait("1 ✓ deactivate")
        assert alive() == [True, True, True]
        await driver.press("2")
        await driver.wait("2 · sessions End the sessions that")
        await driver.press("enter")
        await driver.wait("Leave it", "End them")
        await driver.press("y")
        await driver.wait("2 ✓ sessions", "ended (confirmed by AWS")
        assert alive() == [False, False, False]
        # Who has a healthy key gets a session of the same role that works.
        sandbox.world.clock.advance(timedelta(seconds=2))
        assert scenario.colleague
        healthy = scenario.colleague.access_key_id, scenario.colleague.secret_access_key
        fresh = boto("sts", key=healthy).assume_role(RoleArn=DEPLOYMENT, RoleSessionName="again")
        assert _works(boto, session_key(fresh["Credentials"]))
        await driver.press("u")
        await driver.wait("Leave it", "Let them work again")
        await driver.press("y")
        await driver.wait("2 ↶ sessions")
        assert alive() == [True, True, True]
        assert inline_documents() == before


async def test_the_key_is_stopped_while_its_sessions_are_looked_for(
    stolen: StolenKey, boto: Callable[..., Any], tmp_path: Path, gate: Gate
) -> None:
    held = gate("LookupEvents")
    async with driven(tmp_path, Start("runbook", key_id=stolen.key.access_key_id)) as driver:
        await driver.wait("2 · sessions looking for its sessions in CloudTrail", "6 · deny Attach")
        await driver.press("2", "enter")
        await driver.wait("do it: its sessions are still being looked for; the other steps don't wait")
        await driver.press("1", "enter")
        await driver.wait("Leave it", "Make it Inactive")
        await driver.press("y")
        await driver.until(lambda: not _active(boto, stolen), "it was not deactivated")
        held.set()
        await driver.press("2")
        await driver.wait("2 · sessions End the sessions that")
        await driver.press("enter")
        await driver.wait("Leave it", "End them")


async def test_what_the_intruder_made_is_stopped_and_restored_from_the_sweep(
    stolen: StolenKey, boto: Callable[..., Any], tmp_path: Path
) -> None:
    def denied() -> list[str]:
        names: list[str] = boto("iam").list_user_policies(UserName="svc-metrics")["PolicyNames"]
        return names

    async with driven(tmp_path, Start("runbook", key_id=stolen.key.access_key_id)) as driver:
        await driver.wait("6 · deny Attach the deny policy to ci-deploy")
        await driver.press("3", "enter")
        await driver.wait("3 ✓ review")
        await driver.press("w")
        await driver.wait("by intruder", "user svc-metrics", "enter stops it", "proof: CreateUser by session")
        await driver.press("enter")
        await driver.wait("Deny user svc-metrics everything?", "Proof: CreateUser by session", "Stop it")
        assert denied() == []
        await driver.press("y")
        await driver.wait("svc-metrics denied everything (confirmed by AWS", "u: restore, if ours")
        assert denied() == ["stanch-deny-intruder"]
        await driver.press("u")
        await driver.wait("Remove the deny policy from user svc-metrics?")
        await driver.press("y")
        await driver.wait("svc-metrics as before (confirmed by AWS")
        assert denied() == []
        await driver.press("escape")
        await driver.wait("w ↶ intruder")
        await driver.press("z")
        await driver.wait("quiet: nothing was contained in this case yet: deactivate the key first")
        await driver.press("1", "enter")
        await driver.wait("Leave it", "Make it Inactive")
        await driver.press("y")
        await driver.wait("1 ✓ deactivate")
        await driver.press("z")
        await driver.wait("z · quiet", "Quiet for 0 of 30 minutes; look again")
        await driver.wait_gone("Reading the records since the containment…", 5)


def _active(boto: Callable[..., Any], stolen: StolenKey) -> bool:
    (key,) = boto("iam").list_access_keys(UserName=stolen.user)["AccessKeyMetadata"]
    return bool(key["Status"] == "Active")


def _works(boto: Callable[..., Any], key: tuple[str, str, str]) -> bool:
    try:
        boto("logs", key=key).describe_log_groups()
    except ClientError:
        return False
    return True


async def test_a_session_has_its_end_and_its_review_alone(
    stolen: StolenKey, boto: Callable[..., Any], tmp_path: Path
) -> None:
    _, role, _ = stolen.sessions
    async with driven(tmp_path, Start("runbook", key_id=role.access_key_id)) as driver:
        await driver.wait("1 · sessions End the sessions of role deployment", "2 · review", "session")
        assert "deactivate" not in driver.text
        await driver.press("w")
        await driver.wait("a role has no keys of its own")
        await driver.press("enter")
        await driver.wait("Leave it", "End them")
        await driver.press("y")
        await driver.wait("1 ✓ sessions", "next u to let them work again")
        assert "changed since" not in driver.text
        assert not _works(boto, (role.access_key_id, role.secret, role.token))
