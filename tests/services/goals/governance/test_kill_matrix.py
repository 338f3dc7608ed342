"""SIGKILL wherever it makes a difference while a policy is attached and taken away: gone on with, it ends."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from sandbox.wire.server import Sandbox
from services.aws.session import AwsSession
from services.cases.case import CaseBook
from services.cases.plan import Governing, State
from services.goals import book, engine
from services.goals.governance.documents import Kind, Wanted, document
from services.goals.governance.goal import PolicyGoal
from services.goals.governance.targets import Target, TargetKind, parse_target
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


@pytest.fixture
def fresh(sandbox: Sandbox, boto: Callable[..., Any]) -> Callable[[TargetKind], Account]:
    """An account of its own, in which a policy of that name is there already, or none is."""

    def user() -> Account:
        iam = boto("iam")
        iam.create_user(UserName="web")
        iam.put_user_policy(UserName="web", PolicyName=DENY.name, PolicyDocument=json.dumps(THEIRS))

        def attached() -> dict[str, Any]:
            names = iam.list_user_policies(UserName="web")["PolicyNames"]
            return {n: iam.get_user_policy(UserName="web", PolicyName=n)["PolicyDocument"] for n in names}

        return parse_target("user:web"), attached

    def organization() -> Account:
        organizations = boto("organizations")
        organizations.create_organization(FeatureSet="ALL")
        root = organizations.list_roots()["Roots"][0]["Id"]
        organizations.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")

        def attached() -> dict[str, Any]:
            kind = {"Filter": "SERVICE_CONTROL_POLICY"}
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

    def begin(kind: TargetKind) -> Account:
        sandbox.reset()
        return organization() if kind is TargetKind.SCP else user()

    return begin


@pytest.mark.parametrize("kind", [TargetKind.USER, TargetKind.SCP])
async def test_killed_wherever_it_makes_a_difference(
    fresh: Callable[[TargetKind], Account],
    victim: Victim,
    tmp_path: Path,
    kind: TargetKind,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    # The sandbox agrees with itself at once, so nothing is gained by asking again.
    monkeypatch.setattr(engine, "PATIENCE", timedelta())
    before = {DENY.name: THEIRS} if kind is TargetKind.USER else {}

    def check(attached: Callable[[], dict[str, Any]], cases: CaseBook) -> None:
        assert attached() == before
        (case,) = cases.cases()
        assert case.flaws() == ()
        assert case.state().unsettled == {}
        assert case.state().step(Governing.POLICY).state is State.UNDONE

    def begin(number: int) -> Way:
        target, attached = fresh(kind)
        state = tmp_path / str(number)
        return Way(state, partial(take, str(target)), partial(check, attached, CaseBook(state)))

    told = await survive(victim, REGIONS, begin, points)
    with capsys.disabled():
        sys.stderr.write(f"\nkill matrix, policy for {kind}: {told}\n")
