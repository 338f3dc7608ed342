"""A policy attached through its case: intent before the call, nothing twice, and back to what was there."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.retries import standard

from sandbox.account.world import ApiCall
from sandbox.wire.server import Sandbox
from services.aws.errors import AwsError, Denied, ReadOnly
from services.aws.session import AwsSession
from services.aws.sts import Caller, get_caller
from services.aws.where import Where
from services.base import clock
from services.cases.book import CaseBook
from services.cases.case import Case
from services.cases.errors import CaseHeld, Changed, Refused
from services.cases.facts import STOOD
from services.cases.plan import State
from services.goals import book
from services.goals.engine import Upkeep
from services.goals.governance import goal
from services.goals.governance.documents import Document, Kind, Wanted, document
from services.goals.governance.goal import PolicyGoal
from services.goals.governance.targets import Target, parse_target

DENY = Wanted(Kind.DENY)
USER = parse_target("user:web")


@pytest.fixture
async def aws(sandbox: Sandbox) -> AsyncIterator[AwsSession]:
    async with AwsSession() as session:
        yield session


@pytest.fixture(autouse=True)
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries wait for no time at all."""
    monkeypatch.setattr(standard.ExponentialBackoff, "delay_amount", lambda self, context: 0)


@pytest.fixture
def iam(boto: Callable[..., Any]) -> Any:
    iam = boto("iam")
    iam.create_user(UserName="web")
    return iam


@pytest.fixture
def root(boto: Callable[..., Any]) -> Target:
    organizations = boto("organizations")
    organizations.create_organization(FeatureSet="ALL")
    found = organizations.list_roots()["Roots"][0]["Id"]
    organizations.enable_policy_type(RootId=found, PolicyType="SERVICE_CONTROL_POLICY")
    return parse_target(f"scp:{found}")


@pytest.fixture
def sent(sandbox: Sandbox) -> list[str]:
    """Every change that IAM was asked for and acted on."""
    heard: list[str] = []

    def hear(call: ApiCall) -> None:
        if not call.read_only and call.error_code is None:
            heard.append(call.operation)

    sandbox.world.on_api_call.append(hear)
    return heard


Begin = Callable[..., Awaitable[tuple[Upkeep, Case]]]


@pytest.fixture
async def begin(aws: AwsSession, tmp_path: Path) -> Begin:
    """`await begin()`: the policy's case, opened or gone on with, not entered."""

    async def opened(target: Target = USER, wanted: Wanted = DENY) -> tuple[Upkeep, Case]:
        caller, goal = await get_caller(aws), PolicyGoal(target, wanted)
        case = book.open_or_begin(CaseBook(tmp_path), goal, caller, clock.now())
        return Upkeep(aws, caller, goal, case), case

    return opened


def policies_of(iam: Any) -> dict[str, Document]:
    names = iam.list_user_policies(UserName="web")["PolicyNames"]
    return {name: iam.get_user_policy(UserName="web", PolicyName=name)["PolicyDocument"] for name in names}


def lines(case: Case) -> list[str]:
    return [entry.kind for entry in case.journal.entries()]


async def test_attached_seen_and_taken_away(iam: Any, begin: Begin, sent: list[str], tmp_path: Path) -> None:
    attaching, case = await begin()
    offer = await attaching.offer()
    assert (offer.plan.title, offer.proposal.remarks) == ("Attach stanch-deny-logs to user web", ())
    assert sent == []
    with case:
        step = await attaching.apply(offer.plan)
        assert step.state is State.CONFIRMED
        assert step.words.startswith("policy stanch-deny-logs attached to user web (confirmed by AWS ")
        assert policies_of(iam) == {"stanch-deny-logs": document(DENY)}
        assert (await attaching.offer()).plan.already
        assert (await attaching.apply()).state is State.CONFIRMED
        step = await attaching.undo((await attaching.offer_undo()).plan)
        assert step.state is State.UNDONE
    assert policies_of(iam) == {}
    assert sent == ["PutUserPolicy", "DeleteUserPolicy"]
    assert lines(case) == [
        "opened", "intent", "outcome", "verified", "verified", "intent", "outcome", "verified", "closed",
    ]  # fmt: skip
    assert case.flaws() == ()
    assert book.open_case(CaseBook(tmp_path), PolicyGoal(USER, DENY), Where("123456789012")) is None


