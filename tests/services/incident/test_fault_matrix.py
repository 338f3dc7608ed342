"""Every fault at every call of the runbook: success, or one sentence and a case that can be gone on with."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from botocore.retries import standard

from sandbox.wire.server import Sandbox
from services.aws import cloudtrail
from services.aws.call import Call
from services.aws.session import AwsSession
from services.cases import settle
from services.cases.book import CaseBook
from services.incident import engine
from tests.services.aws.liar import lying
from tests.services.incident.routes import ROUTES, Patient, Route, admit, check, prepare
from tests.services.matrices import faults, lies

CALLS = {
    "deactivate": ["GetCallerIdentity", "ListServiceSpecificCredentials", "UpdateServiceSpecificCredential"],
    "review": [
        "DescribeTrails",
        "GetTrailStatus",
        "GetEventSelectors",
        "GetBucketLifecycleConfiguration",
        "ListObjectsV2",
        "GetObject",
    ],
    "review of the history": ["LookupEvents"],
    "replace into a secret": ["GetResourcePolicy", "SimulatePrincipalPolicy", "PutSecretValue"],
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
    "reset": ["ListRegions", "ListSecrets", "ResetServiceSpecificCredential"],
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
    "access key": ["UpdateAccessKey", "CreateAccessKey", "CreateSecret", "DeleteAccessKey"],
    "access key left": ["ListAccessKeys", "DeleteAccessKey"],
    "sessions": [
        "GetUserPolicy",
        "GetRolePolicy",
        "ListRolePolicies",
        "GetRole",
        "PutUserPolicy",
        "PutRolePolicy",
        "DeleteUserPolicy",
    ],
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


def changes(name: str) -> list[str]:
    return [call for call in CALLS[name] if not Call("", call).reads]


NAMED_INSTEAD = (("ListGroupsForUser", "denied"),)
"""Who may not read them is told that they are not copied."""


@pytest.fixture
def impatient(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """No waiting: the sandbox agrees with itself at once."""
    sandbox.world.settings.lookup_per_second = None
    monkeypatch.setattr(standard.ExponentialBackoff, "delay_amount", lambda self, context: 0)
    monkeypatch.setattr(cloudtrail, "LOOKUPS_PER_SECOND", 1000.0)
    monkeypatch.setattr(cloudtrail, "BACKOFF_SECONDS", (0.0,) * len(cloudtrail.BACKOFF_SECONDS))
    monkeypatch.setattr(settle, "PATIENCE", timedelta())
    monkeypatch.setattr(engine, "VERIFY_SECONDS", 0.0)


@dataclass
class Struck:
    """A patient with a case of its own, on a route."""

    sandbox: Sandbox
    aws: AwsSession
    route: Route
    patient: Patient
    book: CaseBook

    async def take(self) -> None:
        await self.route.take(self.aws, self.book, self.patient)

    def check(self) -> None:
        check(self.sandbox, self.patient, self.book, self.route)


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
    clients, number = prepare(boto), count()
    async with AwsSession(regions=("us-east-1",)) as aws:

        def fresh() -> Struck:
            patient = admit(clients, sandbox, f"web-{next(number)}")
            return Struck(sandbox, aws, ROUTES[name], patient, CaseBook(tmp_path / patient.user))

        told = await faults.refused(sandbox, fresh, CALLS[name], but=NAMED_INSTEAD)
        told += await faults.lost(sandbox, fresh, CALLS[name])
    with capsys.disabled():
        sys.stderr.write(f"\nfault matrix, {name}: {told} faults at {len(CALLS[name])} calls ended well\n")


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("name", [name for name in CALLS if changes(name)])
@pytest.mark.long
async def test_whoever_answers_the_journal_agrees_with_the_account(
    sandbox: Sandbox,
    boto: Callable[..., Any],
    tmp_path: Path,
    name: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    clients, number = prepare(boto), count()
    async with lying() as liar, AwsSession(regions=("us-east-1",)) as aws:
        with lies.between(liar, monkeypatch):

            def fresh() -> Struck:
                patient = admit(clients, sandbox, f"web-{next(number)}")
                return Struck(sandbox, aws, ROUTES[name], patient, CaseBook(tmp_path / patient.user))

            told = await lies.agrees(liar, fresh, changes(name), lambda struck: struck.book)
    with capsys.disabled():
        sys.stderr.write(f"\nwho answered, {name}: {told} answers to {len(changes(name))} calls\n")


@pytest.mark.usefixtures("impatient")
async def test_no_call_of_the_runbook_is_left_out(
    sandbox: Sandbox, boto: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clients = prepare(boto)
    with faults.watched(monkeypatch) as made:
        async with AwsSession(regions=("us-east-1",)) as aws:
            for at, route in enumerate(ROUTES.values()):
                await route.take(aws, CaseBook(tmp_path / str(at)), admit(clients, sandbox, f"web-{at}"))
    assert made == {call for calls in CALLS.values() for call in calls}
