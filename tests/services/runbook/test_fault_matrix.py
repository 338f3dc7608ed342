"""Every fault at every call of the runbook: success, or one sentence and a case that can be gone on with."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.retries import standard

from sandbox.server import Sandbox
from services.aws import cloudtrail, session
from services.aws.call import Call
from services.aws.errors import AwsError
from services.aws.session import Answer, AwsSession
from services.runbook import engine, settle
from services.runbook.case import CaseBook
from tests.services.runbook.routes import ROUTES, admit, check, prepare

FAULTS = {
    "throttled": "throttle:{}:9",
    "5xx": "500:{}:9",
    "acted, then no answer": "timeout:{}:0.5:1",
    "acted, then reset": "drop:{}:1",
    "reset before it acted": "drop-before:{}:1",
    "credentials expired": "expired:{}:1",
    "denied": "deny:{}:1",
    "rubbish": "rubbish:{}:1",
}
CALLS = {
    "deactivate": ["GetCallerIdentity", "ListServiceSpecificCredentials", "UpdateServiceSpecificCredential"],
    "review": ["DescribeTrails", "GetTrailStatus", "GetEventSelectors", "ListObjectsV2", "GetObject"],
    "review of the history": ["LookupEvents"],
    "replace into a secret": ["PutSecretValue"],
    "replace and delete": [
        "DescribeSecret",
        "CreateServiceSpecificCredential",
        "CreateSecret",
        "DeleteServiceSpecificCredential",
    ],
    "deny": [
        "ListUserPolicies",
        "GetUserPolicy",
        "ListAttachedUserPolicies",
        "PutUserPolicy",
        "DeleteUserPolicy",
    ],
    "managed hold": ["GetPolicy", "GetPolicyVersion", "AttachUserPolicy", "DetachUserPolicy"],
    "reset": ["ResetServiceSpecificCredential"],
    "new user": [
        "GetUser",
        "GetLoginProfile",
        "ListGroupsForUser",
        "CreateUser",
        "AttachUserPolicy",
        "PutUserPolicy",
        "AddUserToGroup",
    ],
    "new user taken back": ["DetachUserPolicy", "DeleteUserPolicy", "RemoveUserFromGroup", "DeleteUser"],
    "access keys": ["ListAccessKeys", "UpdateAccessKey"],
    "log groups": ["DescribeLogGroups", "PutBearerTokenAuthentication"],
    "rotation": [
        "ListServiceSpecificCredentials",
        "CreateServiceSpecificCredential",
        "CreateSecret",
        "GetMetricData",
        "DeleteServiceSpecificCredential",
    ],
    "rotation taken back": ["UpdateServiceSpecificCredential", "DeleteServiceSpecificCredential"],
}


# Who may not read them is told that they are not copied.
NAMED_INSTEAD = {("ListGroupsForUser", "denied")}


@pytest.fixture
def impatient(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """No waiting: the sandbox agrees with itself at once."""
    sandbox.world.settings.lookup_per_second = None
    monkeypatch.setattr(standard.ExponentialBackoff, "delay_amount", lambda self, context: 0)
    monkeypatch.setattr(cloudtrail, "LOOKUPS_PER_SECOND", 1000.0)
    monkeypatch.setattr(cloudtrail, "BACKOFF_SECONDS", (0.0,) * len(cloudtrail.BACKOFF_SECONDS))
    monkeypatch.setattr(session, "READ_SECONDS", 0.25)
    monkeypatch.setattr(settle, "PATIENCE", timedelta())
    monkeypatch.setattr(engine, "VERIFY_SECONDS", 0.0)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("name", CALLS)
@pytest.mark.long
async def test_every_fault_ends_well(
    sandbox: Sandbox,
    boto: Callable[..., Any],
    tmp_path: Path,
    name: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    route, clients = ROUTES[name], prepare(boto)
    async with AwsSession(regions=("us-east-1",)) as aws:
        for call in CALLS[name]:
            for at, (fault, spec) in enumerate(FAULTS.items()):
                if (call, fault) in NAMED_INSTEAD:
                    continue
                patient, book = admit(clients, f"{call}-{at}"), CaseBook(tmp_path / f"{call} {at}")
                what, said = f"{name}, {call}: {fault}", list[str]()
                before = sandbox.faults.struck
                sandbox.faults.add(spec.format(call))
                for _ in range(3):
                    try:
                        await route.take(aws, book, patient)
                        break
                    except AwsError as error:
                        said.append(str(error))
                        sandbox.faults.clear()
                else:
                    pytest.fail(f"{what}: never ended, {said}")
                sandbox.faults.clear()
                try:
                    assert sandbox.faults.struck > before, "the call was never made"
                    assert all(sentence and "\n" not in sentence for sentence in said)
                    check(sandbox, patient, book, route)
                except AssertionError as error:
                    error.add_note(f"{what}; said {said}")
                    raise
    with capsys.disabled():
        told = f"{len(FAULTS)} faults at {len(CALLS[name])} calls ended well"
        sys.stderr.write(f"\nfault matrix, {name}: {told}\n")


@pytest.mark.usefixtures("impatient")
async def test_no_call_of_the_runbook_is_left_out(
    boto: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clients, send, made = prepare(boto), AwsSession.send, set[str]()

    async def watched(self: AwsSession, call: Call) -> Answer:
        made.add(call.operation)
        return await send(self, call)

    monkeypatch.setattr(AwsSession, "send", watched)
    async with AwsSession(regions=("us-east-1",)) as aws:
        for at, route in enumerate(ROUTES.values()):
            await route.take(aws, CaseBook(tmp_path / str(at)), admit(clients, f"web-{at}"))
    assert made == {call for calls in CALLS.values() for call in calls}
