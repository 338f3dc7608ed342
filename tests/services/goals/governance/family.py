"""A policy attached and taken away as the matrices take it: to each kind of target, beside one or none."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from services.aws.session import AwsSession
from services.cases.book import CaseBook
from services.cases.plan import Governing, State
from services.goals import book
from services.goals.governance.documents import Kind, Wanted, document
from services.goals.governance.goal import PolicyGoal
from services.goals.governance.targets import TargetKind, parse_target
from tests.services.matrices.family import Desk, Family, Killing
from tests.services.matrices.killing import Way

DENY = Wanted(Kind.DENY)
THEIRS = document(Wanted(Kind.DENY_USE))
Attached = Callable[[], dict[str, Any]]
"""What boto3 says is attached, by name."""


@dataclass(frozen=True)
class Before:
    """Whom the policy is attached to, and whether one of its name is there already, which says otherwise."""

    kind: TargetKind
    there: bool

    @property
    def attached(self) -> dict[str, Any]:
        return {DENY.name: THEIRS} if self.there else {}


ROUTES = {
    f"{kind} with {'another' if there else 'none'}": Before(kind, there)
    for kind in TargetKind
    for there in (True, False)
}


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


def begin(desk: Desk, route: str) -> Way:
    """On an account of its own."""
    desk.sandbox.reset()
    before = ROUTES[route]
    target, attached = (_organization if before.kind is TargetKind.SCP else _principal)(desk, before)
    state = desk.folder / desk.subject(route)
    return Way(state, partial(take, target), partial(_check, before, attached, CaseBook(state)))


def _check(before: Before, attached: Attached, cases: CaseBook) -> None:
    assert attached() == before.attached
    (case,) = cases.cases()
    assert case.flaws() == ()
    assert case.state().unsettled == {}
    assert case.state().step(Governing.POLICY).state is State.UNDONE


def _principal(desk: Desk, before: Before) -> tuple[str, Attached]:
    iam, kind = desk.boto("iam"), before.kind
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

    return f"{kind}:web", attached


def _organization(desk: Desk, before: Before) -> tuple[str, Attached]:
    organizations = desk.boto("organizations")
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
            each["Name"]: json.loads(organizations.describe_policy(PolicyId=each["Id"])["Policy"]["Content"])
            for each in here
            if not each["AwsManaged"]
        }

    return f"scp:{root}", attached


READS = {
    TargetKind.USER: ["GetCallerIdentity", "ListUserPolicies", "GetUserPolicy"],
    TargetKind.GROUP: ["ListGroupPolicies", "GetGroupPolicy"],
    TargetKind.ROLE: ["ListRolePolicies", "GetRolePolicy"],
    TargetKind.SCP: [
        "DescribeOrganization",
        "ListPolicies",
        "ListPoliciesForTarget",
        "DescribePolicy",
        "ListTargetsForPolicy",
    ],
}
CHANGES = {
    (TargetKind.SCP, True): ["UpdatePolicy"],
    (TargetKind.SCP, False): ["CreatePolicy", "AttachPolicy", "DetachPolicy", "DeletePolicy"],
}


def _calls(before: Before) -> list[str]:
    holder = before.kind.title()
    of_iam = [f"Put{holder}Policy"] if before.there else [f"Put{holder}Policy", f"Delete{holder}Policy"]
    reads = READS[before.kind] if before.there else []
    # In this order each fault strikes a change.
    return [*reads[:4], *CHANGES.get((before.kind, before.there), of_iam), *reads[4:]]


POLICIES = Family(
    begin,
    ROUTES,
    {name: _calls(before) for name, before in ROUTES.items()},
    {"user with another": Killing(lines=True), "scp with none": Killing(lines=True)},
)
