"""A key for a user that exists: another each time, of any service; quota and rights said before."""

from __future__ import annotations

import json

import pytest

from sandbox.wire.server import Sandbox
from services.aws.session import AwsSession
from services.cases.book import CaseBook
from services.cases.errors import Refused
from services.cases.plan import Governing, State
from services.cases.secret import ToSecretsManager
from services.goals import book as cases
from services.goals.engine import Offer
from services.goals.goal import Goal
from services.goals.issuing.issue import IssueGoal
from tests.printed import bare
from tests.services.goals.issuing.routes import MANAGED, Shop, bring_about, issue, take_back, token

pytestmark = pytest.mark.usefixtures("impatient")
SECRET = ToSecretsManager()


async def offer(aws: AwsSession, book: CaseBook, goal: Goal) -> Offer:
    return await (await cases.look_up(aws, book, goal)).offer()


async def test_asked_for_again_it_is_another_until_there_are_two(
    aws: AwsSession, book: CaseBook, shop: Shop, sandbox: Sandbox
) -> None:
    shop.boto["iam"].create_user(UserName=shop.user)
    goal = issue(shop, SECRET)
    await bring_about(aws, book, goal)
    (first,) = shop.keys()
    shown = await offer(aws, book, goal)
    assert shown.plan.warnings[0].startswith(f"{first} (Active, made ")
    await bring_about(aws, book, goal)
    (second,) = set(shop.keys()) - {first}
    assert len(book.cases()) == 2
    assert shop.secret() == token(sandbox, second)
    with pytest.raises(Refused) as refused:
        await bring_about(aws, book, goal)
    assert first in str(refused.value)
    assert second in str(refused.value)
    # The newest goes first; the older one after it.
    await take_back(aws, book, goal)
    assert list(shop.keys()) == [first]
    await take_back(aws, book, goal)
    assert shop.keys() == {}


async def test_cut_off_before_it_was_told_it_is_the_same_key(
    aws: AwsSession, book: CaseBook, shop: Shop
) -> None:
    shop.boto["iam"].create_user(UserName=shop.user)
    goal = issue(shop, SECRET)
    upkeep = await cases.look_up(aws, book, goal)
    with cases.begin(upkeep, book):
        await upkeep.apply()
    shown = await offer(aws, book, goal)
    assert shown.plan.already
    await bring_about(aws, book, goal)
    assert len(shop.keys()) == 1
    (case,) = book.cases()
    assert case.state().told


@pytest.mark.parametrize("service", ["bedrock.amazonaws.com", "codecommit.amazonaws.com"])
async def test_of_any_service(
    aws: AwsSession, book: CaseBook, shop: Shop, sandbox: Sandbox, service: str
) -> None:
    shop.boto["iam"].create_user(UserName=shop.user)
    goal = issue(shop, SECRET, service)
    await bring_about(aws, book, goal)
    (key,) = shop.keys()
    stored = shop.secret()
    if service.startswith("codecommit"):
        # A password is nothing without the user name that it goes with.
        pair = json.loads(stored)
        (listed,) = shop.boto["iam"].list_service_specific_credentials(UserName=shop.user)[
            "ServiceSpecificCredentials"
        ]
        assert pair["username"] == listed["ServiceUserName"]
        stored = pair["password"]
    assert stored == token(sandbox, key)
    (case,) = book.cases()
    assert (case.state().about, case.state().step(Governing.ISSUE).state) == (
        f"a {service.split('.')[0]} key",
        State.CONFIRMED,
    )


async def test_whether_the_user_may_use_it_is_said_before(
    aws: AwsSession, book: CaseBook, shop: Shop, sandbox: Sandbox
) -> None:
    iam = shop.boto["iam"]
    iam.create_user(UserName=shop.user)
    (warned,) = (await offer(aws, book, issue(shop, SECRET))).plan.warnings
    assert warned == (
        "web may not logs:CallWithBearerToken: no policy allows it (as far as IAM's simulation sees). Its "
        "keys are denied until that is fixed."
    )
    both = (await offer(aws, book, issue(shop, SECRET, "bedrock.amazonaws.com"))).plan.warnings
    assert [words.split(":")[1].split(" ")[0] for words in both] == ["CallWithBearerToken"] * 2
    iam.attach_user_policy(UserName=shop.user, PolicyArn=MANAGED)
    assert (await offer(aws, book, issue(shop, SECRET))).plan.warnings == ()
    sandbox.faults.add("deny:SimulatePrincipalPolicy")
    (warned,) = (await offer(aws, book, issue(shop, SECRET))).plan.warnings
    assert "is not known: it cannot be checked: iam:SimulatePrincipalPolicy is not allowed" in warned


async def test_a_user_that_is_not_there(aws: AwsSession, book: CaseBook, shop: Shop) -> None:
    shown = await offer(aws, book, issue(shop, SECRET))
    assert bare(shown.plan.blocked or "") == (
        "There is no user web: check the name and the account, or create one with its key "
        "(`stanch setup web`)."
    )
    with pytest.raises(Refused):
        await bring_about(aws, book, IssueGoal("nobody", "bedrock.amazonaws.com", 30, SECRET))


async def test_what_the_caller_may_not_do_is_said_before(
    aws: AwsSession, book: CaseBook, shop: Shop, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.principals import allow, deny, make_user, policy, sign_as

    shop.boto["iam"].create_user(UserName=shop.user)
    rights = policy(allow("*"), deny("iam:CreateServiceSpecificCredential", "secretsmanager:CreateSecret"))
    key = make_user(shop.boto["iam"], "junior", json.loads(json.dumps(rights)))
    sandbox.world.settings.enforce_policies = True
    sign_as(monkeypatch, key)
    async with AwsSession(regions=("us-east-1",)) as theirs:
        shown = await offer(theirs, book, issue(shop, SECRET))
    assert shown.plan.warnings[0] == (
        "You may not: iam:CreateServiceSpecificCredential, secretsmanager:CreateSecret (as far as IAM's "
        "simulation sees). Ask for them first, or use a profile that has them."
    )
