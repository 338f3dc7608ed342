"""SIGKILL wherever it makes a difference while a policy is attached and taken away: gone on with, it ends."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from botocore.retries import standard

from sandbox.wire.server import Sandbox
from services.aws.session import AwsSession
from services.cases.book import CaseBook
from services.cases.plan import Governing, State
from services.goals import book, engine
from services.goals.governance.documents import Kind, Wanted, document
from services.goals.governance.goal import PolicyGoal
from services.goals.governance.targets import Target, TargetKind, parse_target
from tests.services.aws.liar import lying
from tests.services.matrices import lies
from tests.services.matrices.killing import Victim, Way, points, survive

DENY = Wanted(Kind.DENY)
THEIRS = document(Wanted(Kind.DENY_USE))
REGIONS = ("us-east-1",)


async def take(target: str, aws: AwsSession, cases: CaseBook) -> None:
    """Whatever of it was not done yet, as a responder would who runs the same command again."""
    if any(case.state().closed_at for case in cases.cases()):
        return
    upkeep = await book.look_up(aws, cases, PolicyGoal(parse_target(target), DENY))
    with book.begin(upkeep, cases):
        await upkeep.resume()
        if not upkeep.step.undoing:
            await upkeep.apply()
            assert upkeep.step.state is State.CONFIRMED
        await upkeep.undo()


Account = tuple[Target, Callable[[], dict[str, Any]]]
"""Whom the policy is attached to, and what boto3 says is attached, by name."""


@dataclass(frozen=True)
class Before:
    """Whom the policy is attached to, and whether one of its name is there already, which says otherwise."""

    kind: TargetKind
    there: bool

    @property
    def attached(self) -> dict[str, Any]:
        return {DENY.name: THEIRS} if self.there else {}

    def __str__(self) -> str:
        return f"{self.kind} with {'another' if self.there else 'none'}"


Fresh = Callable[[Before], Account]


@pytest.fixture
def fresh(sandbox: Sandbox, boto: Callable[..., Any]) -> Fresh:
    """An account of its own."""

    def principal(before: Before) -> Account:
        iam, kind = boto("iam"), before.kind
        who = {f"{kind.title()}Name": "web"}
        trust = {"AssumeRolePolicyDocument": "{}"} if kind is TargetKind.ROLE else {}
        getattr(iam, f"create_{kind}")(**who, **trust)
        if before.there:
            put = getattr(iam, f"put_{kind}_policy")
            put(**who, PolicyName=DENY.name, PolicyDocument=json.dumps(THEIRS))

        def attached() -> dict[str, Any]:
            names = getattr(iam, f"list_{kind}_policies")(**who)["PolicyNames"]
            get = getattr(iam, f"get_{kind}_policy")
            return {name: get(**who, PolicyName=name)["PolicyDocument"] for name in names}

        return parse_target(f"{kind}:web"), attached

    def organization(before: Before) -> Account:
        organizations = boto("organizations")
        organizations.create_organization(FeatureSet="ALL")
        root = organizations.list_roots()["Roots"][0]["Id"]
        organizations.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
        kind = {"Filter": "SERVICE_CONTROL_POLICY"}
        if before.there:
            made = organizations.create_policy(
                Name=DENY.name, Description="", Type=kind["Filter"], Content=json.dumps(THEIRS)
            )
            organizations.attach_policy(PolicyId=made["Policy"]["PolicySummary"]["Id"], TargetId=root)

        def attached() -> dict[str, Any]:
            every = organizations.list_policies(**kind)["Policies"]
            here = organizations.list_policies_for_target(TargetId=root, **kind)["Policies"]
            assert [each["Id"] for each in every] == [each["Id"] for each in here], "one is attached nowhere"
            return {
                each["Name"]: json.loads(
                    organizations.describe_policy(PolicyId=each["Id"])["Policy"]["Content"]
                )
                for each in here
                if not each["AwsManaged"]
            }

        return parse_target(f"scp:{root}"), attached

    def begin(before: Before) -> Account:
        sandbox.reset()
        return organization(before) if before.kind is TargetKind.SCP else principal(before)

    return begin


@dataclass
class Struck:
    """An account with a case, and the policy's way there and back."""

    target: Target
    attached: Callable[[], dict[str, Any]]
    before: dict[str, Any]
    aws: AwsSession
    cases: CaseBook

    async def take(self) -> None:
        await take(str(self.target), self.aws, self.cases)

    def check(self) -> None:
        assert self.attached() == self.before
        (case,) = self.cases.cases()
        assert case.state().step(Governing.POLICY).state is State.UNDONE


CHANGES = {
    Before(TargetKind.USER, there=True): ["PutUserPolicy"],
    Before(TargetKind.USER, there=False): ["PutUserPolicy", "DeleteUserPolicy"],
    Before(TargetKind.GROUP, there=True): ["PutGroupPolicy"],
    Before(TargetKind.GROUP, there=False): ["PutGroupPolicy", "DeleteGroupPolicy"],
    Before(TargetKind.ROLE, there=True): ["PutRolePolicy"],
    Before(TargetKind.ROLE, there=False): ["PutRolePolicy", "DeleteRolePolicy"],
    Before(TargetKind.SCP, there=True): ["UpdatePolicy"],
    Before(TargetKind.SCP, there=False): ["CreatePolicy", "AttachPolicy", "DetachPolicy", "DeletePolicy"],
}


@pytest.mark.parametrize("before", CHANGES, ids=str)
async def test_whoever_answers_the_journal_agrees_with_the_account(
    fresh: Fresh,
    tmp_path: Path,
    before: Before,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(engine, "PATIENCE", timedelta())
    monkeypatch.setattr(engine, "VERIFY_SECONDS", 0.0)
    monkeypatch.setattr(standard.ExponentialBackoff, "delay_amount", lambda self, context: 0)
    number = count()
    async with lying() as liar, AwsSession(regions=REGIONS) as aws:

        def begin() -> Struck:
            target, attached = fresh(before)
            return Struck(target, attached, before.attached, aws, CaseBook(tmp_path / str(next(number))))

        with lies.between(liar, monkeypatch):
            told = await lies.agrees(liar, begin, CHANGES[before], lambda struck: struck.cases)
    with capsys.disabled():
        sys.stderr.write(f"\nwho answered, policy for {before}: {told} answers\n")


@pytest.mark.parametrize(
    "before", [Before(TargetKind.USER, there=True), Before(TargetKind.SCP, there=False)], ids=str
)
async def test_killed_wherever_it_makes_a_difference(
    fresh: Fresh,
    victim: Victim,
    tmp_path: Path,
    before: Before,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    # The sandbox agrees with itself at once, so nothing is gained by asking again.
    monkeypatch.setattr(engine, "PATIENCE", timedelta())

    def check(attached: Callable[[], dict[str, Any]], cases: CaseBook) -> None:
        assert attached() == before.attached
        (case,) = cases.cases()
        assert case.flaws() == ()
        assert case.state().unsettled == {}
        assert case.state().step(Governing.POLICY).state is State.UNDONE

    def begin(number: int) -> Way:
        target, attached = fresh(before)
        state = tmp_path / str(number)
        return Way(state, partial(take, str(target)), partial(check, attached, CaseBook(state)))

    told = await survive(victim, REGIONS, begin, points)
    with capsys.disabled():
        sys.stderr.write(f"\nkill matrix, policy for {before}: {told}\n")
