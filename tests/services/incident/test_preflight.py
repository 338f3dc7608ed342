"""A plan warns of what is not allowed where AWS lets one ask, and no step waits for that."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sandbox.account.world import ACCOUNT, ApiCall
from sandbox.wire.server import Sandbox
from services.aws.call import Call
from services.aws.errors import Denied
from services.aws.session import AwsSession
from services.aws.sts import get_caller
from services.cases.plan import LeverName, Plan, StepName
from services.cases.preflight import missing, warned
from services.cases.secret import ToScreen
from services.incident.situation import Options
from tests.principals import EVERYTHING, allow, deny, documented, make_user, policy, sign_as
from tests.services.incident.conftest import LOGS, Account, Opened

BEDROCK = "bedrock.amazonaws.com"
USER = f"arn:aws:iam::{ACCOUNT}:user"
SIMULATE = "SimulatePrincipalPolicy"


@pytest.fixture
def responder_with(
    sandbox: Sandbox, account: Account, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., None]:
    """From here on policies are enforced, and the caller is a user with just those."""

    def become(*documents: dict[str, Any]) -> None:
        sandbox.world.settings.enforce_policies = True
        sign_as(monkeypatch, make_user(account.iam, "night", *documents))

    return become


def plan_of(*calls: Call) -> Plan:
    return Plan(StepName.REPLACE, "t", "s", "l", reversible=True, undo=None, calls=calls)


async def lacking(*calls: Call, service: str | None = LOGS) -> tuple[str, ...]:
    async with AwsSession() as aws:
        return await missing(aws, await get_caller(aws), plan_of(*calls), service=service)


async def test_each_missing_action_is_named_in_the_plan(
    opened: Opened, responder_with: Callable[..., None]
) -> None:
    responder_with(documented("look"), policy(allow("secretsmanager:DescribeSecret")))
    async with opened() as runbook:
        plan = await runbook.plan(StepName.DEACTIVATE)
        deactivate = warned(plan, await runbook.preflight(plan))
        assert deactivate.warnings == (
            "You may not: iam:UpdateServiceSpecificCredential (as far as IAM's simulation sees). "
            "Ask for it first, or use a profile that has it.",
            *plan.warnings,
        )
        plan = await runbook.plan(StepName.REPLACE)
        assert warned(plan, await runbook.preflight(plan)).warnings[0] == (
            "You may not: iam:CreateServiceSpecificCredential, secretsmanager:CreateSecret "
            "(as far as IAM's simulation sees). Ask for them first, or use a profile that has them."
        )
        review = await runbook.plan(StepName.REVIEW)
        assert await runbook.preflight(review) == ()
        assert warned(review, ()) == review


async def test_who_may_do_it_all_is_not_warned(opened: Opened, responder_with: Callable[..., None]) -> None:
    responder_with(documented("look"), documented("act"))
    async with opened() as runbook:
        for step in StepName:
            assert await runbook.preflight(await runbook.plan(step)) == ()


@pytest.mark.parametrize("documents", [(), (policy(EVERYTHING, deny(f"iam:{SIMULATE}")),)])
async def test_where_it_may_not_be_asked_nothing_is_claimed(
    responder_with: Callable[..., None], account: Account, documents: tuple[dict[str, Any], ...]
) -> None:
    responder_with(*documents)
    assert await lacking(_update(account)) == ()


async def test_a_user_that_may_not_be_read_is_not_spoken_of(
    responder_with: Callable[..., None], account: Account
) -> None:
    responder_with(policy(allow(f"iam:{SIMULATE}")))
    assert await lacking(_update(account)) == ()
    assert await lacking(_update(account), _secret("stanch/web")) == ("secretsmanager:CreateSecret",)


async def test_grants_by_service_age_and_path_are_judged_as_aws_would(
    responder_with: Callable[..., None], account: Account
) -> None:
    account.iam.create_user(UserName="shipper", Path="/vendors/")
    create = "iam:CreateServiceSpecificCredential"
    only = {
        "StringEquals": {"iam:ServiceSpecificCredentialServiceName": LOGS},
        "NumericLessThanEquals": {"iam:ServiceSpecificCredentialAgeDays": "90"},
    }
    responder_with(documented("look"), policy(allow(create, resource=f"{USER}/vendors/*", Condition=only)))

    def made(user: str, service: str = LOGS, days: int = 90) -> Call:
        return Call("iam", create[4:], {"UserName": user, "ServiceName": service, "CredentialAgeDays": days})

    assert await lacking(made("shipper")) == ()
    assert await lacking(made("web")) == (create,)
    assert await lacking(made("shipper", BEDROCK), service=BEDROCK) == (create,)
    assert await lacking(made("shipper", days=91)) == (create,)


async def test_the_service_of_the_key_is_told_where_the_call_does_not_say_it(
    responder_with: Callable[..., None], account: Account
) -> None:
    responder_with(documented("look"), documented("act"))
    assert await lacking(_update(account)) == ()
    assert await lacking(_update(account), service=BEDROCK) == ("iam:UpdateServiceSpecificCredential",)


async def test_secrets_and_groups_and_policies_are_judged_by_their_names(
    responder_with: Callable[..., None], account: Account
) -> None:
    hold = f"arn:aws:iam::{ACCOUNT}:policy/hold"
    responder_with(
        documented("look"),
        policy(
            allow("secretsmanager:CreateSecret", resource="arn:aws:secretsmanager:*:*:secret:stanch/*"),
            allow("logs:PutBearerTokenAuthentication", resource="arn:aws:logs:eu-west-1:*:log-group:/app/*"),
            allow("iam:AttachUserPolicy", Condition={"ArnEquals": {"iam:PolicyARN": hold}}),
        ),
    )
    assert await lacking(_secret("stanch/web")) == ()
    assert await lacking(_secret("prod/db")) == ("secretsmanager:CreateSecret",)
    assert await lacking(_group("/app/web", "eu-west-1")) == ()
    assert await lacking(_group("/app/web", "us-east-1")) == ("logs:PutBearerTokenAuthentication",)
    assert await lacking(_group("/db", "eu-west-1")) == ("logs:PutBearerTokenAuthentication",)
    assert await lacking(_attach(hold)) == ()
    assert await lacking(_attach(hold + "-2")) == ("iam:AttachUserPolicy",)


async def test_a_user_yet_to_be_made_is_asked_about_where_it_will_be(
    responder_with: Callable[..., None], account: Account
) -> None:
    responder_with(
        documented("look"),
        policy(allow("iam:CreateUser", "iam:PutUserPolicy", resource=f"{USER}/vendors/*")),
    )
    put = Call("iam", "PutUserPolicy", {"UserName": "web-2", "PolicyName": "p", "PolicyDocument": "{}"})
    assert await lacking(Call("iam", "CreateUser", {"UserName": "web-2", "Path": "/vendors/"}), put) == ()
    assert await lacking(Call("iam", "CreateUser", {"UserName": "web-2"}), put) == (
        "iam:CreateUser",
        "iam:PutUserPolicy",
    )


async def test_calls_whose_resource_is_not_known_are_not_spoken_of(
    responder_with: Callable[..., None], account: Account
) -> None:
    responder_with(documented("look"))
    assert await lacking(Call("iam", "AddUserToGroup", {"UserName": "web", "GroupName": "g"})) == ()


async def test_levers_are_looked_at_too(
    opened: Opened, responder_with: Callable[..., None], account: Account
) -> None:
    account.iam.create_access_key(UserName="web")
    responder_with(documented("look"))
    async with opened() as runbook:
        plan = await runbook.plan(LeverName.ACCESS_KEYS)
        assert await runbook.preflight(plan) == ("iam:UpdateAccessKey",)


async def test_no_step_waits_for_it(opened: Opened, sandbox: Sandbox) -> None:
    heard: list[ApiCall] = []
    async with opened() as runbook:
        sandbox.world.on_api_call.append(heard.append)
        await runbook.apply(StepName.DEACTIVATE)
        await runbook.undo(StepName.DEACTIVATE)
        await runbook.apply(StepName.REPLACE, Options(secret_to=ToScreen()))
    operations = [call.operation for call in heard]
    assert "UpdateServiceSpecificCredential" in operations
    assert SIMULATE not in operations


async def test_what_is_denied_all_the_same_is_refused_by_aws_and_journaled(
    opened: Opened, responder_with: Callable[..., None], account: Account
) -> None:
    responder_with(documented("look"))
    async with opened() as runbook:
        with pytest.raises(Denied) as refused:
            await runbook.apply(StepName.DEACTIVATE)
        assert refused.value.action == "iam:UpdateServiceSpecificCredential"
        assert runbook.case is not None
        assert runbook.case.flaws() == ()
        assert not runbook.state.unsettled
    assert account.statuses() == {account.key_id: "Active"}


def _update(account: Account) -> Call:
    params = {"UserName": "web", "ServiceSpecificCredentialId": account.key_id, "Status": "Inactive"}
    return Call("iam", "UpdateServiceSpecificCredential", params)


def _secret(name: str) -> Call:
    return Call("secretsmanager", "CreateSecret", {"Name": name, "SecretString": "s"})


def _group(name: str, region: str) -> Call:
    params = {"logGroupIdentifier": name, "bearerTokenAuthenticationEnabled": False}
    return Call("logs", "PutBearerTokenAuthentication", params, region)


def _attach(arn: str) -> Call:
    return Call("iam", "AttachUserPolicy", {"UserName": "web", "PolicyArn": arn})
