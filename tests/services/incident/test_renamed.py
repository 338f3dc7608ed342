"""Whose name it was when the case was opened says nothing of now: a renamed user's key is no deleted key."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine

from sandbox.wire.server import Sandbox
from services.aws.errors import Denied
from services.aws.session import AwsSession
from services.base import clock
from services.cases.book import CaseBook
from services.cases.errors import Refused
from services.cases.plan import Deed, LeverName, State, StepName
from services.cases.secret import ToFile
from services.incident import opening
from services.incident.situation import Options
from services.keys.userkeys import ACCESS_KEYS, API_KEYS, KINDS, UserKeyKind
from services.keys.whereabouts import key_of
from services.rotation import opening as rotations
from tests.principals import allow, deny, make_user, policy, sign_as
from tests.services.incident.conftest import Account, Opened

Boto = Callable[..., Any]


@pytest.fixture
async def aws(sandbox: Sandbox) -> AsyncIterator[AwsSession]:
    async with AwsSession() as session:
        yield session


def rename(account: Account, *, decoy: bool) -> None:
    """As an intruder would; with a *decoy* somebody else has the old name."""
    account.iam.update_user(UserName="web", NewUserName="hidden")
    account.user = "hidden"
    if decoy:
        account.iam.create_user(UserName="web")


@pytest.mark.parametrize("decoy", [False, True])
@pytest.mark.parametrize("anew", [False, True])
async def test_the_key_of_a_renamed_user_is_deactivated(
    account: Account, book: CaseBook, opened: Opened, decoy: bool, anew: bool
) -> None:
    async with opened() as runbook:
        if not anew:
            rename(account, decoy=decoy)
            result = await runbook.apply(StepName.DEACTIVATE)
    if anew:
        rename(account, decoy=decoy)
        async with AwsSession() as aws:
            runbook = await opening.look_up(aws, book, account.key_id)
            assert runbook.key.user == "hidden"
            with opening.begin(runbook, book):
                result = await runbook.apply(StepName.DEACTIVATE)
    assert result.step.state is State.CONFIRMED
    assert account.statuses() == {account.key_id: "Inactive"}


async def test_it_is_not_deleted_until_it_is(account: Account, opened: Opened) -> None:
    async with opened() as runbook:
        rename(account, decoy=True)
        plan = await runbook.plan(StepName.DELETE)
        assert plan.already is None
        assert [call.params["UserName"] for call in plan.calls] == ["hidden"]
        account.iam.delete_service_specific_credential(
            UserName="hidden", ServiceSpecificCredentialId=account.key_id
        )
        assert "already deleted" in str((await runbook.plan(StepName.DELETE)).already)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.thing)
@pytest.mark.parametrize("decoy", [False, True])
async def test_every_kind_of_key_goes_with_its_user(
    aws: AwsSession, account: Account, kind: UserKeyKind, decoy: bool
) -> None:
    key_id = account.key_id
    if kind is ACCESS_KEYS:
        key_id = account.iam.create_access_key(UserName="web")["AccessKey"]["AccessKeyId"]
    rename(account, decoy=decoy)
    found = await key_of(aws, kind, key_id, "web")
    assert found is not None
    assert (found.id, found.user) == (key_id, "hidden")


async def test_nobody_is_told_that_it_is_gone_who_may_not_look(
    sandbox: Sandbox, aws: AwsSession, account: Account
) -> None:
    rename(account, decoy=False)
    sandbox.faults.add("deny:ListServiceSpecificCredentials")
    with pytest.raises(Denied):
        await key_of(aws, API_KEYS, account.key_id, "web")


@pytest.fixture
def scoped(sandbox: Sandbox, account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """The responder may do everything to a user of that name, and not list the keys of all users."""
    sandbox.world.settings.enforce_policies = True
    of_web = allow("iam:*", resource="arn:aws:iam::*:user/web")
    sign_as(monkeypatch, make_user(account.iam, "night", policy(of_web, allow("cloudtrail:*", "sts:*"))))


@pytest.mark.usefixtures("scoped")
@pytest.mark.parametrize("step", [StepName.DEACTIVATE, StepName.DELETE])
async def test_a_younger_user_without_the_key_proves_nothing_to_whom_may_not_look(
    account: Account, opened: Opened, step: StepName
) -> None:
    async with opened() as runbook:
        with time_machine.travel(clock.now() + timedelta(seconds=5)):
            rename(account, decoy=True)
        with pytest.raises(Denied):
            await runbook.apply(step)
    assert account.statuses() == {account.key_id: "Active"}


@pytest.mark.usefixtures("scoped")
async def test_its_own_user_without_the_key_is_proof_to_whom_may_not_look(
    account: Account, opened: Opened
) -> None:
    async with opened() as runbook:
        account.iam.delete_service_specific_credential(
            UserName="web", ServiceSpecificCredentialId=account.key_id
        )
        assert "already deleted" in str((await runbook.plan(StepName.DELETE)).already)


@pytest.mark.parametrize("step", [StepName.REPLACE, StepName.DENY, LeverName.ACCESS_KEYS, LeverName.SESSIONS])
@pytest.mark.parametrize("active", [True, False])
async def test_an_older_user_who_took_the_name_is_left_alone(
    account: Account, opened: Opened, step: Deed, active: bool
) -> None:
    with time_machine.travel(clock.now() - timedelta(days=1)):
        account.iam.create_user(UserName="victim")
    if active:
        theirs = account.iam.create_access_key(UserName="victim")["AccessKey"]["AccessKeyId"]
    async with opened() as runbook:
        rename(account, decoy=False)
        account.iam.update_user(UserName="victim", NewUserName="web")
        with pytest.raises(Refused, match="is user hidden's now"):
            await runbook.apply(step)
    assert account.iam.list_user_policies(UserName="web")["PolicyNames"] == []
    if active:
        (held,) = account.iam.list_access_keys(UserName="web")["AccessKeyMetadata"]
        assert (held["AccessKeyId"], held["Status"]) == (theirs, "Active")


@pytest.mark.parametrize("step", [StepName.DENY, LeverName.ACCESS_KEYS, LeverName.SESSIONS])
async def test_an_older_user_who_took_the_name_after_the_deletion_is_left_alone(
    account: Account, opened: Opened, step: Deed
) -> None:
    """The order of the runbook: its key gone, nothing but the user's id tells who had it."""
    with time_machine.travel(clock.now() - timedelta(days=1)):
        account.iam.create_user(UserName="victim")
    theirs = account.iam.create_access_key(UserName="victim")["AccessKey"]["AccessKeyId"]
    async with opened() as runbook:
        await runbook.apply(StepName.DELETE, Options(override="nothing uses it"))
        if step is StepName.DENY:
            await runbook.apply(step)
            await runbook.undo(step)
        rename(account, decoy=False)
        account.iam.update_user(UserName="victim", NewUserName="web")
        with pytest.raises(
            Refused, match=r"has the id \w+, and who had the key \w+ had \w+: it is another user"
        ) as no:
            await runbook.apply(step)
    assert "and is left alone. The key's own user is called hidden now" in str(no.value)
    assert account.iam.list_user_policies(UserName="web")["PolicyNames"] == []
    (held,) = account.iam.list_access_keys(UserName="web")["AccessKeyMetadata"]
    assert (held["AccessKeyId"], held["Status"]) == (theirs, "Active")


