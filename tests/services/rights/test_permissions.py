"""What the caller may do: the table of needs, the documents that go by it, and IAM's simulation."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from sandbox.account.world import ACCOUNT, ApiCall
from sandbox.iam.policy import Access, Decision, Grants, evaluate
from sandbox.wire.server import Sandbox
from services.aws.session import AwsSession
from services.aws.sts import Caller, get_caller
from services.rights.needs import LOGS_KEYS, PARTS, USERS
from services.rights.permissions import May, Permission, Question, check
from services.rights.place import Place
from tests.principals import (
    EVERYTHING,
    allow,
    assume,
    deny,
    documented,
    make_role,
    make_user,
    policy,
    sign_as,
)

UPDATE = "iam:UpdateServiceSpecificCredential"
READ = Question("logs:DescribeLogGroups")
LIST = Question("iam:ListUsers", f"arn:aws:iam::{ACCOUNT}:user/*")
PLACE = Place("aws", ACCOUNT, "us-east-1", buckets=("audit-trail",))


@pytest.fixture
def enforcing(sandbox: Sandbox) -> Sandbox:
    sandbox.world.settings.enforce_policies = True
    return sandbox


@pytest.fixture
def iam(boto: Callable[..., Any]) -> Any:
    return boto("iam")


async def ask(*questions: Question) -> tuple[Permission, ...]:
    async with AwsSession() as aws:
        return await check(aws, await get_caller(aws), *questions)


def mays(answers: tuple[Permission, ...]) -> list[May]:
    return [each.may for each in answers]


@pytest.mark.parametrize("name", ["look", "act", "intruder", "setup", "govern", "harden"])
def test_the_documents_grant_what_the_parts_need_and_nothing_more(name: str) -> None:
    document = documented(name)
    granted = [action for statement in document["Statement"] for action in statement["Action"]]
    needed = {action for part in PARTS if part.document == name for action in part.actions}
    assert sorted(granted) == sorted(needed)
    grants = Grants((json.dumps(document),))
    for part in PARTS:
        for need in part.needs if part.document == name else ():
            for asked in PLACE.questions(need):
                context = {key.lower(): str(value) for key, value in asked.context}
                access = Access(asked.action, asked.resource, context)
                assert evaluate(grants, access) is Decision.ALLOWED, asked


def test_the_documents_grant_no_other_services_keys() -> None:
    grants = Grants((json.dumps(documented("look")), json.dumps(documented("act"))))
    key, _ = LOGS_KEYS[0]
    other = {key.lower(): "bedrock.amazonaws.com"}
    web = f"arn:aws:iam::{ACCOUNT}:user/web"
    assert evaluate(grants, Access(UPDATE, web, other)) is Decision.IMPLICITLY_DENIED


def test_every_part_that_only_looks_can_be_tried() -> None:
    known = replace(PLACE, trail="arn:t", user="web")
    for part in PARTS:
        for need in part.needs:
            for call in known.questions(need).values():
                assert call is None or call.reads or call.operation == "HeadObject"
                if part.document == "look" and part.name != "rights":
                    assert call is not None, need


async def test_yes_and_no_in_the_order_asked(
    enforcing: Sandbox, iam: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = policy(allow("logs:*", "iam:SimulatePrincipalPolicy"), deny("logs:Delete*"))
    sign_as(monkeypatch, make_user(iam, "eve", document))
    asked = (LIST, READ, Question("logs:DeleteLogGroup"))
    answers = await ask(*asked)
    assert [(each.action, each.resource) for each in answers] == [(q.action, q.resource) for q in asked]
    assert mays(answers) == [May.NO, May.YES, May.NO]
    assert [each.reason for each in answers] == ["no policy allows it", "", "a policy denies it"]


async def test_the_responder_of_the_sandbox_may_do_all(sandbox: Sandbox) -> None:
    questions = [each for part in PARTS for need in part.needs for each in PLACE.questions(need)]
    assert set(mays(await ask(*questions))) == {May.YES}


async def test_nothing_asked_costs_nothing(sandbox: Sandbox) -> None:
    heard: list[ApiCall] = []
    async with AwsSession() as aws:
        caller = await get_caller(aws)
        sandbox.world.on_api_call.append(heard.append)
        assert await check(aws, caller) == ()
    assert heard == []


async def test_conditions_are_told_what_is_known_and_the_rest_is_not_guessed(
    enforcing: Sandbox, iam: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, service = LOGS_KEYS[0]
    mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    document = policy(
        allow("iam:SimulatePrincipalPolicy"),
        allow(UPDATE, Condition={"StringEquals": {key: service}}),
        allow("iam:ListUsers", Condition=mfa),
        allow("logs:DescribeLogGroups"),
        deny("logs:DescribeLogGroups", Condition={"StringEquals": {"aws:SourceVpc": "vpc-1"}}),
    )
    sign_as(monkeypatch, make_user(iam, "eve", document))
    user = USERS.format(partition="aws", account=ACCOUNT)
    logs, bedrock, unsaid, listed, read = await ask(
        Question(UPDATE, user, LOGS_KEYS),
        Question(UPDATE, user, ((key, "bedrock.amazonaws.com"),)),
        Question(UPDATE, user),
        LIST,
        READ,
    )
    assert (logs.may, bedrock.may) == (May.YES, May.NO)
    assert (unsaid.may, unsaid.reason) == (
        May.UNKNOWN,
        f"it depends on {key}, which the simulation does not know",
    )
    assert (listed.may, "aws:MultiFactorAuthPresent" in listed.reason) == (May.UNKNOWN, True)
    assert (read.may, read.reason) == (May.YES, "unless a condition on aws:SourceVpc says otherwise")


async def test_a_boundary_is_named(enforcing: Sandbox, iam: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    key = make_user(iam, "eve", policy(EVERYTHING))
    boundary = iam.create_policy(
        PolicyName="bounds", PolicyDocument=json.dumps(policy(allow("logs:*", "iam:Simulate*")))
    )
    iam.put_user_permissions_boundary(UserName="eve", PermissionsBoundary=boundary["Policy"]["Arn"])
    sign_as(monkeypatch, key)
    answers = await ask(LIST, READ)
    assert mays(answers) == [May.NO, May.YES]
    assert answers[0].reason == "the permissions boundary does not allow it"


@pytest.mark.parametrize(
    "document", [policy(allow("logs:*")), policy(EVERYTHING, deny("iam:SimulatePrincipalPolicy"))]
)
async def test_who_may_not_ask_is_told_so_at_the_price_of_one_call(
    enforcing: Sandbox, iam: Any, monkeypatch: pytest.MonkeyPatch, document: dict[str, Any]
) -> None:
    heard: list[ApiCall] = []
    sign_as(monkeypatch, make_user(iam, "eve", document))
    enforcing.world.on_api_call.append(heard.append)
    answers = await ask(LIST, READ, Question("s3:GetObject", "arn:aws:s3:::mine/*"))
    assert mays(answers) == [May.UNKNOWN] * 3
    assert {each.reason for each in answers} == {
        "it cannot be checked: iam:SimulatePrincipalPolicy is not allowed"
    }
    assert [call.operation for call in heard if call.service == "iam"] == ["SimulatePrincipalPolicy"]


async def test_what_fails_midway_is_not_known_and_the_rest_stays(sandbox: Sandbox) -> None:
    calls = 0

    def second_fails() -> None:
        nonlocal calls
        calls += 1
        if calls == 1:
            sandbox.faults.add("deny:SimulatePrincipalPolicy:1")

    sandbox.faults.on("SimulatePrincipalPolicy", "after", second_fails)
    assert mays(await ask(LIST, READ)) == [May.YES, May.UNKNOWN]


@pytest.mark.parametrize("path", ["/", "/oncall/night/"])
async def test_a_session_is_asked_about_by_its_role(
    enforcing: Sandbox, boto: Callable[..., Any], iam: Any, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    rights = policy(allow("logs:*", "iam:SimulatePrincipalPolicy", "iam:GetRole"))
    assume(boto("sts"), monkeypatch, make_role(iam, "responders", rights, path=path))
    assert mays(await ask(READ, LIST)) == [May.YES, May.NO]


async def test_a_role_is_found_without_get_role_where_it_has_no_path(
    enforcing: Sandbox, boto: Callable[..., Any], iam: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    rights = policy(allow("logs:*", "iam:SimulatePrincipalPolicy"))
    assume(boto("sts"), monkeypatch, make_role(iam, "plain", rights))
    assert mays(await ask(READ)) == [May.YES]


async def test_a_role_whose_path_may_not_be_read_is_not_guessed(
    enforcing: Sandbox, boto: Callable[..., Any], iam: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    rights = policy(allow("logs:*", "iam:SimulatePrincipalPolicy"))
    assume(boto("sts"), monkeypatch, make_role(iam, "night", rights, path="/oncall/"))
    (answer,) = await ask(READ)
    assert (answer.may, "iam:GetRole is not allowed" in answer.reason) == (May.UNKNOWN, True)


async def test_a_role_that_is_gone(
    sandbox: Sandbox, boto: Callable[..., Any], iam: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assume(boto("sts"), monkeypatch, make_role(iam, "night"))
    iam.delete_role(RoleName="night")
    (answer,) = await ask(READ)
    assert (answer.may, answer.reason) == (May.UNKNOWN, "the role night is deleted")


@pytest.mark.parametrize(
    "arn", [f"arn:aws:iam::{ACCOUNT}:root", f"arn:aws:sts::{ACCOUNT}:federated-user/eve"]
)
async def test_callers_that_iam_cannot_simulate(sandbox: Sandbox, arn: str) -> None:
    heard: list[ApiCall] = []
    sandbox.world.on_api_call.append(heard.append)
    async with AwsSession() as aws:
        (answer,) = await check(aws, Caller(ACCOUNT, arn), READ)
    assert answer.may is May.UNKNOWN
    assert "only users and roles" in answer.reason
    assert heard == []
