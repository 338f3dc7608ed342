"""What matters about a key, read from the sandbox over HTTP."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest

from sandbox.scenario.cast import KeyInUse
from sandbox.scenario.registry import SCENARIOS
from sandbox.wire.server import Sandbox
from services.aws.session import AwsSession
from services.base import clock
from services.keys import keydetails
from services.keys.holdings import examine_user
from services.keys.keydetails import PolicyFound
from services.review import lastevents
from services.rights import policies
from services.rights.permissions import May

Boto = Callable[..., Any]
ACCOUNT = "123456789012"
LOGS, BEDROCK = "logs.amazonaws.com", "bedrock.amazonaws.com"


@pytest.fixture
async def aws(sandbox: Sandbox) -> AsyncIterator[AwsSession]:
    async with AwsSession(regions=("us-east-1", "us-west-2")) as session:
        yield session


@pytest.fixture
def iam(boto: Boto) -> Any:
    client = boto("iam")
    client.create_user(UserName="web")
    return client


def put(iam: Any, name: str, *statements: dict[str, object]) -> None:
    document = {"Version": "2012-10-17", "Statement": [{"Resource": "*"} | each for each in statements]}
    iam.put_user_policy(UserName="web", PolicyName=name, PolicyDocument=json.dumps(document))


async def found(aws: AwsSession, service: str = LOGS) -> dict[str, PolicyFound]:
    held = await examine_user(aws, "web")
    return {policy.name: policy for policy in await keydetails.policies_of(aws, held, service)}


async def test_what_policies_say_of_tokens_stands_first(iam: Any, aws: AwsSession) -> None:
    put(iam, "any-call", {"Effect": "Allow", "Action": "logs:*"})
    put(
        iam,
        "by-day",
        {
            "Effect": "Deny",
            "Action": "logs:CallWithBearerToken",
            "Condition": {"DateGreaterThan": {"aws:CurrentTime": "2030-01-01T00:00:00Z"}},
        },
    )
    put(iam, "reading", {"Effect": "Allow", "Action": ["s3:GetObject"]})
    iam.put_user_policy(
        UserName="web",
        PolicyName=policies.hold_name(LOGS),
        PolicyDocument=json.dumps(policies.hold_document(LOGS)),
    )
    iam.create_group(GroupName="ops")
    iam.add_user_to_group(GroupName="ops", UserName="web")
    told = await found(aws)
    assert {name: policy.words for name, policy in told.items()} == {
        "any-call": "allows bearer tokens",
        "by-day": "denies bearer tokens, on a condition",
        "stanch-hold-logs": "deny policy from stanch: no bearer token of this service works",
        "reading": "does not mention bearer tokens",
        "group ops": "its policies apply too, but are not read here",
    }
    assert [policy.matters for policy in told.values()] == [True, True, True, False, False]


async def test_half_of_bedrocks_two_names_is_said_to_be_half(iam: Any, aws: AwsSession) -> None:
    put(iam, "half", {"Effect": "Deny", "Action": "bedrock:CallWithBearerToken"})
    told = await found(aws, BEDROCK)
    assert told["half"].words == "denies only bedrock:CallWithBearerToken"


async def test_a_managed_policy_that_cannot_be_read_is_named(
    sandbox: Sandbox, iam: Any, aws: AwsSession
) -> None:
    statement = {"Effect": "Deny", "Action": "iam:*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    for name in ("AWSCompromisedKeyQuarantineV3", "other"):
        arn = iam.create_policy(PolicyName=name, PolicyDocument=document)["Policy"]["Arn"]
        iam.attach_user_policy(UserName="web", PolicyArn=arn)
    told = await found(aws)
    assert told["AWSCompromisedKeyQuarantineV3"].words.startswith(
        "AWS's quarantine: it denies no call with logs keys"
    )
    sandbox.faults.add("deny:GetPolicyVersion")
    told = await found(aws)
    assert told["other"].document is None
    assert "iam:GetPolicyVersion" in told["other"].words


async def test_whether_tokens_may_be_used_is_asked_of_the_simulation(iam: Any, aws: AwsSession) -> None:
    (answer,) = await keydetails.may_use(aws, ACCOUNT, "web", LOGS)
    assert (answer.may, answer.reason) == (May.NO, "no policy allows it")
    put(iam, "use", {"Effect": "Allow", "Action": "logs:CallWithBearerToken"})
    (answer,) = await keydetails.may_use(aws, ACCOUNT, "web", LOGS)
    assert answer.may is May.YES
    assert await keydetails.may_use(aws, ACCOUNT, "web", "codecommit.amazonaws.com") == ()


async def test_reach_is_where_the_user_may_write(
    sandbox: Sandbox, iam: Any, boto: Boto, aws: AwsSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    logs = boto("logs")
    for name, on in (("/app/one", True), ("/app/two", True), ("/off", False)):
        logs.create_log_group(logGroupName=name)
        logs.put_bearer_token_authentication(logGroupIdentifier=name, bearerTokenAuthenticationEnabled=on)
    arn = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/app/one:*"
    put(iam, "write", {"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": arn})
    within = await keydetails.reach(aws, ACCOUNT, "web")
    assert [group.name for group in within.open_to] == ["/app/one"]
    assert [group.name for group in within.closed_to] == ["/app/two"]
    assert (within.unknown, within.asked, within.all) == (None, 2, 2)
    monkeypatch.setattr(keydetails, "MOST_GROUPS", 1)
    assert (await keydetails.reach(aws, ACCOUNT, "web")).asked == 1
    sandbox.faults.add("deny:SimulatePrincipalPolicy")
    unknown = await keydetails.reach(aws, ACCOUNT, "web")
    assert unknown.open_to == unknown.closed_to == ()
    assert "iam:SimulatePrincipalPolicy is not allowed" in str(unknown.unknown)


async def test_the_last_events_are_the_users_own_newest_first(sandbox: Sandbox, aws: AwsSession) -> None:
    leaked = SCENARIOS["leaked-key"](sandbox.world).leaked
    assert isinstance(leaked, KeyInUse)
    now = clock.now()
    last = await lastevents.last_events(aws, leaked.user, now)
    times = [event.time for event in last.events]
    assert len(times) == lastevents.MOST_EVENTS
    assert times == sorted(times, reverse=True)
    assert {event.user for event in last.events} == {leaked.user}
    assert min(times) > now - timedelta(days=7)
    sandbox.faults.add("deny:LookupEvents")
    refused = await lastevents.last_events(aws, leaked.user, now)
    assert refused.events == ()
    assert {part.what for part in refused.unreadable} == {
        "the event history of us-east-1",
        "the event history of us-west-2",
    }