@pytest.mark.parametrize("step", [StepName.REPLACE, StepName.DENY, LeverName.ACCESS_KEYS, LeverName.SESSIONS])
async def test_who_has_the_name_now_is_left_alone(account: Account, opened: Opened, step: Deed) -> None:
    async with opened() as runbook:
        account.iam.delete_service_specific_credential(
            UserName="web", ServiceSpecificCredentialId=account.key_id
        )
        account.iam.delete_user(UserName="web")
        with time_machine.travel(clock.now() + timedelta(seconds=5)):
            account.iam.create_user(UserName="web")
        theirs = account.iam.create_access_key(UserName="web")["AccessKey"]["AccessKeyId"]
        with pytest.raises(Refused, match="it is another user of that name"):
            await runbook.apply(step)
    assert account.policies() == []
    (held,) = account.iam.list_access_keys(UserName="web")["AccessKeyMetadata"]
    assert (held["AccessKeyId"], held["Status"]) == (theirs, "Active")
    assert account.statuses() == {}


@pytest.mark.parametrize("decoy", [False, True])
@pytest.mark.parametrize("anew", [False, True])
async def test_the_replacement_of_a_renamed_user_is_taken_back(
    account: Account, opened: Opened, tmp_path: Path, decoy: bool, anew: bool
) -> None:
    options = Options(secret_to=ToFile(tmp_path / "secret"))
    async with opened() as runbook:
        await runbook.apply(StepName.REPLACE, options)
        rename(account, decoy=decoy)
        assert await runbook.resume() == ()
        assert "was already created" in str((await runbook.plan(StepName.REPLACE)).already)
        if not anew:
            result = await runbook.undo(StepName.REPLACE)
    if anew:
        async with opened() as runbook:
            result = await runbook.undo(StepName.REPLACE)
    assert result.step.state is State.UNDONE
    assert account.statuses() == {account.key_id: "Active"}