async def test_what_someone_took_away_is_attached_again(iam: Any, begin: Begin) -> None:
    attaching, case = await begin()
    with case:
        await attaching.apply()
    iam.delete_user_policy(UserName="web", PolicyName=DENY.name)
    attaching, again = await begin()
    assert again.id == case.id
    with again:
        await attaching.apply()
        assert policies_of(iam) == {DENY.name: document(DENY)}
        await attaching.undo()
    assert policies_of(iam) == {}


@pytest.mark.parametrize("when", ["before", "since"])
async def test_what_someone_wrote_is_never_replaced(
    iam: Any, begin: Begin, sent: list[str], when: str
) -> None:
    theirs = document(Wanted(Kind.DENY_USE))
    if when == "since":
        attaching, case = await begin()
        with case:
            await attaching.apply()
    iam.put_user_policy(UserName="web", PolicyName=DENY.name, PolicyDocument=json.dumps(theirs))
    sent.clear()
    attaching, case = await begin()
    with case, pytest.raises(Refused, match="which no case on this machine wrote, so it is not replaced"):
        await attaching.apply()
    assert sent == []
    assert policies_of(iam) == {DENY.name: theirs}


async def test_what_a_colleague_made_of_it_stays(iam: Any, begin: Begin, sent: list[str]) -> None:
    attaching, case = await begin()
    with case:
        await attaching.apply()
        theirs = document(Wanted(Kind.DENY_USE))
        iam.put_user_policy(UserName="web", PolicyName=DENY.name, PolicyDocument=json.dumps(theirs))
        sent.clear()
        plan = (await attaching.offer_undo()).plan
        assert plan.calls == ()
        assert "was changed since, not by this case" in str(plan.blocked)
        with pytest.raises(Refused, match="was changed since, not by this case"):
            await attaching.undo()
    assert sent == []
    assert policies_of(iam) == {DENY.name: theirs}


async def test_a_colleagues_change_for_the_organization_is_only_detached(
    root: Target, begin: Begin, boto: Callable[..., Any]
) -> None:
    organizations = boto("organizations")
    attaching, case = await begin(root, Wanted(Kind.DENY_USE))
    with case:
        await attaching.apply()
        (made,) = [
            each
            for each in organizations.list_policies(Filter="SERVICE_CONTROL_POLICY")["Policies"]
            if each["Name"] == Wanted(Kind.DENY_USE).name
        ]
        theirs = json.dumps(document(DENY), separators=(",", ":"))
        organizations.update_policy(PolicyId=made["Id"], Content=theirs)
        plan = (await attaching.offer_undo()).plan
        assert [call.operation for call in plan.calls] == ["DetachPolicy"]
        await attaching.undo(plan)
    assert organizations.describe_policy(PolicyId=made["Id"])["Policy"]["Content"] == theirs
    assert organizations.list_targets_for_policy(PolicyId=made["Id"])["Targets"] == []


async def test_an_intent_without_an_outcome_is_settled_by_asking(
    iam: Any, begin: Begin, sandbox: Sandbox, sent: list[str]
) -> None:
    attaching, case = await begin()
    with case:
        offer = await attaching.offer()
        call = offer.plan.calls[0]
        facts = {STOOD: {"document": None, "attached": False, "policy_id": None}}
        case.append("intent", step="policy", undo=False, call=call.as_json(), facts=facts)
    # The program was killed after the call went out, before its answer was written down.
    iam.put_user_policy(**call.params)
    attaching, case = await begin()
    with case:
        (found,) = await attaching.resume()
        assert f"{DENY.name} exists (confirmed by AWS), by PutUserPolicy or by someone else" in found
        assert (await attaching.apply()).state is State.CONFIRMED
        with pytest.raises(Refused, match=f"^{DENY.name} exists .* Say first whether it is this case's"):
            await attaching.undo()
        (doubt,) = attaching.state.doubts.values()
        await attaching.answer_doubt(doubt, DENY.name)
        await attaching.undo()
    assert sent == ["PutUserPolicy", "DeleteUserPolicy"]


