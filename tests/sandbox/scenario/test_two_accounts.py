"""The scenario of keys that leaked in another account, as an outsider with boto3 finds it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.account.world import ACCOUNT
from sandbox.scenario import two_accounts
from sandbox.scenario.announce import as_exports, as_json
from sandbox.scenario.cast import Scenario
from sandbox.scenario.registry import SCENARIOS
from sandbox.scenario.sender import Sender, collector_body
from sandbox.scenario.two_accounts import THERE
from sandbox.wire.server import Sandbox
from tests.principals import session_key

Boto = Callable[..., Any]


@pytest.fixture
def scenario(sandbox: Sandbox) -> Scenario:
    sandbox.world.settings.lookup_per_second = None
    return SCENARIOS["two-accounts"](sandbox.world)


def arn(role: str, account: str = THERE) -> str:
    return f"arn:aws:iam::{account}:role/{role}"


def into(boto: Boto, role: str, account: str = THERE, **more: str) -> tuple[str, ...]:
    params = {"RoleArn": arn(role, account), "RoleSessionName": "night", **more}
    return session_key(boto("sts").assume_role(**params)["Credentials"])


def test_the_role_leads_to_the_keys_and_each_account_has_its_own(boto: Boto, scenario: Scenario) -> None:
    assert scenario.leaked is not None
    assert scenario.stolen is not None
    key = into(boto, two_accounts.ROLE, SourceIdentity="responder")
    there = boto("iam", key=key)
    assert boto("sts", key=key).get_caller_identity()["Account"] == THERE
    (credential,) = there.list_service_specific_credentials(AllUsers=True)["ServiceSpecificCredentials"]
    assert credential["ServiceSpecificCredentialId"] == scenario.leaked.key_id
    (access_key,) = there.list_access_keys(UserName=two_accounts.USER)["AccessKeyMetadata"]
    assert access_key["AccessKeyId"] == scenario.stolen.key.access_key_id
    assert boto("sts").get_access_key_info(AccessKeyId=access_key["AccessKeyId"])["Account"] == THERE
    assert not boto("iam").list_service_specific_credentials(AllUsers=True)["ServiceSpecificCredentials"]
    users = [{each["UserName"] for each in iam.list_users()["Users"]} for iam in (there, boto("iam"))]
    assert not users[0] & users[1]


def test_the_token_is_in_use_until_its_key_is_inactive_there(
    boto: Boto, sandbox: Sandbox, scenario: Scenario
) -> None:
    leaked = scenario.leaked
    assert leaked is not None
    key = into(boto, two_accounts.ROLE)
    sender = Sender(sandbox.endpoint_url, leaked.log_group, leaked.log_stream)
    body = collector_body("one line", 200)
    assert sender.post(leaked.token, body, address="203.0.113.66", agent="curl") == 200
    now = sandbox.world.clock.now()
    for who, seen in ((key, True), (None, False)):
        metrics = boto("cloudwatch", key=who).list_metrics(Namespace="AWS/Logs")["Metrics"]
        assert bool(metrics) is seen
    boto("iam", key=key).update_service_specific_credential(
        UserName=leaked.user, ServiceSpecificCredentialId=leaked.key_id, Status="Inactive"
    )
    assert sender.post(leaked.token, body, address="203.0.113.66", agent="curl") == 401
    sender.close()
    history = {"StartTime": now - timedelta(minutes=1), "EndTime": now + timedelta(minutes=1)}
    found = [
        {each["EventName"] for each in boto("cloudtrail", key=who).lookup_events(**history)["Events"]}
        for who in (key, None)
    ]
    assert "UpdateServiceSpecificCredential" in found[0] - found[1]


def test_the_intruders_past_is_in_that_account(boto: Boto, scenario: Scenario) -> None:
    assert scenario.stolen is not None
    key = into(boto, two_accounts.ROLE)
    asked = [{"AttributeKey": "AccessKeyId", "AttributeValue": scenario.stolen.key.access_key_id}]
    events = boto("cloudtrail", key=key).lookup_events(LookupAttributes=asked)["Events"]
    records = [json.loads(each["CloudTrailEvent"]) for each in events]
    assert {each["recipientAccountId"] for each in records} == {THERE}
    assert {"AssumeRole", "GetSessionToken"} <= {each["eventName"] for each in records}
    assert not boto("cloudtrail").lookup_events(LookupAttributes=asked)["Events"]


@pytest.mark.parametrize(
    ("role", "account", "more", "refused"),
    [
        (two_accounts.PARTNER_ROLE, THERE, {}, "AssumeRole"),
        (two_accounts.PARTNER_ROLE, THERE, {"ExternalId": two_accounts.EXTERNAL_ID}, None),
        (two_accounts.MFA_ROLE, THERE, {}, "AssumeRole"),
        (two_accounts.UNNAMED_ROLE, THERE, {}, None),
        (two_accounts.UNNAMED_ROLE, THERE, {"SourceIdentity": "dana"}, "SetSourceIdentity"),
        ("nobody-made-it", THERE, {}, "AssumeRole"),
        (two_accounts.ROLE, two_accounts.REFUSING, {}, "AssumeRole"),
        (two_accounts.ROLE, two_accounts.SUSPENDED, {}, "AssumeRole"),
    ],
)
def test_who_may_come_in(
    boto: Boto, scenario: Scenario, role: str, account: str, more: dict[str, str], refused: str | None
) -> None:
    if refused is None:
        into(boto, role, account, **more)
        return
    with pytest.raises(ClientError) as error:
        into(boto, role, account, **more)
    said = error.value.response["Error"]
    assert said["Code"] == "AccessDenied"
    assert f"is not authorized to perform: sts:{refused} on resource: {arn(role, account)}" in said["Message"]


def test_the_organization_lists_them_all(boto: Boto, scenario: Scenario) -> None:
    found = boto("organizations").get_paginator("list_accounts").paginate()
    accounts = {each["Id"]: each["Status"] for page in found for each in page["Accounts"]}
    assert accounts == {
        ACCOUNT: "ACTIVE",
        THERE: "ACTIVE",
        two_accounts.REFUSING: "ACTIVE",
        two_accounts.SUSPENDED: "SUSPENDED",
    }


def test_what_the_sandbox_says_of_it(sandbox: Sandbox, scenario: Scenario) -> None:
    said = json.loads(as_json(sandbox.environment(), scenario))
    assert said["ways_in"][0] == {
        "account": THERE,
        "role_arn": arn(two_accounts.ROLE),
        "external_id": None,
    }
    lines = as_exports(sandbox.environment(), scenario)
    assert f'#   role = "{two_accounts.ROLE}"' in lines
    assert two_accounts.EXTERNAL_ID in lines