async def test_the_key_of_a_renamed_user_is_reset(account: Account, opened: Opened, tmp_path: Path) -> None:
    async with opened() as runbook:
        rename(account, decoy=True)
        options = Options(in_place=True, secret_to=ToFile(tmp_path / "secret"))
        assert (await runbook.apply(StepName.REPLACE, options)).verified
    assert (tmp_path / "secret").read_text().strip() not in ("", account.token)


@pytest.mark.parametrize("decoy", [False, True])
@pytest.mark.parametrize("anew", [False, True])
async def test_the_rotation_of_a_renamed_users_key_is_taken_back(
    account: Account, book: CaseBook, tmp_path: Path, decoy: bool, anew: bool
) -> None:
    async with AwsSession() as aws:
        rotation = await rotations.look_up(aws, book, account.key_id, user="web")
        with rotations.begin(rotation, book):
            await rotation.apply(StepName.REPLACE, Options(secret_to=ToFile(tmp_path / "secret")))
            rename(account, decoy=decoy)
            seen = await rotation.standing()
            assert seen.old is not None
            assert seen.new is not None
            await rotation.imported("said so")
            if decoy:
                assert (await rotation.plan(StepName.DEACTIVATE)).blocked is None
            if not anew:
                result = await rotation.abandon()
        if anew:
            rotation = await rotations.look_up(aws, book, account.key_id)
            with rotations.begin(rotation, book):
                result = await rotation.abandon()
    assert result.step.state is State.UNDONE
    assert account.statuses() == {account.key_id: "Active"}


@pytest.mark.parametrize("decoy", [False, True])
async def test_access_keys_of_a_renamed_user_that_are_active_again_are_not_called_inactive(
    account: Account, opened: Opened, decoy: bool
) -> None:
    key_id = account.iam.create_access_key(UserName="web")["AccessKey"]["AccessKeyId"]

    def status() -> str:
        (held,) = account.iam.list_access_keys(UserName="hidden")["AccessKeyMetadata"]
        return str(held["Status"])

    async with opened() as runbook:
        await runbook.apply(LeverName.ACCESS_KEYS)
        rename(account, decoy=decoy)
        assert (await runbook.verify(LeverName.ACCESS_KEYS)).state is State.CONFIRMED
        account.iam.update_access_key(UserName="hidden", AccessKeyId=key_id, Status="Active")
        seen = await runbook.verify(LeverName.ACCESS_KEYS)
        assert (seen.state, seen.words[:6]) == (State.REQUESTED, "0 of 1")
        account.iam.update_access_key(UserName="hidden", AccessKeyId=key_id, Status="Inactive")
        assert (await runbook.undo(LeverName.ACCESS_KEYS)).step.state is State.UNDONE
        assert status() == "Active"


