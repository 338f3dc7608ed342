"""Work that is cancelled ends once what was sent is answered and journaled, and its secret in its place."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sandbox.iam.credentials import CredentialStore
from sandbox.wire.server import Sandbox
from services.aws.session import AwsSession
from services.cases.book import CaseBook
from services.cases.plan import StepName
from services.cases.secret import Destination, ToFile, ToSecretsManager
from services.goals import book as goals
from services.goals.issuing.issue import IssueGoal
from services.incident import opening
from services.incident.situation import Options
from services.rotation import opening as rotating
from tests.patience import PATIENCE
from tests.storedsecrets import value_of

LOGS = "logs.amazonaws.com"
CREATE = "CreateServiceSpecificCredential"


async def replace(aws: AwsSession, cases: CaseBook, key_id: str, to: Destination) -> None:
    runbook = await opening.look_up(aws, cases, key_id, user="web")
    with opening.begin(runbook, cases):
        await runbook.apply(StepName.REPLACE, Options(secret_to=to))


async def rotate(aws: AwsSession, cases: CaseBook, key_id: str, to: Destination) -> None:
    rotation = await rotating.look_up(aws, cases, key_id, user="web")
    with rotating.begin(rotation, cases):
        await rotation.apply(StepName.REPLACE, Options(secret_to=to))


async def issue(aws: AwsSession, cases: CaseBook, key_id: str, to: Destination) -> None:
    upkeep = await goals.look_up(aws, cases, IssueGoal("web", LOGS, 30, to))
    with goals.begin(upkeep, cases):
        await upkeep.apply()


@pytest.mark.parametrize("to_file", [True, False])
@pytest.mark.parametrize("work", [replace, rotate, issue])
async def test_cancelled_in_the_midst_of_making_a_key(
    sandbox: Sandbox,
    boto: Callable[..., Any],
    tmp_path: Path,
    work: Callable[..., Any],
    to_file: bool,
) -> None:
    iam = boto("iam")
    iam.create_user(UserName="web")
    old = iam.create_service_specific_credential(UserName="web", ServiceName=LOGS)
    key_id = old["ServiceSpecificCredential"]["ServiceSpecificCredentialId"]
    sent, go_on = threading.Event(), threading.Event()

    def held() -> None:
        sent.set()
        go_on.wait(PATIENCE)

    sandbox.faults.on(CREATE, "after", held)
    to: Destination = ToFile(tmp_path / "web.key") if to_file else ToSecretsManager()
    cases = CaseBook(tmp_path / "state")
    async with AwsSession(regions=("us-east-1",)) as aws:
        task = asyncio.create_task(work(aws, cases, key_id, to))
        assert await asyncio.to_thread(sent.wait, PATIENCE)
        task.cancel()
        go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await task
    (case,) = cases.cases()
    made = case.state().replacement
    assert made is not None
    assert case.state().unsettled == {}
    key = sandbox.world.part(CredentialStore).get(made.key_id)
    assert key is not None
    stored = (
        to.path.read_text().strip() if isinstance(to, ToFile) else value_of(boto("secretsmanager"), "web")
    )
    assert stored == key.token
    assert made.delivered
    assert case.flaws() == ()


async def test_cancelled_between_two_calls_nothing_more_is_sent(
    sandbox: Sandbox, boto: Callable[..., Any], tmp_path: Path
) -> None:
    iam = boto("iam")
    iam.create_user(UserName="web")
    old = iam.create_service_specific_credential(UserName="web", ServiceName=LOGS)
    key_id = old["ServiceSpecificCredential"]["ServiceSpecificCredentialId"]
    sent, go_on = threading.Event(), threading.Event()

    def held() -> None:
        sent.set()
        go_on.wait(PATIENCE)

    sandbox.faults.on("CreateUser", "after", held)
    cases = CaseBook(tmp_path / "state")
    async with AwsSession(regions=("us-east-1",)) as aws:
        runbook = await opening.look_up(aws, cases, key_id, user="web")
        with opening.begin(runbook, cases):
            task = asyncio.create_task(runbook.apply(StepName.REPLACE, Options(new_user="web-2")))
            assert await asyncio.to_thread(sent.wait, PATIENCE)
            task.cancel()
            go_on.set()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert runbook.state.did("CreateUser", UserName="web-2")
            assert runbook.state.unsettled == {}
    assert not sandbox.world.part(CredentialStore).of_user("web-2")
