"""What is proposed at each target is what gets the policy there and away again; boto3 is the witness."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Collection
from typing import Any

import pytest

from sandbox.wire.server import Sandbox
from services.aws.errors import NotFound
from services.aws.session import AwsSession
from services.goals.governance.documents import Document, Kind, Wanted, document
from services.goals.governance.proposal import NEW_ID, attach, detach
from services.goals.governance.standing import Standing, look
from services.goals.governance.targets import BadTarget, Target, TargetKind, parse_target
from services.goals.proposal import Proposal
from tests.principals import allow, policy

DENY_USE = Wanted(Kind.DENY_USE)
USER, GROUP, ROLE = (Target(kind, "web") for kind in (TargetKind.USER, TargetKind.GROUP, TargetKind.ROLE))


@pytest.fixture
async def aws(sandbox: Sandbox) -> AsyncIterator[AwsSession]:
    async with AwsSession() as session:
        yield session


@pytest.fixture
def iam(boto: Callable[..., Any]) -> Any:
    """With a user, a group and a role called `web`."""
    iam = boto("iam")
    iam.create_user(UserName="web")
    iam.create_group(GroupName="web")
    iam.create_role(RoleName="web", AssumeRolePolicyDocument=json.dumps(policy(allow("sts:AssumeRole"))))
    return iam


@pytest.fixture
def root(boto: Callable[..., Any]) -> str:
    """The root of an organization that takes service control policies."""
    organizations = boto("organizations")
    organizations.create_organization(FeatureSet="ALL")
    found = str(organizations.list_roots()["Roots"][0]["Id"])
    organizations.enable_policy_type(RootId=found, PolicyType="SERVICE_CONTROL_POLICY")
    return found


async def propose(aws: AwsSession, target: Target, wanted: Wanted, sent: Collection[Wanted] = ()) -> Proposal:
    at = await look(aws, target, wanted.name)
    return attach(target, wanted, document(wanted), at, [document(each) for each in sent])


async def send(aws: AwsSession, target: Target, wanted: Wanted, sent: Collection[Wanted] = ()) -> Proposal:
    """One call after the other, each proposed anew; answers with the first proposal."""
    first = proposal = await propose(aws, target, wanted, sent)
    while proposal.calls:
        await aws.send(proposal.calls[0])
        proposal = await propose(aws, target, wanted, sent)
    assert proposal.already
    return first


DID = ("CreatePolicy", "AttachPolicy", "UpdatePolicy")


async def take_back(aws: AwsSession, target: Target, wanted: Wanted, before: Any) -> None:
    sent, stood = [document(wanted)], Standing(**before)
    while calls := detach(target, wanted, await look(aws, target, wanted.name), stood, DID, sent).calls:
        await aws.send(calls[0])


def inline(iam: Any, target: Target) -> dict[str, Document]:
    kind = target.kind.capitalize()
    listed = getattr(iam, f"list_{target.kind}_policies")(**{f"{kind}Name": target.name})["PolicyNames"]
    get = getattr(iam, f"get_{target.kind}_policy")
    return {
        name: get(**{f"{kind}Name": target.name, "PolicyName": name})["PolicyDocument"] for name in listed
    }


@pytest.mark.parametrize(
    ("target", "wanted"),
    [
        (USER, DENY_USE),
        (USER, Wanted(Kind.WRITE, log_groups=("/app/web",))),
        (GROUP, Wanted(Kind.DENY)),
        (ROLE, Wanted(Kind.EXPIRY, days=30, allow=True)),
    ],
)
async def test_on_and_off_again(aws: AwsSession, iam: Any, target: Target, wanted: Wanted) -> None:
    proposal = await send(aws, target, wanted)
    assert inline(iam, target) == {wanted.name: document(wanted)}
    assert all(line.startswith("+ ") for line in proposal.diff)
    await take_back(aws, target, wanted, proposal.before)
    assert inline(iam, target) == {}


async def test_what_the_case_attached_itself_is_replaced(aws: AwsSession, iam: Any) -> None:
    long, short = Wanted(Kind.EXPIRY, days=90), Wanted(Kind.EXPIRY, days=30)
    first = await send(aws, USER, long)
    proposal = await send(aws, USER, short, sent=[long])
    changed = [line for line in proposal.diff if line[0] in "+-"]
    assert [line.split(": ")[1] for line in changed] == ['"90"', '"30"']
    assert "What this case attached" in proposal.warnings[-1]
    assert inline(iam, USER) == {short.name: document(short)}
    await take_back(aws, USER, short, first.before)
    assert inline(iam, USER) == {}


@pytest.mark.parametrize("target", [USER, GROUP, ROLE, "scp"], ids=str)
async def test_another_of_that_name_is_never_replaced(
    aws: AwsSession, iam: Any, root: str, target: Target | str
) -> None:
    long, short = Wanted(Kind.EXPIRY, days=90), Wanted(Kind.EXPIRY, days=30)
    where = Target(TargetKind.SCP, root) if isinstance(target, str) else target
    await send(aws, where, long)
    for sent in ([], [Wanted(Kind.EXPIRY, days=60)]):
        proposal = await propose(aws, where, short, sent)
        assert proposal.calls == ()
        assert "which no case on this machine wrote, so it is not replaced" in str(proposal.blocked)
        assert any(line.startswith("-") for line in proposal.diff)


async def test_the_quota_counts_the_neighbours(aws: AwsSession, iam: Any) -> None:
    big = policy(allow(*(f"s3:Get{number:04}" for number in range(130))))
    iam.put_user_policy(UserName="web", PolicyName="big", PolicyDocument=json.dumps(big))
    proposal = await propose(aws, USER, Wanted(Kind.DENY))
    assert proposal.calls == ()
    assert proposal.blocked
    assert "There is no room on user web: 1," in proposal.blocked
    assert "of 2,048 characters are used" in proposal.blocked
    assert (await propose(aws, GROUP, Wanted(Kind.DENY))).blocked is None


async def test_a_target_that_is_not_there(aws: AwsSession, iam: Any, root: str) -> None:
    for target in (Target(TargetKind.USER, "nobody"), Target(TargetKind.SCP, "999999999999")):
        with pytest.raises(NotFound):
            await look(aws, target, DENY_USE.name)


async def test_a_service_control_policy_is_made_attached_and_unmade(
    aws: AwsSession, root: str, boto: Callable[..., Any]
) -> None:
    target, organizations = Target(TargetKind.SCP, root), boto("organizations")

    def attached() -> list[str]:
        found = organizations.list_policies_for_target(TargetId=root, Filter="SERVICE_CONTROL_POLICY")
        return [each["Name"] for each in found["Policies"]]

    before = attached()
    proposal = await send(aws, target, DENY_USE)
    assert [call.operation for call in proposal.calls] == ["CreatePolicy", "AttachPolicy"]
    assert proposal.calls[1].params["PolicyId"] == NEW_ID
    assert (
        "The management account 123456789012 is not subject to service control policies." in proposal.warnings
    )
    assert attached() == [*before, DENY_USE.name]
    (made,) = [
        each
        for each in organizations.list_policies(Filter="SERVICE_CONTROL_POLICY")["Policies"]
        if each["Name"] == DENY_USE.name
    ]
    content = organizations.describe_policy(PolicyId=made["Id"])["Policy"]["Content"]
    assert json.loads(content) == document(DENY_USE)
    await take_back(aws, target, DENY_USE, proposal.before)
    assert attached() == before
    assert DENY_USE.name not in str(organizations.list_policies(Filter="SERVICE_CONTROL_POLICY"))


async def test_a_service_control_policy_of_others_is_shared_and_not_changed(
    aws: AwsSession, root: str, boto: Callable[..., Any]
) -> None:
    organizations = boto("organizations")
    unit = organizations.create_organizational_unit(ParentId=root, Name="dev")["OrganizationalUnit"]["Id"]
    here, there = Target(TargetKind.SCP, root), Target(TargetKind.SCP, unit)
    await send(aws, here, Wanted(Kind.EXPIRY, days=90))
    assert [call.operation for call in (await propose(aws, there, Wanted(Kind.EXPIRY, days=90))).calls] == [
        "AttachPolicy"
    ]
    stricter = await propose(aws, there, Wanted(Kind.EXPIRY, days=30))
    assert stricter.blocked
    assert f"is attached to {root} with different content" in stricter.blocked
    proposal = await send(aws, there, Wanted(Kind.EXPIRY, days=90))
    await take_back(aws, there, Wanted(Kind.EXPIRY), proposal.before)
    standing = await look(aws, here, Wanted(Kind.EXPIRY).name)
    assert (standing.attached, standing.elsewhere) == (True, ())


async def test_five_policies_are_the_most(aws: AwsSession, root: str, boto: Callable[..., Any]) -> None:
    organizations = boto("organizations")
    attached = organizations.list_policies_for_target(TargetId=root, Filter="SERVICE_CONTROL_POLICY")
    for number in range(5 - len(attached["Policies"])):
        made = organizations.create_policy(
            Name=f"p{number}", Description="", Type="SERVICE_CONTROL_POLICY", Content=json.dumps(policy())
        )
        organizations.attach_policy(PolicyId=made["Policy"]["PolicySummary"]["Id"], TargetId=root)
    proposal = await propose(aws, Target(TargetKind.SCP, root), DENY_USE)
    assert proposal.blocked
    assert "has 5 service control policies" in proposal.blocked


@pytest.mark.parametrize(
    ("target", "wanted", "words"),
    [
        ("role:web", DENY_USE, "A role has no API keys"),
        ("scp:r-abcd", Wanted(Kind.WRITE, log_groups=("x",)), "only denies"),
        ("scp:r-abcd", Wanted(Kind.EXPIRY, allow=True), "only denies"),
    ],
)
async def test_what_would_do_nothing_is_blocked(
    aws: AwsSession, iam: Any, root: str, target: str, wanted: Wanted, words: str
) -> None:
    at = parse_target(target if target != "scp:r-abcd" else f"scp:{root}")
    proposal = await propose(aws, at, wanted)
    assert proposal.blocked
    assert words in proposal.blocked


async def test_what_no_case_attached_is_not_taken_away(aws: AwsSession, iam: Any) -> None:
    nothing = detach(USER, DENY_USE, await look(aws, USER, DENY_USE.name), None)
    assert (nothing.calls, nothing.already) == ((), "stanch-deny-use-logs is not attached to user web.")
    await send(aws, USER, DENY_USE)
    proposal = detach(USER, DENY_USE, await look(aws, USER, DENY_USE.name), None)
    assert (proposal.calls, proposal.blocked) == (
        (),
        "No case on this machine attached stanch-deny-use-logs to user web: remove it by hand.",
    )


@pytest.mark.parametrize(
    "text", ["web", "user:", "user:a b", "machine:web", "scp:web", "scp:ou-abcd", "scp:1234", "role:a/b"]
)
def test_what_can_be_no_target(text: str) -> None:
    with pytest.raises(BadTarget):
        parse_target(text)


@pytest.mark.parametrize("text", ["user:a+b=c,d.e@f-g_h", "scp:r-ab12", "scp:ou-ab12-12345678", "group:web"])
def test_targets_are_told_as_they_are_typed(text: str) -> None:
    assert str(parse_target(text)) == text
