"""Every fault at every call on the way to a key and back: success, or a sentence and a case to go on with."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from botocore.retries import standard

from sandbox.server import Sandbox
from services.aws import session
from services.aws.call import Call
from services.aws.errors import AwsError
from services.aws.session import Answer, AwsSession
from services.runbook.case import CaseBook
from services.upkeep import engine
from tests.services.issuing.routes import ROUTES, check, open_shop
from tests.services.runbook.test_fault_matrix import FAULTS

CALLS = {
    "set up": [
        "GetCallerIdentity",
        "GetUser",
        "ListServiceSpecificCredentials",
        "DescribeLogGroups",
        "CreateUser",
        "PutUserPolicy",
        "CreateLogGroup",
        "CreateLogStream",
        "PutBearerTokenAuthentication",
        "CreateServiceSpecificCredential",
        "DescribeSecret",
        "CreateSecret",
    ],
    "set up to a file": ["AttachUserPolicy", "CreateServiceSpecificCredential"],
    "set up to the screen": [
        "ListAttachedUserPolicies",
        "ListUserPolicies",
        "GetUserPolicy",
        "DescribeLogStreams",
        "CreateServiceSpecificCredential",
    ],
    "taken back": [
        "ListAccessKeys",
        "GetLoginProfile",
        "ListGroupsForUser",
        "FilterLogEvents",
        "PutBearerTokenAuthentication",
        "DeleteServiceSpecificCredential",
        "DeleteSecret",
        "DeleteUserPolicy",
        "DeleteUser",
        "DeleteLogGroup",
    ],
    "managed taken back": ["DetachUserPolicy"],
    "issued": ["CreateServiceSpecificCredential", "PutSecretValue"],
    "issue taken back": ["DeleteServiceSpecificCredential"],
}

CHANGING = ("throttled", "acted, then no answer", "reset before it acted", "denied")
READING = ("throttled", "denied")
"""How a read fails makes little difference."""
NOT_READ = "FilterLogEvents"
"""A log group that may not be looked into is left: see test_setup.py."""


@pytest.fixture
def no_waiting(impatient: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standard.ExponentialBackoff, "delay_amount", lambda self, context: 0)
    monkeypatch.setattr(session, "READ_SECONDS", 0.5)
    monkeypatch.setattr(engine, "VERIFY_SECONDS", 0.0)


@pytest.mark.usefixtures("no_waiting")
@pytest.mark.parametrize("name", CALLS)
async def test_every_fault_ends_well(
    sandbox: Sandbox,
    aws: AwsSession,
    boto_clients: Mapping[str, Any],
    tmp_path: Path,
    name: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    route = ROUTES[name]
    for call in CALLS[name]:
        faults = () if call == NOT_READ else READING if Call("", call).reads else CHANGING
        for at, fault in enumerate(faults):
            user = f"{call}-{at}"
            folder = tmp_path / user
            folder.mkdir()
            shop, book = open_shop(route, boto_clients, user, folder), CaseBook(folder / "state")
            what, said = f"{name}, {call}: {fault}", list[str]()
            before = sandbox.faults.struck
            sandbox.faults.add(FAULTS[fault].format(call))
            for _ in range(3):
                try:
                    await route.take(aws, book, shop)
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
                check(sandbox, shop, book, route)
            except AssertionError as error:
                error.add_note(f"{what}; said {said}")
                raise
    with capsys.disabled():
        told = f"faults at {len(CALLS[name])} calls ended well"
        sys.stderr.write(f"\nfault matrix, {name}: {told}\n")


@pytest.mark.usefixtures("no_waiting")
async def test_no_call_is_left_out(
    aws: AwsSession, boto_clients: Mapping[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    send, made = AwsSession.send, set[str]()

    async def watched(self: AwsSession, call: Call) -> Answer:
        made.add(call.operation)
        return await send(self, call)

    monkeypatch.setattr(AwsSession, "send", watched)
    for at, route in enumerate(ROUTES.values()):
        shop = open_shop(route, boto_clients, f"web-{at}", tmp_path)
        await route.take(aws, CaseBook(tmp_path / str(at)), shop)
    assert made == {call for calls in CALLS.values() for call in calls}
