"""A policy attached, or changed, and taken away as the matrices take it: at each kind of target."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from services.aws.session import AwsSession
from services.cases.book import CaseBook
from services.cases.plan import Governing, State
from services.goals import book
from services.goals.governance.documents import Kind, Wanted
from services.goals.governance.goal import PolicyGoal
from services.goals.governance.targets import TargetKind, parse_target
from tests.services.matrices.family import Desk, Family, Killing
from tests.services.matrices.killing import Way

LONG, SHORT = Wanted(Kind.EXPIRY, days=90), Wanted(Kind.EXPIRY, days=30)
Attached = Callable[[], dict[str, Any]]
"""What boto3 says is attached, by name."""


@dataclass(frozen=True)
class Before:
    """Whom the policy is attached to, and whether the case attached another of its name before."""

    kind: TargetKind
    changed: bool

    @property
    def wanted(self) -> tuple[Wanted, ...]:
        return (LONG, SHORT) if self.changed else (SHORT,)


ROUTES = {
    f"{kind} {'changed' if changed else 'once'}": Before(kind, changed)
    for kind in TargetKind
    for changed in (True, False)
}


async def take(target: str, every: Sequence[Wanted], aws: AwsSession, cases: CaseBook) -> None:
    """Whatever of it was not done yet, as a responder would who runs the same commands again."""
    if any(case.state().closed_at for case in cases.cases()):
        return
    for wanted in every:
        upkeep = await book.look_up(aws, cases, PolicyGoal(parse_target(target), wanted))
        with book.begin(upkeep, cases):
            await upkeep.resume()
            done = json.dumps([dict(call.params) for call in upkeep.state.done])
            if not upkeep.step.undoing and (wanted is every[-1] or str(SHORT.days) not in done):
                await upkeep.apply()
                assert upkeep.step.state is State.CONFIRMED
            if wanted is every[-1]:
                await upkeep.undo()


def begin(desk: Desk, route: str) -> Way:
    """On an account of its own."""
    desk.sandbox.reset()
    desk.sandbox.world.settings.lookup_per_second = None
    before = ROUTES[route]
    target, attached = (_organization if before.kind is TargetKind.SCP else _principal)(desk, before)
    state = desk.folder / desk.subject(route)
    return Way(state, partial(take, target, before.wanted), partial(_check, attached, CaseBook(state)))


def _check(attached: Attached, cases: CaseBook) -> None:
    assert attached() == {}
    (case,) = cases.cases()
    assert case.flaws() == ()
    assert case.state().unsettled == {}
    assert case.state().step(Governing.POLICY).state is State.UNDONE


def _principal(desk: Desk, before: Before) -> tuple[str, Attached]:
    iam, kind = desk.boto("iam"), before.kind
    who = {f"{kind.title()}Name": "web"}
    trust = {"AssumeRolePolicyDocument": "{}"} if kind is TargetKind.ROLE else {}
    getattr(iam, f"create_{kind}")(**who, **trust)

    def attached() -> dict[str, Any]:
        names = getattr(iam, f"list_{kind}_policies")(**who)["PolicyNames"]
        get = getattr(iam, f"get_{kind}_policy")
        return {name: get(**who, PolicyName=name)["PolicyDocument"] for name in names}

    return f"{kind}:web", attached


def _organization(desk: Desk, _: Before) -> tuple[str, Attached]:
    organizations = desk.boto("organizations")
    organizations.create_organization(FeatureSet="ALL")
    root = organizations.list_roots()["Roots"][0]["Id"]
    organizations.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
    kind = {"Filter": "SERVICE_CONTROL_POLICY"}

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


ORGANIZED = ["CreatePolicy", "AttachPolicy", "DetachPolicy", "DeletePolicy"]
CHANGED = {
    TargetKind.USER: [
        "GetCallerIdentity",
        "ListUserPolicies",
        "PutUserPolicy",
        "GetUserPolicy",
        "GetUser",
        "DeleteUserPolicy",
    ],
    TargetKind.GROUP: [
        "ListGroupPolicies",
        "PutGroupPolicy",
        "GetGroupPolicy",
        "GetGroup",
        "DeleteGroupPolicy",
    ],
    TargetKind.ROLE: ["ListRolePolicies", "PutRolePolicy", "GetRolePolicy", "GetRole", "DeleteRolePolicy"],
    TargetKind.SCP: [
        "DescribeOrganization",
        "ListPolicies",
        "ListPoliciesForTarget",
        *ORGANIZED[:2],
        "DescribePolicy",
        "ListTargetsForPolicy",
        "UpdatePolicy",
        *ORGANIZED[2:],
    ],
}
"""In the order in which they are first made, so that each fault strikes."""


def _calls(before: Before) -> list[str]:
    if before.changed:
        return CHANGED[before.kind]
    holder = before.kind.title()
    return ORGANIZED if before.kind is TargetKind.SCP else [f"Put{holder}Policy", f"Delete{holder}Policy"]


POLICIES = Family(
    begin,
    ROUTES,
    {name: _calls(before) for name, before in ROUTES.items()},
    {"user changed": Killing(lines=True), "scp once": Killing(lines=True)},
)
