"""Use of keys recorded, by the trail that lacks least or by a new one, and all as it was after the undo."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.cloudtrail.install import CloudTrail
from sandbox.wire.server import Sandbox
from services.audit.doctor import diagnose
from services.aws.session import AwsSession
from services.aws.where import Where
from services.cases.book import CaseBook
from services.cases.errors import Refused
from services.cases.plan import Governing, State
from services.goals import book
from services.goals.hardening.goal import HardenGoal
from tests.rewriting import rewrite
from tests.services.goals.hardening.conftest import (
    ACCOUNT,
    KEYS,
    MANAGEMENT,
    NEW,
    NEW_BUCKET,
    Account,
    Harden,
    Plan,
    policy_of,
    strip,
)

BASIC = [
    {
        "ReadWriteType": "WriteOnly",
        "IncludeManagementEvents": True,
        "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::mine/"]}],
        "ExcludeManagementEventSources": ["kms.amazonaws.com"],
    }
]


async def test_an_account_without_a_trail(
    account: Account, harden: Harden, plan: Plan, sent: list[str], cases: CaseBook
) -> None:
    offer = await plan()
    calls = [call.operation for call in offer.plan.calls]
    assert calls == [
        "CreateBucket", "PutPublicAccessBlock", "PutBucketEncryption", "PutBucketPolicy",
        "CreateTrail", "PutEventSelectors", "StartLogging",
    ]  # fmt: skip
    assert "$0.10 per 100,000" in offer.plan.warnings[0]
    bucket, selectors = (str(offer.plan.where.aws(offer.plan.calls[number])) for number in (0, 5))
    assert " && aws s3api create-bucket --bucket stanch-key-use-1234567" in bucket
    assert " && aws cloudtrail put-event-selectors --trail-name stanch-key" in selectors
    assert (sent, cases.cases()) == ([], ())

    case = await harden()
    assert sent == ["CreateBucket", "PutBucketPolicy", "CreateTrail", "PutEventSelectors", "StartLogging"]
    assert account.trails() == {NEW: True}
    found = account.described()
    assert (found["IsMultiRegionTrail"], found["LogFileValidationEnabled"]) == (True, True)
    assert account.selectors() == [MANAGEMENT, KEYS]
    assert account.bucket_is_hard()
    conditions = [each["Condition"]["StringEquals"] for each in account.policy()["Statement"]]
    arn = f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/{NEW}"
    assert [each["aws:SourceArn"] for each in conditions] == [arn, arn]
    state = case.state()
    assert state.step(Governing.HARDEN).state is State.CONFIRMED
    assert state.step(Governing.HARDEN).words.startswith(
        "use of logs keys is recorded by trail stanch-key-use in every Region (confirmed by AWS "
    )

    again = await plan()
    assert again.plan.already
    assert again.plan.already.startswith(
        "use of logs keys is recorded in every Region by trail stanch-key-use"
    )
    assert (again.proposal.more["trail"], again.proposal.more["bucket"]) == (NEW, NEW_BUCKET)

    await harden(undo=True)
    assert (account.trails(), account.buckets()) == ({}, [])
    assert sent[-2:] == ["DeleteTrail", "DeleteBucket"]
    assert case.state().closed_at
    assert case.flaws() == ()


async def test_a_bucket_that_aws_did_not_close_by_itself_is_closed(
    account: Account, harden: Harden, sandbox: Sandbox, sent: list[str]
) -> None:
    sandbox.faults.on("CreateBucket", "after", lambda: strip(NEW_BUCKET))
    await harden()
    assert sent[:5] == [
        "CreateBucket", "PutPublicAccessBlock", "PutBucketEncryption", "PutBucketOwnershipControls",
        "PutBucketPolicy",
    ]  # fmt: skip
    assert account.bucket_is_hard()


async def test_a_bucket_that_holds_objects_is_left_and_said(
    account: Account, harden: Harden, plan: Plan, sandbox: Sandbox
) -> None:
    await harden()
    account.boto("iam").create_user(UserName="web")
    sandbox.world.part(CloudTrail).flush()
    offer = await plan(undo=True)
    assert [call.operation for call in offer.plan.calls] == ["DeleteTrail"]
    assert f"Bucket {NEW_BUCKET} holds objects and is left" in offer.plan.warnings[0]
    case = await harden(undo=True)
    assert (account.trails(), account.buckets()) == ({}, [NEW_BUCKET])
    assert f"trail {NEW} deleted; bucket {NEW_BUCKET} holds objects and is left" in str(case.as_json())
    # It serves the next one.
    await harden()
    assert account.trails() == {NEW: True}
    await harden(undo=True)
    assert account.buckets() == [NEW_BUCKET]


async def test_a_trail_that_logs_gets_what_is_missing_and_keeps_what_it_has(
    account: Account, harden: Harden, plan: Plan, sent: list[str]
) -> None:
    account.trail()
    account.select(basic=BASIC)
    before = account.selectors("audit")
    sent.clear()
    offer = await plan()
    assert [call.operation for call in offer.plan.calls] == ["PutEventSelectors"]
    assert [line[0] for line in offer.proposal.diff] == sorted(line[0] for line in offer.proposal.diff)[::-1]
    assert "Its basic selectors are rewritten as advanced ones" in offer.plan.warnings[1]
    await harden()
    fields = [each["FieldSelectors"] for each in account.selectors("audit")]
    data = [{"Field": "eventCategory", "Equals": ["Data"]}]
    writes = {"Field": "readOnly", "Equals": ["false"]}
    assert fields == [
        [
            {"Field": "eventCategory", "Equals": ["Management"]},
            writes,
            {"Field": "eventSource", "NotEquals": ["kms.amazonaws.com"]},
        ],
        [
            *data,
            {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
            writes,
            {"Field": "resources.ARN", "StartsWith": ["arn:aws:s3:::mine/"]},
        ],
        KEYS["FieldSelectors"],
    ]
    assert account.trails() == {"audit": True}
    assert (await plan()).plan.already
    await harden(undo=True)
    assert (account.selectors("audit"), account.trails()) == (before, {"audit": True})
    assert sent == ["PutEventSelectors", "PutEventSelectors"]


async def test_a_named_trail_is_widened_started_and_put_back(
    account: Account, harden: Harden, plan: Plan, sent: list[str]
) -> None:
    account.trail(logging=False, IsMultiRegionTrail=False, IncludeGlobalServiceEvents=False)
    sent.clear()
    offer = await plan(trail="audit")
    assert any("records us-east-1 alone: it is extended" in each for each in offer.plan.warnings)
    await harden(trail="audit")
    assert sent == ["UpdateTrail", "PutEventSelectors", "StartLogging"]
    assert (account.described("audit")["IsMultiRegionTrail"], account.trails()) == (True, {"audit": True})
    assert account.selectors("audit") == [MANAGEMENT, KEYS]
    await harden(trail="audit", undo=True)
    found = account.described("audit")
    assert (found["IsMultiRegionTrail"], found["IncludeGlobalServiceEvents"]) == (False, False)
    assert account.trails() == {"audit": False}
    assert account.selectors("audit")[0]["ReadWriteType"] == "All"


async def test_a_stopped_trail_is_not_chosen_unasked_and_a_second_copy_is_not_paid_for(
    account: Account, harden: Harden, plan: Plan
) -> None:
    account.trail("stopped", logging=False)
    assert (await plan()).proposal.more["trail"] == NEW
    account.trail("audit")
    assert (await plan()).proposal.more["trail"] == "audit"
    offer = await plan(trail="mine")
    assert any("Management events are left out" in each for each in offer.plan.warnings)
    await harden(trail="mine")
    assert account.selectors("mine") == [KEYS]
    # That is so however often it is looked at, and by then another records it.
    assert (await plan(trail="mine")).plan.already
    assert "by trail mine" in str((await plan()).plan.already)


async def test_a_bucket_that_is_there_keeps_its_policy_and_its_settings(
    account: Account, harden: Harden, plan: Plan
) -> None:
    account.bucket("records", "eu-west-1")
    account.s3.delete_public_access_block(Bucket="records")
    offer = await plan(bucket="records")
    assert [call.operation for call in offer.plan.calls][:2] == ["PutBucketPolicy", "CreateTrail"]
    assert "Bucket records does not block public access: that is left as it is." in offer.plan.warnings
    assert "Bucket records is in eu-west-1: CloudTrail writes there from every Region." in offer.plan.warnings
    await harden(bucket="records")
    before = policy_of("records")["Statement"]
    assert account.policy("records")["Statement"][: len(before)] == before
    assert len(account.policy("records")["Statement"]) == len(before) + 2
    await harden(undo=True)
    assert (account.policy("records"), account.buckets()) == (policy_of("records"), ["records"])
    account.s3.delete_bucket_policy(Bucket="records")
    await harden(bucket="records")
    await harden(undo=True)
    assert account.policy("records") is None


async def test_what_others_changed_meanwhile_is_said(account: Account, harden: Harden, plan: Plan) -> None:
    account.trail()
    await harden()
    account.select(advanced=[*account.selectors("audit"), {"FieldSelectors": [
        {"Field": "eventCategory", "Equals": ["Data"]},
        {"Field": "resources.type", "Equals": ["AWS::SNS::Topic"]},
    ]}])  # fmt: skip
    assert (await plan()).plan.already
    theirs = account.selectors("audit")[-1]
    offer = await plan(undo=True)
    assert any("only what this case added is taken out" in each for each in offer.plan.warnings)
    told = str((await harden(undo=True)).as_json())
    assert "is as it was before, but its selectors keep what someone else changed since" in told
    assert account.selectors("audit")[-1] == theirs
    assert not any(
        each.get("Name") == "Use of CloudWatch Logs API keys" for each in account.selectors("audit")
    )
    await harden()
    account.cloudtrail.delete_trail(Name="audit")
    assert "Trail audit, which recorded it, is gone" in str((await plan()).plan.blocked)
    await harden(undo=True)
    assert (await plan()).proposal.more["trail"] == NEW


LOGS, BEDROCK, CODECOMMIT = "logs.amazonaws.com", "bedrock.amazonaws.com", "codecommit.amazonaws.com"


async def test_undo_takes_out_what_this_case_put_whichever_service_is_named_then(
    account: Account, harden: Harden, cases: CaseBook
) -> None:
    account.trail()
    before = account.selectors("audit")
    await harden(services=(LOGS, BEDROCK))
    await harden(undo=True)
    assert account.selectors("audit") == before
    assert [bool(case.state().closed_at) for case in cases.cases()] == [True]


@pytest.mark.parametrize("older", [False, True], ids=["services journaled", "as older versions journaled it"])
async def test_undo_leaves_the_keys_that_another_case_records(
    account: Account, harden: Harden, older: bool
) -> None:
    account.trail()
    case = await harden(services=(BEDROCK,))
    if older:
        rewrite(case, f'"facts":{{"services":["{BEDROCK}"],', '"facts":{')
    account.select(advanced=[*account.selectors("audit"), KEYS])
    await harden(undo=True)
    assert account.selectors("audit") == [MANAGEMENT, KEYS]


async def test_undo_takes_out_what_each_run_of_the_case_put(account: Account, harden: Harden) -> None:
    account.trail()
    await harden(services=(BEDROCK,))
    # A colleague's, between the two.
    account.select(advanced=[*account.selectors("audit"), KEYS])
    await harden(services=(CODECOMMIT,))
    assert len(account.selectors("audit")) > 3
    await harden(undo=True)
    assert account.selectors("audit") == [MANAGEMENT, KEYS]


async def test_a_trail_of_the_organization(account: Account, harden: Harden, plan: Plan) -> None:
    organizations = account.boto("organizations")
    assert "is in no organization" in str((await plan(organization=True)).plan.blocked)
    organization = organizations.create_organization(FeatureSet="ALL")["Organization"]["Id"]
    blocked = str((await plan(organization=True)).plan.blocked)
    assert "aws organizations enable-aws-service-access --service-principal cloudtrail" in blocked
    organizations.enable_aws_service_access(ServicePrincipal="cloudtrail.amazonaws.com")
    account.trail()
    await harden(organization=True)
    assert account.described()["IsOrganizationTrail"] is True
    resources = [each["Resource"] for each in account.policy()["Statement"]]
    assert resources[-1] == f"arn:aws:s3:::{NEW_BUCKET}/AWSLogs/{organization}/*"
    blocked = str((await plan(organization=True, trail="audit")).plan.blocked)
    assert "Trail audit belongs only to this account" in blocked


async def test_other_keys_and_what_is_not_known_of_them(account: Account, plan: Plan) -> None:
    account.boto("iam").create_user(UserName="web")
    account.boto("iam").create_service_specific_credential(
        UserName="web", ServiceName="bedrock.amazonaws.com"
    )
    assert (await plan()).proposal.remarks == (
        "There are active bedrock keys: --service bedrock records their use too.",
    )
    offer = await plan(services=("logs.amazonaws.com", "bedrock.amazonaws.com"))
    assert offer.proposal.remarks == ()
    assert any("everyone's calls of that kind" in each for each in offer.plan.warnings)


async def test_the_coverage_says_recorded_from_then_on(
    account: Account, harden: Harden, aws: AwsSession, tmp_path: Any
) -> None:
    assert {each.covers for each in (await diagnose(aws, tmp_path)).recorded} == {"no"}
    await harden()
    after = await diagnose(aws, tmp_path)
    assert [(each.covers, each.source) for each in after.recorded] == [("yes", f"trail {NEW}")] * 2
    started = account.cloudtrail.get_trail_status(Name=NEW)["StartLoggingTime"]
    assert all(each.since and abs((each.since - started).total_seconds()) < 2 for each in after.recorded)


async def test_no_case_no_way_back(account: Account, harden: Harden, plan: Plan) -> None:
    with pytest.raises(Refused, match="No case on this machine recorded key use with trail audit"):
        await harden(trail="audit", undo=True)


async def test_a_case_tells_its_goal(
    harden: Harden, account: Account, cases: CaseBook, sandbox: Sandbox
) -> None:
    case = await harden(trail="mine", bucket="my-records", services=("logs.amazonaws.com",))
    wanted = case.state().opened["wanted"]
    goal = HardenGoal(**wanted | {"services": tuple(wanted["services"])})
    assert (goal.trail, goal.bucket, goal.organization) == ("mine", "my-records", False)
    assert book.open_case(cases, goal, Where(ACCOUNT, endpoints={"sts": sandbox.endpoint_url}))
