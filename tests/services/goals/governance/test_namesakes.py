"""A policy on a user, group or role that a colleague made anew is theirs, and so is one made anew itself."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from sandbox.wire.server import Sandbox
from services.aws.session import AwsSession
from services.cases.book import CaseBook
from services.cases.errors import Refused
from services.cases.plan import State
from services.goals import book
from services.goals.governance.documents import Kind, Wanted
from services.goals.governance.goal import PolicyGoal
from services.goals.governance.targets import parse_target

WANTED = Wanted(Kind.EXPIRY, days=30)


@pytest.fixture
async def aws(sandbox: Sandbox) -> AsyncIterator[AwsSession]:
    async with AwsSession() as session:
        yield session


async def attach(aws: AwsSession, cases: CaseBook, goal: PolicyGoal) -> None:
    with time_machine.travel(datetime.now(UTC) - timedelta(seconds=30)):
        upkeep = await book.look_up(aws, cases, goal)
        with book.begin(upkeep, cases):
            assert (await upkeep.apply()).state is State.CONFIRMED


async def is_refused(aws: AwsSession, cases: CaseBook, goal: PolicyGoal) -> None:
    upkeep = await book.look_up(aws, cases, goal, undoing=True)
    assert (await upkeep.offer_undo()).plan.calls == ()
    with (
        book.begin(upkeep, cases),
        pytest.raises(Refused, match="created anew since, by someone else") as why,
    ):
        await upkeep.undo()
    (case,) = cases.cases()
    assert f"case close {case.id}`" in str(why.value)


@pytest.mark.parametrize("kind", ["user", "group", "role"])
async def test_a_namesake_keeps_its_policy(
    aws: AwsSession, boto: Callable[..., Any], cases: CaseBook, kind: str
) -> None:
    iam, who = boto("iam"), {f"{kind.title()}Name": "web"}
    goal, policy = PolicyGoal(parse_target(f"{kind}:web"), WANTED), {**who, "PolicyName": WANTED.name}

    def make() -> None:
        trust = {"AssumeRolePolicyDocument": "{}"} if kind == "role" else {}
        getattr(iam, f"create_{kind}")(**who, **trust)

    with time_machine.travel(datetime.now(UTC) - timedelta(minutes=1)):
        make()
    await attach(aws, cases, goal)
    document = json.dumps(getattr(iam, f"get_{kind}_policy")(**policy)["PolicyDocument"])
    getattr(iam, f"delete_{kind}_policy")(**policy)
    getattr(iam, f"delete_{kind}")(**who)
    make()
    getattr(iam, f"put_{kind}_policy")(**policy, PolicyDocument=document)
    await is_refused(aws, cases, goal)
    assert getattr(iam, f"list_{kind}_policies")(**who)["PolicyNames"] == [WANTED.name]


async def test_a_service_control_policy_made_anew_stays(
    aws: AwsSession, boto: Callable[..., Any], cases: CaseBook
) -> None:
    organizations = boto("organizations")
    organizations.create_organization(FeatureSet="ALL")
    root = organizations.list_roots()["Roots"][0]["Id"]
    scp = "SERVICE_CONTROL_POLICY"
    organizations.enable_policy_type(RootId=root, PolicyType=scp)
    goal = PolicyGoal(parse_target(f"scp:{root}"), WANTED)
    await attach(aws, cases, goal)
    every = organizations.list_policies(Filter=scp)["Policies"]
    (ours,) = [each["Id"] for each in every if each["Name"] == WANTED.name]
    content = organizations.describe_policy(PolicyId=ours)["Policy"]["Content"]
    organizations.detach_policy(PolicyId=ours, TargetId=root)
    organizations.delete_policy(PolicyId=ours)
    made = organizations.create_policy(Name=WANTED.name, Description="", Type=scp, Content=content)
    theirs = made["Policy"]["PolicySummary"]["Id"]
    organizations.attach_policy(PolicyId=theirs, TargetId=root)
    await is_refused(aws, cases, goal)
    here = organizations.list_policies_for_target(TargetId=root, Filter=scp)["Policies"]
    assert theirs in [each["Id"] for each in here]


@pytest.fixture
def cases(tmp_path: Any) -> CaseBook:
    return CaseBook(tmp_path / "state")
