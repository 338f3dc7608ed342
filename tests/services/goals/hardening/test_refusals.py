"""What cannot be done is one sentence in the plan, and nothing is sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from sandbox.cloudtrail.install import CloudTrail
from sandbox.wire.server import Sandbox
from services.aws.errors import AwsError, Denied, ReadOnly
from services.aws.session import AwsSession
from services.cases.case import CaseBook
from services.cases.errors import Refused
from services.goals import book
from services.goals.hardening.delivery import first_delivery
from services.goals.hardening.goal import HardenGoal, Unrecordable
from services.goals.hardening.names import BadName
from tests.principals import EVERYTHING, deny, documented, make_user, policy, session_key, sign_as
from tests.services.goals.hardening.conftest import (
    ACCOUNT,
    KEYS,
    NEW,
    NEW_BUCKET,
    Account,
    Harden,
    Plan,
    take,
)

PATIENCE = timedelta(seconds=1)
THERE = "arn:aws:iam::111122223333:role/audit"


@pytest.mark.parametrize(
    "name",
    ["ab", "a" * 129, "-audit", "audit.", "my-_trail", "my--trail", "192.168.5.4", "a b", "größe", "a\nb"],
)
def test_names_no_trail_can_have(name: str) -> None:
    with pytest.raises(BadName, match="isn't a valid trail name"):
        HardenGoal(trail=name)


@pytest.mark.parametrize(
    "name",
    [
        "ab", "a" * 64, "Records", "my_records", "-records", "records.", "a..b", "192.168.5.4", "xn--records",
        "records-s3alias", "amzn-s3-demo-records", "récords", "a\nb",
    ],
)  # fmt: skip
def test_names_no_bucket_can_have(name: str) -> None:
    with pytest.raises(BadName, match="bucket"):
        HardenGoal(bucket=name)


def test_names_that_can_be_had() -> None:
    HardenGoal(trail="My.trail_1-a", bucket="my--records.2026")
    with pytest.raises(Unrecordable, match="How the use of xray keys is recorded is not known"):
        HardenGoal(services=("xray.amazonaws.com",))


async def test_a_bucket_of_another_account(
    account: Account, plan: Plan, harden: Harden, sent: list[str]
) -> None:
    made = account.boto("sts").assume_role(RoleArn=THERE, RoleSessionName="night")["Credentials"]
    account.boto("s3", key=session_key(made)).create_bucket(Bucket="theirs")
    sent.clear()
    blocked = str((await plan(bucket="theirs")).plan.blocked)
    assert blocked.startswith("Bucket theirs belongs to another account, or you may not see it")
    with pytest.raises(Refused):
        await harden(bucket="theirs")
    assert sent == []


async def test_a_trail_that_cannot_deliver(
    account: Account, plan: Plan, harden: Harden, sandbox: Sandbox, aws: AwsSession
) -> None:
    account.trail()
    account.s3.delete_bucket_policy(Bucket="audit-records")
    account.boto("iam").create_user(UserName="web")
    sandbox.world.part(CloudTrail).flush()
    offer = await plan()
    assert offer.proposal.more["trail"] == NEW
    assert offer.proposal.remarks == ("Trail audit cannot deliver to audit-records (AccessDenied).",)
    blocked = str((await plan(trail="audit")).plan.blocked)
    assert blocked.startswith("Trail audit cannot deliver to audit-records (AccessDenied): fix its bucket")
    await harden()
    account.s3.delete_bucket_policy(Bucket=NEW_BUCKET)
    account.boto("iam").create_user(UserName="another")
    sandbox.world.part(CloudTrail).flush()
    found = await first_delivery(aws, NEW, "us-east-1", ACCOUNT, since=None, patience=PATIENCE)
    assert found.trouble == f"trail {NEW} cannot deliver (AccessDenied)"
    # Its policy is what is missing; that it delivers again only time shows.
    assert [call.operation for call in (await plan()).plan.calls] == ["PutBucketPolicy"]
    with pytest.raises(Refused, match="is set to record it, and cannot deliver"):
        await harden()
    account.boto("iam").create_user(UserName="third")
    sandbox.world.part(CloudTrail).flush()
    assert (await plan()).plan.already


async def test_too_many_trails_and_too_many_values(account: Account, plan: Plan, sandbox: Sandbox) -> None:
    bucket = account.bucket()
    for number in range(5):
        account.trail(f"t{number}-x", logging=False, bucket=bucket, IsMultiRegionTrail=number > 2)
    blocked = str((await plan()).plan.blocked)
    assert blocked.startswith("us-east-1 has 5 trails (t0-x, t1-x, t2-x, t3-x, t4-x), and AWS allows 5")
    full = {
        "FieldSelectors": [
            {"Field": "eventCategory", "Equals": ["Data"]},
            {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
            {"Field": "resources.ARN", "StartsWith": [f"arn:aws:s3:::b{n}/" for n in range(498)]},
        ]
    }
    account.select(advanced=[full], trail="t4-x")
    blocked = str((await plan(trail="t4-x")).plan.blocked)
    assert "because its selectors would have 502 values, and AWS allows 500 on a trail" in blocked
    assert "leave --bucket out" in str((await plan(trail="t3-x", bucket="other")).plan.blocked)


async def test_a_trail_of_the_organization_is_not_the_members_to_change(
    account: Account,
    plan: Plan,
    sandbox: Sandbox,
    boto: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    cases: CaseBook,
) -> None:
    organizations = account.boto("organizations")
    organizations.create_organization(FeatureSet="ALL")
    organizations.enable_aws_service_access(ServicePrincipal="cloudtrail.amazonaws.com")
    member = organizations.create_account(AccountName="m", Email="m@example.com")["CreateAccountStatus"]
    role = f"arn:aws:iam::{member['AccountId']}:role/audit"
    made = account.boto("sts").assume_role(RoleArn=role, RoleSessionName="night")["Credentials"]
    account.trail("whole", IsOrganizationTrail=True)
    async with AwsSession(regions=("us-east-1",)) as ours:
        # In the management account it is not taken unasked.
        goal = await book.look_up(ours, cases, HardenGoal())
        assert (await goal.offer()).proposal.more["trail"] == NEW
        named = await (await book.look_up(ours, cases, HardenGoal(trail="whole"))).offer()
        assert any("cost, in every account" in each for each in named.plan.warnings)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", made["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", made["SecretAccessKey"])
    monkeypatch.setenv("AWS_SESSION_TOKEN", made["SessionToken"])
    async with AwsSession(regions=("us-east-1",)) as aws:
        offer = await (await book.look_up(aws, cases, HardenGoal(trail="whole"))).offer()
        blocked = f"Trail whole is the organization's, of account {ACCOUNT}, and can only be changed there"
        assert str(offer.plan.blocked).startswith(blocked)
        offer = await (await book.look_up(aws, cases, HardenGoal(organization=True))).offer()
        assert f"is created in its management account, {ACCOUNT}" in str(offer.plan.blocked)
        arn = account.described("whole")["TrailARN"]
        theirs = boto("cloudtrail", key=session_key(made))
        for call in (theirs.stop_logging, theirs.start_logging, theirs.delete_trail):
            with pytest.raises(theirs.exceptions.NotOrganizationMasterAccountException):
                call(Name=arn)
        # What it records, it records for the member too.
        account.select(advanced=[KEYS], trail="whole")
        offer = await (await book.look_up(aws, cases, HardenGoal())).offer()
        assert "by trail whole" in str(offer.plan.already)


async def test_partial_rights_are_said_before_and_stop_where_they_end(
    account: Account,
    plan: Plan,
    cases: CaseBook,
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sandbox.world.settings.enforce_policies = True
    lacking = policy(EVERYTHING, deny("cloudtrail:StartLogging", "s3:PutBucketPolicy"))
    sign_as(monkeypatch, make_user(account.boto("iam"), "night", lacking))
    async with AwsSession(regions=("us-east-1",)) as aws:
        offer = await (await book.look_up(aws, cases, HardenGoal())).offer()
        assert offer.plan.warnings[0].startswith("You may not: s3:PutBucketPolicy, cloudtrail:StartLogging (")
        with pytest.raises(Denied, match="s3:PutBucketPolicy"):
            await take(aws, cases, HardenGoal(), undo=False)
        assert (account.buckets(), account.trails()) == ([NEW_BUCKET], {})
        # The journal knows of the half that was done: it is gone on with, or taken back.
        await take(aws, cases, HardenGoal(), undo=True)
    assert (account.buckets(), account.trails()) == ([], {})


async def test_the_documented_rights_suffice(
    account: Account, cases: CaseBook, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox.world.settings.enforce_policies = True
    key = make_user(account.boto("iam"), "night", documented("look"), documented("harden"))
    sign_as(monkeypatch, key)
    async with AwsSession(regions=("us-east-1", "us-west-2")) as aws:
        offer = await (await book.look_up(aws, cases, HardenGoal())).offer()
        assert not any("You may not" in each for each in offer.plan.warnings)
        await take(aws, cases, HardenGoal(), undo=False)
        assert account.trails() == {NEW: True}
        await take(aws, cases, HardenGoal(), undo=True)
        assert (account.trails(), account.buckets()) == ({}, [])
        account.trail(logging=False, IsMultiRegionTrail=False)
        await take(aws, cases, HardenGoal(trail="audit"), undo=False)
        await take(aws, cases, HardenGoal(trail="audit"), undo=True)
    assert account.trails() == {"audit": False}


async def test_what_cannot_be_read_is_not_taken_for_nothing(
    account: Account, plan: Plan, sandbox: Sandbox, cases: CaseBook
) -> None:
    account.trail()
    sandbox.faults.add("deny:GetEventSelectors")
    offer = await plan()
    assert offer.proposal.more["trail"] == NEW
    (remark,) = offer.proposal.remarks
    assert remark.startswith("Trail audit could not be read. Not allowed: cloudtrail:GetEventSelectors")
    assert "Trail audit could not be read" in str((await plan(trail="audit")).plan.blocked)
    sandbox.faults.add("deny:DescribeTrails")
    with pytest.raises(AwsError, match="DescribeTrails"):
        await plan()
    sandbox.faults.clear()
    async with AwsSession(regions=("us-east-1",), read_only=True) as aws:
        with pytest.raises(ReadOnly):
            await take(aws, cases, HardenGoal(), undo=False)
