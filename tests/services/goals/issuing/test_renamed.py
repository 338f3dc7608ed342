"""A user who was renamed has what was made for it as before: nothing of that is said to be gone."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from sandbox.wire.server import Sandbox
from services.aws.errors import Denied
from services.aws.session import AwsSession
from services.base import clock
from services.cases.book import CaseBook
from services.cases.plan import State
from services.cases.secret import ToSecretsManager
from services.goals import book as cases
from services.goals.goal import Goal
from services.goals.issuing.wanted import PolicyChoice
from tests.services.goals.issuing.routes import MANAGED, Shop, bring_about, issue, setup

pytestmark = pytest.mark.usefixtures("impatient")


def rename(shop: Shop, *, decoy: bool) -> None:
    """With a *decoy* somebody else has the old name, and what the other had."""
    iam = shop.boto["iam"]
    iam.update_user(UserName=shop.user, NewUserName="hidden")
    if decoy:
        iam.create_user(UserName=shop.user)
        iam.attach_user_policy(UserName=shop.user, PolicyArn=MANAGED)


async def made(aws: AwsSession, book: CaseBook, shop: Shop, *, there: bool, alone: bool = False) -> Goal:
    with time_machine.travel(clock.now() - timedelta(minutes=5)):
        if there:
            shop.boto["iam"].create_user(UserName=shop.user)
        goal = issue(shop, ToSecretsManager()) if alone else setup(shop, policy=PolicyChoice.MANAGED)
        await bring_about(aws, book, goal)
    return goal


@pytest.mark.parametrize("decoy", [False, True])
@pytest.mark.parametrize(
    ("there", "alone"),
    [(False, False), (True, False), (True, True)],
    ids=["setup", "setup of a user that was there", "issue"],
)
async def test_what_was_made_is_taken_from_whoever_has_it_now(
    aws: AwsSession, book: CaseBook, shop: Shop, decoy: bool, there: bool, alone: bool
) -> None:
    goal = await made(aws, book, shop, there=there, alone=alone)
    rename(shop, decoy=decoy)
    upkeep = await cases.look_up(aws, book, goal, undoing=True)
    plan = (await upkeep.offer_undo()).plan
    assert f"{shop.user} was renamed: what was made for it is hidden's now." in plan.warnings
    users = {call.params["UserName"] for call in plan.calls if call.service == "iam"}
    assert users == {"hidden"}
    with cases.begin(upkeep, book):
        step = await upkeep.undo(plan)
    assert step.state is State.UNDONE
    assert upkeep.state.closed_at is not None
    iam = shop.boto["iam"]
    names = {each["UserName"] for each in iam.list_users()["Users"]}
    assert ("hidden" in names) is there
    if there:
        listed = iam.list_service_specific_credentials(UserName="hidden")
        assert listed["ServiceSpecificCredentials"] == []
        assert iam.list_attached_user_policies(UserName="hidden")["AttachedPolicies"] == []
    if decoy:
        assert shop.policies() == {MANAGED}


async def test_a_user_that_was_made_is_found_by_its_id_where_its_key_is_gone(
    aws: AwsSession, book: CaseBook, shop: Shop
) -> None:
    goal = await made(aws, book, shop, there=False)
    (key,) = shop.keys()
    shop.boto["iam"].delete_service_specific_credential(UserName=shop.user, ServiceSpecificCredentialId=key)
    rename(shop, decoy=True)
    upkeep = await cases.look_up(aws, book, goal, undoing=True)
    with cases.begin(upkeep, book):
        await upkeep.undo()
    names = {each["UserName"] for each in shop.boto["iam"].list_users()["Users"]}
    assert "hidden" not in names
    assert shop.policies() == {MANAGED}


async def test_no_key_is_said_to_be_gone_by_whom_may_not_look(
    aws: AwsSession, book: CaseBook, shop: Shop, sandbox: Sandbox
) -> None:
    goal = await made(aws, book, shop, there=True, alone=True)
    rename(shop, decoy=False)
    sandbox.faults.add("deny:ListServiceSpecificCredentials")
    upkeep = await cases.look_up(aws, book, goal, undoing=True)
    with cases.begin(upkeep, book), pytest.raises(Denied):
        await upkeep.undo()
    sandbox.faults.clear()
    listed = shop.boto["iam"].list_service_specific_credentials(UserName="hidden")
    assert [each["Status"] for each in listed["ServiceSpecificCredentials"]] == ["Active"]
    assert shop.own_secrets()
