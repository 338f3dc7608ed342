"""The scenario of a leaked access key, as an outsider with boto3 finds it."""

from __future__ import annotations

import json
from collections.abc import Callable
from threading import Event
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.account.world import ApiCall
from sandbox.scenario.actors import Actors, Pace
from sandbox.scenario.announce import as_exports, as_json
from sandbox.scenario.cast import Scenario, StolenKey
from sandbox.scenario.registry import SCENARIOS
from sandbox.wire.server import Sandbox
from tests.patience import PATIENCE
from tests.principals import EVERYTHING, allow, make_role, policy

Boto = Callable[..., Any]


@pytest.fixture
def scenario(sandbox: Sandbox) -> Scenario:
    sandbox.world.settings.lookup_per_second = None
    return SCENARIOS["leaked-access-key"](sandbox.world)


@pytest.fixture
def stolen(scenario: Scenario) -> StolenKey:
    assert scenario.stolen is not None
    return scenario.stolen


def records(boto: Boto, key_id: str) -> list[dict[str, Any]]:
    pages = boto("cloudtrail").get_paginator("lookup_events")
    found = pages.paginate(LookupAttributes=[{"AttributeKey": "AccessKeyId", "AttributeValue": key_id}])
    return [json.loads(event["CloudTrailEvent"]) for page in found for event in page["Events"]]


def test_the_sessions_outlive_the_key(boto: Boto, stolen: StolenKey) -> None:
    key = (stolen.key.access_key_id, stolen.key.secret_access_key)
    boto("sts", key=key).get_caller_identity()
    boto("iam").update_access_key(UserName=stolen.user, AccessKeyId=key[0], Status="Inactive")
    with pytest.raises(ClientError, match="InvalidClientTokenId"):
        boto("sts", key=key).get_caller_identity()
    for session in stolen.sessions:
        boto("logs", key=(session.access_key_id, session.secret, session.token)).describe_log_groups()


def test_the_history_leads_from_the_key_to_each_of_its_sessions(boto: Boto, stolen: StolenKey) -> None:
    reached, left = set[str](), [stolen.key.access_key_id]
    while left:
        for record in records(boto, left.pop()):
            answer = record["responseElements"] or {}
            if opened := answer.get("credentials", {}).get("accessKeyId"):
                reached.add(opened)
                left.append(opened)
    assert reached == {session.access_key_id for session in stolen.sessions}


def test_a_roles_records_say_whose_session_it_was(boto: Boto, stolen: StolenKey) -> None:
    _, role, _ = stolen.sessions
    identity = records(boto, role.access_key_id)[0]["userIdentity"]
    assert identity["principalId"] == role.user_id
    assert identity["sessionContext"]["sessionIssuer"] == {
        "type": "Role",
        "principalId": role.holder_id,
        "arn": role.role_arn,
        "accountId": role.account,
        "userName": role.holder,
    }


def test_a_call_of_a_live_session_is_recorded_alike(boto: Boto, sandbox: Sandbox, stolen: StolenKey) -> None:
    _, role, _ = stolen.sessions
    boto("logs", key=(role.access_key_id, role.secret, role.token)).describe_log_groups()
    past, now = (records(boto, role.access_key_id)[at]["userIdentity"] for at in (-1, 0))
    assert past == now


def test_the_intruder_goes_on_until_the_sessions_end(
    boto: Boto, sandbox: Sandbox, scenario: Scenario, stolen: StolenKey
) -> None:
    left, done = {session.access_key_id for session in stolen.sessions}, Event()

    def hear(call: ApiCall) -> None:
        if not call.error_code:
            left.discard(call.actor.access_key_id or "")
        if not left:
            done.set()

    boto("iam").update_access_key(
        UserName=stolen.user, AccessKeyId=stolen.key.access_key_id, Status="Inactive"
    )
    sandbox.world.on_api_call.append(hear)
    with Actors(sandbox.endpoint_url, scenario, Pace(attacker=0.01, attacker_gives_way=0.01)):
        assert done.wait(PATIENCE), left


def test_an_access_key_says_when_it_was_used_last(boto: Boto, stolen: StolenKey) -> None:
    used = boto("iam").get_access_key_last_used(AccessKeyId=stolen.key.access_key_id)
    assert used["UserName"] == stolen.user
    assert used["AccessKeyLastUsed"]["ServiceName"] == "sts"


@pytest.mark.parametrize("path", ["/aws-service-role/x.amazonaws.com/", "/aws-reserved/sso.amazonaws.com/"])
def test_aws_alone_changes_its_own_roles(boto: Boto, sandbox: Sandbox, path: str) -> None:
    iam = boto("iam")
    make_role(iam, "theirs", path=path)
    with pytest.raises(ClientError, match="UnmodifiableEntity"):
        iam.put_role_policy(RoleName="theirs", PolicyName="p", PolicyDocument=json.dumps(policy(EVERYTHING)))


def test_a_roles_inline_policies_have_a_quota(boto: Boto, sandbox: Sandbox) -> None:
    iam = boto("iam")
    make_role(iam, "night")
    large = json.dumps(policy(allow(*(f"s3:Get{'x' * 90}{number}" for number in range(120)))))
    with pytest.raises(ClientError, match="Maximum policy size of 10240 bytes exceeded for role night"):
        iam.put_role_policy(RoleName="night", PolicyName="p", PolicyDocument=large)


def test_what_is_announced_leads_on(scenario: Scenario, stolen: StolenKey) -> None:
    told = as_exports({"AWS_ENDPOINT_URL": "http://127.0.0.1:5000"}, scenario)
    assert f"#   stanch respond {stolen.key.access_key_id} --step sessions --yes" in told
    assert stolen.key.secret_access_key not in told
    owned = json.loads(as_json({"AWS_ENDPOINT_URL": "http://127.0.0.1:5000"}, scenario))
    assert owned["stolen"]["access_key_id"] == stolen.key.access_key_id
    assert len(owned["stolen"]["sessions"]) == len(stolen.sessions)
