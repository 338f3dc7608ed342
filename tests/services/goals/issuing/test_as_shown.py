"""What a plan to take back showed is taken back, and nothing that turned up on the way."""

from __future__ import annotations

import pytest

from sandbox.wire.server import Sandbox
from services.aws.session import AwsSession
from services.cases.book import CaseBook
from services.cases.errors import Changed
from services.goals import book as cases
from services.goals.issuing.wanted import PolicyChoice
from tests.services.goals.issuing.routes import Shop, bring_about, setup

pytestmark = pytest.mark.usefixtures("impatient")


async def test_nothing_is_taken_back_that_the_plan_did_not_show(
    aws: AwsSession, book: CaseBook, shop: Shop, sandbox: Sandbox
) -> None:
    goal, iam = setup(shop, policy=PolicyChoice.MANAGED), shop.boto["iam"]
    await bring_about(aws, book, goal)
    key = iam.create_access_key(UserName=shop.user)["AccessKey"]["AccessKeyId"]
    upkeep = await cases.look_up(aws, book, goal, undoing=True)
    plan = (await upkeep.offer_undo()).plan
    assert "DeleteUser" not in [call.operation for call in plan.calls]
    done: list[str] = []

    def colleague() -> None:
        if not done:
            done.append(key)
            iam.delete_access_key(UserName=shop.user, AccessKeyId=key)

    sandbox.faults.on("DetachUserPolicy", "after", colleague)
    with cases.begin(upkeep, book), pytest.raises(Changed, match="DeleteUser was not sent"):
        await upkeep.undo(plan)
    assert shop.there()
    with cases.begin(upkeep, book):
        await upkeep.undo()
    assert not shop.there()