async def test_an_answer_that_is_lost_is_asked_for_and_nothing_is_done_twice(
    iam: Any, begin: Begin, sandbox: Sandbox, sent: list[str]
) -> None:
    sandbox.faults.add("drop:PutUserPolicy")
    attaching, case = await begin()
    with case:
        await attaching.apply()
    assert set(policies_of(iam)) == {DENY.name}
    assert "settled" in lines(case)
    assert attaching.step.state is State.CONFIRMED


async def test_a_refusal_is_journaled_and_raised(iam: Any, begin: Begin, sandbox: Sandbox) -> None:
    sandbox.faults.add("deny:PutUserPolicy")
    attaching, case = await begin()
    with case:
        with pytest.raises(Denied):
            await attaching.apply()
        assert attaching.step.state is State.FAILED
        sandbox.faults.clear()
        assert (await attaching.apply()).state is State.CONFIRMED


async def test_a_policy_for_the_organization_is_made_and_attached_and_unmade(
    root: Target, begin: Begin, sandbox: Sandbox, boto: Callable[..., Any]
) -> None:
    def named() -> list[str]:
        found = boto("organizations").list_policies(Filter="SERVICE_CONTROL_POLICY")["Policies"]
        return [each["Name"] for each in found if each["Name"].startswith("stanch-")]

    sandbox.faults.add("drop:CreatePolicy:1")
    attaching, case = await begin(root)
    with case:
        assert (await attaching.apply()).state is State.CONFIRMED
        assert named() == ["stanch-deny-logs"]
    attaching, case = await begin(root)
    with case:
        sandbox.faults.add("deny:DeletePolicy:1")
        with pytest.raises(AwsError):
            await attaching.undo()
        assert named() == ["stanch-deny-logs"], "detached, and not yet deleted"
        assert (await attaching.undo()).state is State.UNDONE
    assert named() == []


async def test_guards(iam: Any, begin: Begin, tmp_path: Path) -> None:
    attaching, case = await begin()
    shown = (await attaching.offer()).plan
    iam.put_user_policy(
        UserName="web", PolicyName=DENY.name, PolicyDocument=json.dumps(document(Wanted(Kind.DENY)))
    )
    with case:
        with pytest.raises(Changed):
            await attaching.apply(shown)
        with pytest.raises(CaseHeld):
            (await begin())[1].__enter__()
        other = Upkeep(attaching.aws, Caller("111122223333", "arn:x"), attaching.goal, case)
        with pytest.raises(Refused, match="This case belongs to account 123456789012"):
            await other.apply()
    async with AwsSession(read_only=True) as aws:
        iam.delete_user_policy(UserName="web", PolicyName=DENY.name)
        with case, pytest.raises(ReadOnly):
            await Upkeep(aws, attaching.caller, attaching.goal, case).apply()
    assert policies_of(iam) == {}


async def test_a_document_with_an_error_is_not_sent(
    iam: Any, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = document(DENY)
    wrong["Statement"][0]["Effect"] = "Permit"
    monkeypatch.setattr(goal, "document", lambda wanted: wrong)
    attaching, _ = await begin()
    offer = await attaching.offer()
    assert offer.plan.calls == ()
    assert offer.plan.blocked == "Access Analyzer finds an error in it: The effect must be Allow or Deny."


async def test_where_the_analyzer_may_not_be_asked_that_is_said(
    iam: Any, begin: Begin, sandbox: Sandbox
) -> None:
    sandbox.faults.add("deny:ValidatePolicy")
    attaching, _ = await begin()
    offer = await attaching.offer()
    assert offer.plan.calls
    (remark,) = offer.proposal.remarks
    assert remark.startswith("Access Analyzer was not asked. Not allowed: access-analyzer:ValidatePolicy")
