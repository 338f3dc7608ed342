"""The levers beside the five steps, the other forms of a step, and what boto3 says of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from sandbox.wire.server import Sandbox
from services.aws.errors import NoSuchName
from services.aws.session import AwsSession
from services.cases.book import CaseBook
from services.cases.errors import CaseHeld, Changed, Refused
from services.cases.plan import LeverName, State, StepName
from services.incident import opening, reviewing
from services.incident.situation import Options
from tests.principals import allow, make_user, policy, sign_as
from tests.services.incident.conftest import LOGS, Account, Opened
from tests.storedsecrets import value_of

HOLD = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Deny", "Action": "logs:CallWithBearerToken", "Resource": "*"},
}


@pytest.fixture
def groups(boto: Callable[..., Any]) -> Callable[[], dict[str, bool]]:
    """Two groups that take bearer tokens, in two Regions; asks boto3 which still do."""
    clients = {region: boto("logs", region=region) for region in ("us-east-1", "us-west-2")}
    for region, client in clients.items():
        client.create_log_group(logGroupName=f"/app/{region}")
        client.put_bearer_token_authentication(
            logGroupIdentifier=f"/app/{region}", bearerTokenAuthenticationEnabled=True
        )

    def ask() -> dict[str, bool]:
        return {
            group["logGroupName"]: group["bearerTokenAuthenticationEnabled"]
            for client in clients.values()
            for group in client.describe_log_groups()["logGroups"]
        }

    return ask


async def test_groups_off_and_on(
    opened: Opened, account: Account, groups: Callable[[], dict[str, bool]]
) -> None:
    account.iam.create_user(UserName="other")
    account.iam.create_service_specific_credential(UserName="other", ServiceName=LOGS)
    both = Options(log_groups=("/app/us-east-1", "/app/us-west-2@us-west-2"))
    async with opened() as runbook:
        plan = await runbook.plan(LeverName.GROUPS, both)
        assert [call.region for call in plan.calls] == ["us-east-1", "us-west-2"]
        assert "other" in plan.warnings[0], "who else is hit is said first"
        assert (await runbook.apply(LeverName.GROUPS, both)).verified
        assert groups() == {"/app/us-east-1": False, "/app/us-west-2": False}
        assert "already" in (await runbook.plan(LeverName.GROUPS, both)).already
        undone = await runbook.undo(LeverName.GROUPS)
        assert undone.step.state is State.UNDONE
        assert groups() == {"/app/us-east-1": True, "/app/us-west-2": True}


async def test_who_else_has_a_key_is_not_said_where_not_all_could_be_read(
    opened: Opened,
    account: Account,
    groups: Callable[[], dict[str, bool]],
    boto: Callable[..., Any],
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    account.iam.create_user(UserName="other")
    account.iam.create_service_specific_credential(UserName="other", ServiceName=LOGS)
    own = allow("iam:*", resource="arn:aws:iam::123456789012:user/web")
    sign_as(monkeypatch, make_user(boto("iam"), "limited", policy(own, allow("logs:*", "sts:*"))))
    sandbox.world.settings.enforce_policies = True
    async with opened() as runbook:
        plan = await runbook.plan(LeverName.GROUPS, Options(log_groups=("/app/us-east-1",)))
    told = " ".join(plan.warnings)
    assert plan.calls
    assert "No other user has" not in told
    assert "Who else has a logs key could not all be read." in told


async def test_of_two_containments_only_the_one_that_was_measured_is_seen_enforced(opened: Opened) -> None:
    """A denial says nothing of a deny policy that came after the deactivation."""
    async with opened() as runbook:
        await runbook.apply(StepName.DEACTIVATE)
        await runbook.apply(StepName.DENY)
        _, review = await runbook.review(Options(source="history"))
        assert review.marks.switched_off
        reviewing.record(replace(review, seen_in_force=datetime.now(UTC)), runbook.case)
        assert runbook.state.step(StepName.DEACTIVATE).state is State.IN_FORCE
        assert runbook.state.step(StepName.DENY).state is State.CONFIRMED


async def test_only_the_groups_that_are_named_are_turned_on_again(
    opened: Opened, account: Account, groups: Callable[[], dict[str, bool]], boto: Callable[..., Any]
) -> None:
    east, west = "/app/us-east-1", "/app/us-west-2"
    async with opened() as runbook:
        await runbook.apply(LeverName.GROUPS, Options(log_groups=(east, west)))
        for name in ("/nowhere", f"{west}@us-east-1"):
            with pytest.raises(Refused, match=f"{name} is not one that this case turned off"):
                await runbook.undo(LeverName.GROUPS, Options(log_groups=(east, name)))
        assert groups() == {east: False, west: False}
        undone = await runbook.undo(LeverName.GROUPS, Options(log_groups=(f"{west}@us-west-2",)))
        assert (undone.step.state, f"{east} still off" in undone.message) == (State.CONFIRMED, True)
        assert groups() == {east: False, west: True}
        again = await runbook.undo(LeverName.GROUPS, Options(log_groups=(west,)))
        assert (again.step.state, again.message) == (
            State.CONFIRMED,
            f"This case turned {west} on again.",
        )
        undone = await runbook.undo(LeverName.GROUPS, Options(log_groups=(east,)))
        assert undone.step.state is State.UNDONE
        assert groups() == {east: True, west: True}


async def test_undo_leaves_a_group_that_others_created_anew(
    opened: Opened, account: Account, groups: Callable[[], dict[str, bool]], boto: Callable[..., Any]
) -> None:
    async with opened() as runbook:
        await runbook.apply(LeverName.GROUPS, Options(log_groups=("/app/us-east-1", "/app/us-west-2")))
        logs = boto("logs", region="us-west-2")
        logs.delete_log_group(logGroupName="/app/us-west-2")
        with time_machine.travel(datetime.now(UTC) + timedelta(minutes=3)):
            logs.create_log_group(logGroupName="/app/us-west-2")
        logs.put_bearer_token_authentication(
            logGroupIdentifier="/app/us-west-2", bearerTokenAuthenticationEnabled=False
        )
        result = await runbook.undo(LeverName.GROUPS)
        assert "/app/us-west-2 was created anew since" in " ".join(result.left)
        with pytest.raises(Refused, match="was created anew since"):
            await runbook.undo(LeverName.GROUPS)
    assert groups() == {"/app/us-east-1": True, "/app/us-west-2": False}


@pytest.mark.parametrize("all_of_them", [False, True])
async def test_a_group_that_is_deleted_keeps_no_other_from_being_turned_on(
    opened: Opened,
    account: Account,
    groups: Callable[[], dict[str, bool]],
    boto: Callable[..., Any],
    all_of_them: bool,
) -> None:
    both = ("/app/us-east-1", "/app/us-west-2")
    async with opened() as runbook:
        await runbook.apply(LeverName.GROUPS, Options(log_groups=both))
        for name in both if all_of_them else both[:1]:
            boto("logs", region=name.removeprefix("/app/")).delete_log_group(logGroupName=name)
        plan = await runbook.plan_undo(LeverName.GROUPS)
        told = (plan.already or "", *plan.warnings)
        assert "Log group /app/us-east-1 is deleted, so there is nothing to turn on." in " ".join(told)
        result = await runbook.undo(LeverName.GROUPS)
        assert (result.step.state, result.left) == (State.UNDONE, ())
    assert groups() == ({} if all_of_them else {"/app/us-west-2": True})


async def test_undo_leaves_groups_that_others_switched_off(
    opened: Opened, account: Account, groups: Callable[[], dict[str, bool]], boto: Callable[..., Any]
) -> None:
    boto("logs", region="us-west-2").put_bearer_token_authentication(
        logGroupIdentifier="/app/us-west-2", bearerTokenAuthenticationEnabled=False
    )
    async with opened() as runbook:
        await runbook.apply(LeverName.GROUPS, Options(log_groups=("/app/us-east-1", "/app/us-west-2")))
        await runbook.undo(LeverName.GROUPS)
    assert groups() == {"/app/us-east-1": True, "/app/us-west-2": False}


@pytest.mark.parametrize(
    "names",
    [
        (),
        ("/nowhere",),
        ("/app/us-east-1", "/nowhere"),
        ("/app/us-east-1", "/app/us-east-1@us-west-2"),
    ],
)
async def test_groups_that_are_not_there(opened: Opened, account: Account, names: tuple[str, ...]) -> None:
    async with opened() as runbook:
        with pytest.raises(NoSuchName if names else Refused):
            await runbook.apply(LeverName.GROUPS, Options(log_groups=names))


async def test_a_group_of_another_region_than_the_plan_showed_stays_as_it_is(
    opened: Opened, account: Account, boto: Callable[..., Any]
) -> None:
    def switch(region: str, *, on: bool) -> None:
        boto("logs", region=region).put_bearer_token_authentication(
            logGroupIdentifier="/app/web", bearerTokenAuthenticationEnabled=on
        )

    for region in ("us-east-1", "us-west-2"):
        boto("logs", region=region).create_log_group(logGroupName="/app/web")
    switch("us-east-1", on=True)
    both = Options(log_groups=("/app/web",))
    async with opened() as runbook:
        shown = await runbook.plan(LeverName.GROUPS, both)
        switch("us-east-1", on=False)
        switch("us-west-2", on=True)
        with pytest.raises(Changed, match="Other calls are needed now"):
            await runbook.apply(LeverName.GROUPS, both, shown=shown)
    (group,) = boto("logs", region="us-west-2").describe_log_groups()["logGroups"]
    assert group["bearerTokenAuthenticationEnabled"] is True


async def test_access_keys_off_and_on(opened: Opened, account: Account) -> None:
    made = [account.iam.create_access_key(UserName="web")["AccessKey"]["AccessKeyId"] for _ in range(2)]
    account.iam.update_access_key(UserName="web", AccessKeyId=made[1], Status="Inactive")

    def status() -> dict[str, str]:
        listed = account.iam.list_access_keys(UserName="web")["AccessKeyMetadata"]
        return {key["AccessKeyId"]: key["Status"] for key in listed}

    async with opened() as runbook:
        assert (await runbook.apply(LeverName.ACCESS_KEYS)).verified
        assert set(status().values()) == {"Inactive"}
        assert (await runbook.undo(LeverName.ACCESS_KEYS)).step.state is State.UNDONE
        assert status() == {made[0]: "Active", made[1]: "Inactive"}, "only what was ours is undone"
        with pytest.raises(NoSuchName, match="There is no access key AKIANOT of web"):
            await runbook.apply(LeverName.ACCESS_KEYS, Options(access_keys=("AKIANOT",)))


async def test_one_access_key_taken_back_leaves_the_lever_holding(opened: Opened, account: Account) -> None:
    first, second = (
        account.iam.create_access_key(UserName="web")["AccessKey"]["AccessKeyId"] for _ in range(2)
    )
    async with opened() as runbook:
        await runbook.apply(LeverName.ACCESS_KEYS)
        result = await runbook.undo(LeverName.ACCESS_KEYS, Options(access_keys=(first,)))
        assert result.step.state is State.CONFIRMED
        assert "1 of 1 access keys Active (confirmed by AWS" in result.message
        assert result.message.endswith(f"{second} still Inactive")
        result = await runbook.undo(LeverName.ACCESS_KEYS)
        assert result.step.state is State.UNDONE


async def test_a_new_user_may_do_what_the_old_one_may(opened: Opened, account: Account) -> None:
    iam = account.iam
    boundary = iam.create_policy(PolicyName="boundary", PolicyDocument=json.dumps(HOLD))["Policy"]["Arn"]
    managed = "arn:aws:iam::aws:policy/CloudWatchLogsAPIKeyAccess"
    inline = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}}
    iam.attach_user_policy(UserName="web", PolicyArn=managed)
    iam.put_user_policy(UserName="web", PolicyName="read", PolicyDocument=json.dumps(inline))
    iam.create_group(GroupName="shippers")
    iam.add_user_to_group(GroupName="shippers", UserName="web")
    iam.tag_user(UserName="web", Tags=[{"Key": "team", "Value": "obs"}])
    iam.put_user_permissions_boundary(UserName="web", PermissionsBoundary=boundary)
    iam.create_access_key(UserName="web")
    new = Options(new_user="web-2")
    async with opened() as runbook:
        await runbook.apply(StepName.DENY)
        plan = await runbook.plan(StepName.REPLACE, new)
        assert plan.blocked is None, "the hold is on the old user alone"
        assert any("1 access keys" in warning for warning in plan.warnings), "what is not copied is named"
        assert (await runbook.apply(StepName.REPLACE, new)).verified

        made = iam.get_user(UserName="web-2")["User"]
        assert made["Tags"] == [{"Key": "team", "Value": "obs"}]
        assert made["PermissionsBoundary"]["PermissionsBoundaryArn"] == boundary
        attached = iam.list_attached_user_policies(UserName="web-2")["AttachedPolicies"]
        assert [policy["PolicyArn"] for policy in attached] == [managed]
        assert iam.list_user_policies(UserName="web-2")["PolicyNames"] == ["read"], "without the hold"
        assert [g["GroupName"] for g in iam.list_groups_for_user(UserName="web-2")["Groups"]] == ["shippers"]
        keys = iam.list_service_specific_credentials(UserName="web-2")["ServiceSpecificCredentials"]
        assert [key["Status"] for key in keys] == ["Active"]
        assert value_of(account.secrets, "web-2").startswith("ACWL")

        assert (await runbook.undo(StepName.REPLACE)).step.state is State.UNDONE
        with pytest.raises(iam.exceptions.NoSuchEntityException):
            iam.get_user(UserName="web-2")


async def test_who_took_the_new_users_name_later_keeps_it(opened: Opened, account: Account) -> None:
    iam, new = account.iam, Options(new_user="web-2")
    async with opened() as runbook:
        await runbook.apply(StepName.REPLACE, new)
        for key in iam.list_service_specific_credentials(UserName="web-2")["ServiceSpecificCredentials"]:
            iam.delete_service_specific_credential(
                UserName="web-2", ServiceSpecificCredentialId=key["ServiceSpecificCredentialId"]
            )
        iam.delete_user(UserName="web-2")
        theirs = iam.create_user(UserName="web-2")["User"]["UserId"]
        plan = await runbook.plan_undo(StepName.REPLACE)
        assert plan.calls == ()
        with pytest.raises(Refused, match="was not created by this case"):
            await runbook.apply(StepName.REPLACE, new)
    assert iam.get_user(UserName="web-2")["User"]["UserId"] == theirs


async def test_a_deny_policy_that_a_colleague_changed_is_left(opened: Opened, account: Account) -> None:
    wider = json.loads(json.dumps(HOLD))
    async with opened() as runbook:
        await runbook.apply(StepName.DENY)
        (name,) = account.policies()
        put = json.dumps(wider | {"Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]})
        account.iam.put_user_policy(UserName="web", PolicyName=name, PolicyDocument=put)
        with pytest.raises(Refused, match="was changed since, not by this case"):
            await runbook.undo(StepName.DENY)
        narrower = wider | {"Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]}
        account.iam.put_user_policy(UserName="web", PolicyName=name, PolicyDocument=json.dumps(narrower))
        with pytest.raises(Refused, match="that says otherwise, and not by this case"):
            await runbook.apply(StepName.DENY)
    found = account.iam.get_user_policy(UserName="web", PolicyName=name)
    assert found["PolicyDocument"] == narrower


async def test_a_deny_policy_that_another_case_attached_stays(
    opened: Opened, account: Account, book: CaseBook
) -> None:
    async with opened() as runbook:
        await runbook.apply(StepName.DENY)
        (name,) = account.policies()
    (case,) = book.cases()
    with case:
        case.append("closed", remaining=[])
    async with opened() as runbook:
        plan = await runbook.plan_undo(StepName.DENY)
        assert plan.calls == ()
        with pytest.raises(Refused, match="was not attached by this case") as refused:
            await runbook.undo(StepName.DENY)
        assert f"--policy-name {name}" in str(refused.value)
    assert account.policies() == [name]


async def test_somebody_elses_user_is_not_used(opened: Opened, account: Account) -> None:
    account.iam.create_user(UserName="web-2")
    async with opened() as runbook:
        for name in ("web-2", "web"):
            with pytest.raises(Refused, match="choose another"):
                await runbook.apply(StepName.REPLACE, Options(new_user=name))
    assert account.new_keys() == []


async def test_a_managed_hold(opened: Opened, account: Account) -> None:
    arn = account.iam.create_policy(PolicyName="stop", PolicyDocument=json.dumps(HOLD))["Policy"]["Arn"]
    async with opened() as runbook:
        assert (await runbook.apply(StepName.DENY, Options(hold_policy=arn))).verified
        assert account.policies() == []
        assert "stop" in (await runbook.plan(StepName.DENY)).already
        with pytest.raises(Refused, match="stop"):
            await runbook.apply(StepName.REPLACE)
        assert (await runbook.undo(StepName.DENY)).step.state is State.UNDONE
    assert account.iam.list_attached_user_policies(UserName="web")["AttachedPolicies"] == []


async def test_a_managed_policy_that_holds_nothing_is_refused(opened: Opened, account: Account) -> None:
    other = {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}}
    arn = account.iam.create_policy(PolicyName="no", PolicyDocument=json.dumps(other))["Policy"]["Arn"]
    async with opened() as runbook:
        with pytest.raises(Refused, match="does not deny logs:CallWithBearerToken"):
            await runbook.apply(StepName.DENY, Options(hold_policy=arn))


async def test_the_sweep_finds_what_else_there_is(opened: Opened, account: Account, sandbox: Sandbox) -> None:
    iam = account.iam
    access_key = iam.create_access_key(UserName="web")["AccessKey"]["AccessKeyId"]
    other = iam.create_service_specific_credential(UserName="web", ServiceName="bedrock.amazonaws.com")
    iam.create_login_profile(UserName="web", Password="correct-Horse-9")
    iam.attach_user_policy(UserName="web", PolicyArn="arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV2")
    sandbox.faults.add("deny:ListSSHPublicKeys")
    async with opened() as runbook:
        found = await runbook.sweep()
        kinds = {one.kind: one for one in found.held}
        assert kinds["access key"].name == access_key
        assert kinds["access key"].lever is LeverName.ACCESS_KEYS
        assert kinds["API key"].name == other["ServiceSpecificCredential"]["ServiceSpecificCredentialId"]
        assert "it denies no call with logs keys" in kinds["managed policy"].words
        assert "console password" in kinds
        assert [part.what for part in found.unreadable] == ["SSH keys of web"]
        assert runbook.case.journal.entries()[-1].kind == "sweep"


async def test_what_changed_since_the_plan_was_shown_is_said(opened: Opened, account: Account) -> None:
    async with opened() as runbook:
        shown = await runbook.plan(StepName.DEACTIVATE)
        account.iam.update_service_specific_credential(
            UserName="web", ServiceSpecificCredentialId=account.key_id, Status="Inactive"
        )
        with pytest.raises(Changed, match="already Inactive"):
            await runbook.apply(StepName.DEACTIVATE, shown=shown)
        plan = await runbook.plan(StepName.REPLACE)
        assert (await runbook.apply(StepName.REPLACE, shown=plan)).verified


async def test_what_a_colleague_changed_is_said_when_the_case_goes_on(
    opened: Opened, account: Account, book: CaseBook
) -> None:
    async with opened() as runbook:
        await runbook.apply(StepName.DEACTIVATE)
        await runbook.apply(StepName.DENY)
    account.iam.update_service_specific_credential(
        UserName="web", ServiceSpecificCredentialId=account.key_id, Status="Active"
    )
    async with AwsSession() as aws:
        runbook = await opening.look_up(aws, book, account.key_id, user="web")
        with opening.begin(runbook, book):
            (said,) = await runbook.resume()
            assert said.startswith(
                "deactivate was changed since, not by this case: still Active (confirmed by AWS"
            )
            assert runbook.state.step(StepName.DEACTIVATE).state is State.REQUESTED
            assert account.statuses() == {account.key_id: "Active"}, "it is said, and not overwritten"
            assert runbook.state.step(StepName.DENY).state is State.CONFIRMED
            assert (await runbook.apply(StepName.DEACTIVATE)).verified
    async with opened() as runbook:
        assert runbook.state.step(StepName.DEACTIVATE).state is State.CONFIRMED


async def test_a_reset_that_woke_its_key_is_nobody_elses_change(opened: Opened, account: Account) -> None:
    async with opened() as runbook:
        await runbook.apply(StepName.DEACTIVATE)
        await runbook.apply(StepName.REPLACE, Options(in_place=True))
    async with opened() as runbook:
        assert await runbook.resume() == ()


async def test_a_case_taken_over_is_written_by_one_alone(
    opened: Opened, account: Account, book: CaseBook
) -> None:
    async with opened() as runbook:
        other = book.get(runbook.case.id)
        with pytest.raises(CaseHeld):
            other.__enter__()
        before = other.take_over()
        with other:
            assert "process" in str(before)
            with pytest.raises(CaseHeld, match="taken over"):
                await runbook.apply(StepName.DEACTIVATE)
            assert account.statuses() == {account.key_id: "Active"}
            other.append("note", text="mine now")
    assert book.get(other.id).flaws() == ()


async def test_credentials_that_expire_are_renewed_and_the_case_goes_on(
    opened: Opened, account: Account, sandbox: Sandbox
) -> None:
    from services.aws.errors import Expired

    sandbox.faults.add("expired:UpdateServiceSpecificCredential:1")
    async with opened() as runbook:
        with pytest.raises(Expired, match="Renew"):
            await runbook.apply(StepName.DEACTIVATE)
        await runbook.aws.renew()
        assert (await runbook.apply(StepName.DEACTIVATE)).verified
