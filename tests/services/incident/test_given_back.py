"""What a case took away and a colleague, or another case, gave back is theirs: a second undo leaves it."""

from __future__ import annotations

import json

import pytest

from services.aws.session import AwsSession
from services.cases.book import CaseBook
from services.cases.errors import Refused
from services.cases.plan import State, StepName
from services.incident import opening
from services.incident.situation import Options
from tests.services.incident.conftest import LOGS, Account, Opened

DENY, REPLACE = StepName.DENY, StepName.REPLACE
NEW = Options(new_user="web-2")


def document(effect: str, *actions: str) -> str:
    statement = {"Effect": effect, "Action": list(actions), "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


async def test_the_deny_policy_of_another_keys_case_stays(
    opened: Opened, account: Account, book: CaseBook
) -> None:
    other = account.iam.create_service_specific_credential(UserName="web", ServiceName=LOGS)
    other_id = other["ServiceSpecificCredential"]["ServiceSpecificCredentialId"]
    async with opened() as runbook:
        await runbook.apply(DENY)
        assert (await runbook.undo(DENY)).step.state is State.UNDONE
    async with AwsSession() as aws:
        others = await opening.look_up(aws, book, other_id, user="web")
        with opening.begin(others, book):
            assert (await others.apply(DENY)).step.state is State.CONFIRMED
    (name,) = account.policies()
    async with opened() as runbook:
        with pytest.raises(Refused, match="was not attached by this case") as refused:
            await runbook.undo(DENY)
        assert f"--policy-name {name}" in str(refused.value)
    assert account.policies() == [name]
    async with AwsSession() as aws:
        others = await opening.look_up(aws, book, other_id, user="web")
        with opening.begin(others, book):
            assert (await others.undo(DENY)).step.state is State.UNDONE
    assert account.policies() == []


async def test_a_managed_deny_policy_that_a_colleague_attached_again_stays(
    opened: Opened, account: Account
) -> None:
    denies = document("Deny", "logs:CallWithBearerToken")
    arn = account.iam.create_policy(PolicyName="hold", PolicyDocument=denies)["Policy"]["Arn"]
    hold = Options(hold_policy=arn)

    def attached() -> list[str]:
        found = account.iam.list_attached_user_policies(UserName="web")["AttachedPolicies"]
        return [each["PolicyArn"] for each in found]

    async with opened() as runbook:
        await runbook.apply(DENY, hold)
        assert (await runbook.undo(DENY)).step.state is State.UNDONE
        assert attached() == []
        account.iam.attach_user_policy(UserName="web", PolicyArn=arn)
        with pytest.raises(Refused, match="was not attached by this case") as refused:
            await runbook.undo(DENY)
        assert f"--policy-arn {arn}" in str(refused.value)
        assert attached() == [arn]


async def test_what_a_colleague_gave_back_to_the_new_user_stays(opened: Opened, account: Account) -> None:
    iam = account.iam
    reads = document("Allow", "logs:Get*")
    arn = iam.create_policy(PolicyName="app", PolicyDocument=reads)["Policy"]["Arn"]
    iam.attach_user_policy(UserName="web", PolicyArn=arn)
    async with opened() as runbook:
        await runbook.apply(REPLACE, NEW)
        iam.create_access_key(UserName="web-2")
        result = await runbook.undo(REPLACE)
        assert (result.step.state, "user web-2 is left" in result.message) == (State.UNDONE, True)
        iam.attach_user_policy(UserName="web-2", PolicyArn=arn)
        plan = await runbook.plan_undo(REPLACE)
        assert plan.calls == ()
        assert any(f"it has {arn}, AKIA" in warning for warning in plan.warnings)
    assert iam.list_attached_user_policies(UserName="web-2")["AttachedPolicies"]


async def test_a_new_user_whose_policy_a_colleague_changed_stays(opened: Opened, account: Account) -> None:
    iam = account.iam
    iam.put_user_policy(UserName="web", PolicyName="app", PolicyDocument=document("Allow", "logs:Get*"))
    wider = document("Allow", "logs:Get*", "s3:GetObject")
    async with opened() as runbook:
        await runbook.apply(REPLACE, NEW)
        iam.put_user_policy(UserName="web-2", PolicyName="app", PolicyDocument=wider)
        plan = await runbook.plan_undo(REPLACE)
        assert [call.operation for call in plan.calls] == ["DeleteServiceSpecificCredential"]
        result = await runbook.undo(REPLACE)
        assert (result.step.state, "it has app of others' making" in result.message) == (State.UNDONE, True)
    found = iam.get_user_policy(UserName="web-2", PolicyName="app")
    assert found["PolicyDocument"] == json.loads(wider)


async def test_who_made_the_key_inactive_last_is_told_of(opened: Opened, account: Account) -> None:
    async with opened() as runbook:
        await runbook.apply(StepName.DEACTIVATE)
        assert not any(
            "not by this case" in each for each in (await runbook.plan_undo(StepName.DEACTIVATE)).warnings
        )
        await runbook.undo(StepName.DEACTIVATE)
        account.iam.update_service_specific_credential(
            UserName="web", ServiceSpecificCredentialId=account.key_id, Status="Inactive"
        )
        assert any(
            "not by this case" in each for each in (await runbook.plan_undo(StepName.DEACTIVATE)).warnings
        )
