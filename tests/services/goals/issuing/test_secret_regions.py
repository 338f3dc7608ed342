"""A secret is looked for in the Region that it went to, whatever the default of the shell is by then."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from services.aws.session import AwsSession
from services.cases.book import CaseBook
from services.cases.plan import State
from services.cases.secret import ToSecretsManager
from services.goals import book as cases
from tests.rewriting import rewrite
from tests.services.goals.issuing.routes import Shop, bring_about, issue, setup

pytestmark = pytest.mark.usefixtures("impatient")


@pytest.fixture
async def elsewhere(aws: AwsSession) -> AsyncIterator[AwsSession]:
    """Another shell's, with another default Region."""
    async with AwsSession(regions=("us-west-2",)) as session:
        yield session


async def test_undo_deletes_the_secret_where_it_is(
    aws: AwsSession, elsewhere: AwsSession, book: CaseBook, shop: Shop
) -> None:
    goal = setup(shop)
    await bring_about(aws, book, goal)
    assert shop.own_secrets()
    upkeep = await cases.look_up(elsewhere, book, goal, undoing=True)
    plan = (await upkeep.offer_undo()).plan
    deletion = next(call for call in plan.calls if call.operation == "DeleteSecret")
    assert "--region us-east-1" in str(plan.where.aws(deletion))
    with cases.begin(upkeep, book):
        step = await upkeep.undo(plan)
    assert (shop.own_secrets(), step.state) == ([], State.UNDONE)
    assert upkeep.state.closed_at is not None


async def test_a_secret_whose_region_no_line_names_is_not_said_to_be_gone(
    aws: AwsSession, elsewhere: AwsSession, book: CaseBook, shop: Shop
) -> None:
    """As journals of older versions are."""
    shop.boto["iam"].create_user(UserName=shop.user)
    goal = issue(shop, ToSecretsManager())
    await bring_about(aws, book, goal)
    (case,) = book.cases()
    rewrite(case, '"region":"us-east-1","service":"secretsmanager"', '"service":"secretsmanager"')
    (name,) = shop.own_secrets()
    upkeep = await cases.look_up(elsewhere, book, goal, undoing=True)
    with cases.begin(upkeep, book):
        step = await upkeep.undo()
    assert f"left: the secret {name}, which is not in us-west-2" in step.words
    assert (shop.keys(), shop.own_secrets(), upkeep.state.closed_at) == ({}, [name], None)
    upkeep = await cases.look_up(aws, book, goal, undoing=True)
    with cases.begin(upkeep, book):
        await upkeep.undo()
    assert shop.own_secrets() == []
    assert upkeep.state.closed_at is not None


async def test_an_empty_secret_that_a_colleague_made_anew_is_theirs(
    aws: AwsSession, book: CaseBook, shop: Shop
) -> None:
    goal = setup(shop)
    await bring_about(aws, book, goal)
    (name,) = shop.own_secrets()
    secrets = shop.boto["secretsmanager"]
    secrets.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
    secrets.create_secret(Name=name)
    upkeep = await cases.look_up(aws, book, goal, undoing=True)
    with cases.begin(upkeep, book):
        step = await upkeep.undo()
    assert f"the secret {name}, which someone created anew" in step.words
    assert shop.own_secrets() == [name]