@pytest.mark.parametrize("decoy", [False, True])
async def test_a_renamed_user_is_not_without_access_keys(
    account: Account, opened: Opened, decoy: bool
) -> None:
    account.iam.create_access_key(UserName="web")
    async with opened() as runbook:
        await runbook.apply(StepName.DELETE, Options(override="it leaked"))
    with time_machine.travel(clock.now() + timedelta(seconds=5)):
        account.iam.update_user(UserName="web", NewUserName="hidden")
        if decoy:
            account.iam.create_user(UserName="web")
    async with opened() as runbook:
        with pytest.raises(Refused, match="another user of that name" if decoy else "deleted, or renamed"):
            await runbook.apply(LeverName.ACCESS_KEYS)


@pytest.mark.parametrize("decoy", [False, True])
async def test_the_new_user_of_a_replacement_is_taken_away_by_whatever_name(
    account: Account, opened: Opened, decoy: bool
) -> None:
    iam, document = account.iam, json.dumps(policy(allow("logs:Get*")))
    iam.put_user_policy(UserName="web", PolicyName="app", PolicyDocument=document)
    async with opened() as runbook:
        await runbook.apply(StepName.REPLACE, Options(new_user="web-2"))
        iam.update_user(UserName="web-2", NewUserName="moved")
        if decoy:
            iam.create_user(UserName="web-2")
            iam.put_user_policy(UserName="web-2", PolicyName="app", PolicyDocument=document)
        plan = await runbook.plan_undo(StepName.REPLACE)
        assert {call.params["UserName"] for call in plan.calls} == {"moved"}
        result = await runbook.undo(StepName.REPLACE)
    assert result.step.state is State.UNDONE
    names = {user["UserName"] for user in iam.list_users()["Users"]}
    assert ("moved" in names, "web-2" in names) == (False, decoy)


async def test_a_new_user_is_not_said_to_be_gone_by_whom_may_not_look(
    sandbox: Sandbox, account: Account, opened: Opened
) -> None:
    async with opened() as runbook:
        await runbook.apply(StepName.REPLACE, Options(new_user="web-2"))
        account.iam.update_user(UserName="web-2", NewUserName="moved")
        sandbox.faults.add("deny:ListUsers")
        with pytest.raises(Denied):
            await runbook.plan_undo(StepName.REPLACE)


@pytest.mark.parametrize("decoy", [False, True])
@pytest.mark.parametrize("twice", [False, True])
async def test_sessions_that_were_ended_are_let_work_again_by_whatever_name(
    account: Account, opened: Opened, decoy: bool, twice: bool
) -> None:
    account.iam.create_access_key(UserName="web")
    async with opened() as runbook:
        await runbook.apply(LeverName.SESSIONS)
    rename(account, decoy=decoy)
    (name,) = account.policies()
    async with opened() as runbook:
        assert runbook.state.step(LeverName.SESSIONS).state is State.CONFIRMED
        if twice:
            await runbook.apply(LeverName.SESSIONS)
        (call,) = (await runbook.plan_undo(LeverName.SESSIONS)).calls
        assert call.params == {"UserName": "hidden", "PolicyName": name}
        assert (await runbook.undo(LeverName.SESSIONS)).step.state is State.UNDONE
        assert (await runbook.plan_undo(LeverName.SESSIONS)).already
    assert account.policies() == []


async def test_a_managed_deny_policy_is_detached_by_whatever_name(account: Account, opened: Opened) -> None:
    denies = json.dumps(policy(deny("logs:CallWithBearerToken")))
    arn = account.iam.create_policy(PolicyName="hold", PolicyDocument=denies)["Policy"]["Arn"]
    async with opened() as runbook:
        await runbook.apply(StepName.DENY, Options(hold_policy=arn))
    rename(account, decoy=True)
    async with opened() as runbook:
        result = await runbook.undo(StepName.DENY, Options(hold_policy=arn))
    assert result.step.state is State.UNDONE
    assert account.iam.list_attached_user_policies(UserName="hidden")["AttachedPolicies"] == []
