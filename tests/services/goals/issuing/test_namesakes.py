"""A user and a log group that a colleague made anew are theirs, with all that stands on them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from services.aws.session import AwsSession
from services.cases.book import CaseBook
from services.cases.errors import Refused
from services.goals import book as cases
from services.goals.governance.documents import document
from services.goals.issuing.setup import SetupGoal
from services.goals.issuing.wanted import KeySetup, PolicyChoice, custom_policy
from tests.services.goals.issuing.routes import (
    CUSTOM,
    MANAGED,
    REGION,
    Shop,
    bring_about,
    setup,
    take_back,
)

pytestmark = pytest.mark.usefixtures("impatient")


def groups(shop: Shop) -> Any:
    return shop.boto["logs"]


def start(shop: Shop) -> None:
    """What a colleague has before, and after it was made anew."""
    shop.boto["iam"].create_user(UserName=shop.user)
    groups(shop).create_log_group(logGroupName=shop.log_group)


@pytest.mark.parametrize("there", [True, False], ids=["there before", "made"])
async def test_what_stands_on_a_namesake_stays(
    aws: AwsSession, book: CaseBook, shop: Shop, there: bool
) -> None:
    goal, iam = setup(shop, policy=PolicyChoice.MANAGED), shop.boto["iam"]
    with time_machine.travel(datetime.now(UTC) - timedelta(seconds=30)):
        if there:
            start(shop)
        await bring_about(aws, book, goal)
    (key,) = shop.keys()
    iam.delete_service_specific_credential(UserName=shop.user, ServiceSpecificCredentialId=key)
    (policy,) = iam.list_attached_user_policies(UserName=shop.user)["AttachedPolicies"]
    iam.detach_user_policy(UserName=shop.user, PolicyArn=policy["PolicyArn"])
    iam.delete_user(UserName=shop.user)
    groups(shop).delete_log_group(logGroupName=shop.log_group)

    start(shop)
    iam.attach_user_policy(UserName=shop.user, PolicyArn=policy["PolicyArn"])
    groups(shop).create_log_stream(logGroupName=shop.log_group, logStreamName="default")
    groups(shop).put_bearer_token_authentication(
        logGroupIdentifier=shop.log_group, bearerTokenAuthenticationEnabled=True
    )
    upkeep = await cases.look_up(aws, book, goal, undoing=True)
    plan = (await upkeep.offer_undo()).plan
    assert {call.operation for call in plan.calls} <= {"DeleteSecret"}
    for name in (f"user {shop.user}", f"log group {shop.log_group}"):
        assert f"Left: {name}, which someone created anew." in plan.warnings
    with cases.begin(upkeep, book):
        await upkeep.undo()
    assert shop.policies() == {MANAGED}
    assert shop.streams() == ["default"]
    assert (shop.group() or {})["bearerTokenAuthenticationEnabled"] is True


async def test_what_a_colleague_granted_between_two_runs_stays(
    aws: AwsSession, book: CaseBook, shop: Shop
) -> None:
    first, more = setup(shop), SetupGoal(KeySetup(shop.user, REGION, (shop.log_group, "/app/more")))
    await bring_about(aws, book, first)
    theirs = document(custom_policy((shop.log_group, "/app/theirs")))
    iam, policy = shop.boto["iam"], {"UserName": shop.user, "PolicyName": CUSTOM}
    iam.put_user_policy(**policy, PolicyDocument=json.dumps(theirs))
    with pytest.raises(Refused, match="was changed since, not by this case: close the case"):
        await bring_about(aws, book, more)
    (case,) = book.cases()
    with case.enter("arn:aws:iam::123456789012:user/dana"):
        case.append("closed", remaining=[])
    await bring_about(aws, book, more)
    assert "/app/more" in json.dumps(iam.get_user_policy(**policy)["PolicyDocument"])
    await take_back(aws, book, more)
    assert iam.get_user_policy(**policy)["PolicyDocument"] == theirs


async def test_what_was_there_before_is_no_namesake(aws: AwsSession, book: CaseBook, shop: Shop) -> None:
    goal = setup(shop, policy=PolicyChoice.MANAGED)
    start(shop)
    await bring_about(aws, book, goal)
    upkeep = await cases.look_up(aws, book, goal, undoing=True)
    with cases.begin(upkeep, book):
        await upkeep.undo()
    assert (shop.policies(), shop.streams(), shop.keys()) == (set(), [], {})
    assert (shop.group() or {})["bearerTokenAuthenticationEnabled"] is False
