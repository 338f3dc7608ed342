"""Sessions of every kind: who may open one, how long it lasts, and what ends it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.account.world import ACCOUNT, ApiCall
from sandbox.cloudtrail.records import management_record
from sandbox.iam.policy import Access, Decision, Grants, evaluate
from sandbox.wire.server import Sandbox
from tests.principals import EVERYTHING, make_role, make_user, policy, session_key

Boto = Callable[..., Any]
ROLE = f"arn:aws:iam::{ACCOUNT}:role/night"


def refusal(call: Callable[..., object], **params: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as refused:
        call(**params)
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


@pytest.fixture
def alice(boto: Boto) -> tuple[str, str]:
    return make_user(boto("iam"), "alice", policy(EVERYTHING))


@pytest.fixture
def opened(boto: Boto, alice: tuple[str, str]) -> dict[str, tuple[str, ...]]:
    """A session of each kind, all alice's doing."""
    make_role(boto("iam"), "night", policy(EVERYTHING))
    sts = boto("sts", key=alice)
    made = {
        "AssumedRole": sts.assume_role(RoleArn=ROLE, RoleSessionName="late"),
        "IAMUser": sts.get_session_token(DurationSeconds=3600),
        "FederatedUser": sts.get_federation_token(
            Name="guest", DurationSeconds=3600, Policy=json.dumps(policy(EVERYTHING))
        ),
    }
    return {kind: session_key(answer["Credentials"]) for kind, answer in made.items()}


KINDS = ("AssumedRole", "IAMUser", "FederatedUser")
WHO = {
    "AssumedRole": f"arn:aws:sts::{ACCOUNT}:assumed-role/night/late",
    "IAMUser": f"arn:aws:iam::{ACCOUNT}:user/alice",
    "FederatedUser": f"arn:aws:sts::{ACCOUNT}:federated-user/guest",
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_session_is_who_it_is_and_ends_with_its_time(
    boto: Boto, sandbox: Sandbox, opened: dict[str, tuple[str, ...]], kind: str
) -> None:
    sts = boto("sts", key=opened[kind])
    assert opened[kind][0].startswith("ASIA")
    assert sts.get_caller_identity()["Arn"] == WHO[kind]
    assert sts.get_access_key_info(AccessKeyId=opened[kind][0])["Account"] == ACCOUNT
    sandbox.world.clock.advance(timedelta(seconds=3601))
    assert refusal(sts.get_caller_identity)[0] == "ExpiredToken"


@pytest.mark.parametrize("kind", KINDS)
def test_a_dead_access_key_leaves_the_sessions_it_opened(
    boto: Boto, alice: tuple[str, str], opened: dict[str, tuple[str, ...]], kind: str
) -> None:
    iam, logs = boto("iam"), boto("logs", key=opened[kind])
    iam.update_access_key(UserName="alice", AccessKeyId=alice[0], Status="Inactive")
    logs.describe_log_groups()
    iam.delete_access_key(UserName="alice", AccessKeyId=alice[0])
    logs.describe_log_groups()
    assert refusal(boto("sts", key=alice).get_caller_identity)[0] == "InvalidClientTokenId"


@pytest.mark.parametrize("enforced", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_a_deny_by_token_issue_time_ends_the_older_sessions_alone(
    boto: Boto,
    sandbox: Sandbox,
    alice: tuple[str, str],
    opened: dict[str, tuple[str, ...]],
    kind: str,
    enforced: bool,
) -> None:
    sandbox.world.settings.enforce_policies = enforced
    sandbox.world.clock.advance(timedelta(seconds=2))
    now = f"{sandbox.world.clock.now():%Y-%m-%dT%H:%M:%SZ}"
    older = {"DateLessThan": {"aws:TokenIssueTime": now}}
    document = json.dumps(policy({"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": older}))
    iam, logs = boto("iam"), boto("logs", key=opened[kind])
    logs.describe_log_groups()
    if kind == "AssumedRole":
        iam.put_role_policy(RoleName="night", PolicyName="end-sessions", PolicyDocument=document)
    else:
        iam.put_user_policy(UserName="alice", PolicyName="end-sessions", PolicyDocument=document)
    code, message = refusal(logs.describe_log_groups)
    assert code == "AccessDeniedException"
    assert "with an explicit deny" in message
    boto("logs", key=alice).describe_log_groups()
    sandbox.world.clock.advance(timedelta(seconds=1))
    sts = boto("sts", key=alice)
    fresh = (
        sts.assume_role(RoleArn=ROLE, RoleSessionName="late")
        if kind == "AssumedRole"
        else sts.get_session_token()
    )
    boto("logs", key=session_key(fresh["Credentials"])).describe_log_groups()


@pytest.mark.parametrize("kind", ["IAMUser", "FederatedUser"])
def test_what_a_users_session_may_not_do(boto: Boto, opened: dict[str, tuple[str, ...]], kind: str) -> None:
    sts, iam = boto("sts", key=opened[kind]), boto("iam", key=opened[kind])
    for operation in ("GetSessionToken", "GetFederationToken"):
        call = sts.get_session_token if operation == "GetSessionToken" else sts.get_federation_token
        params = {} if operation == "GetSessionToken" else {"Name": "other"}
        wanted = f"Cannot call {operation} with session credentials"
        assert refusal(call, **params) == ("AccessDenied", wanted)
    assert refusal(iam.list_users)[0] == "InvalidClientTokenId"


def test_a_federated_user_has_what_its_policy_leaves(
    boto: Boto, sandbox: Sandbox, alice: tuple[str, str]
) -> None:
    sandbox.world.settings.enforce_policies = True
    sts = boto("sts", key=alice)
    bare = session_key(sts.get_federation_token(Name="guest")["Credentials"])
    assert refusal(boto("logs", key=bare).describe_log_groups)[0] == "AccessDeniedException"
    only = json.dumps(policy({"Effect": "Allow", "Action": "logs:*", "Resource": "*"}))
    some = session_key(sts.get_federation_token(Name="guest", Policy=only)["Credentials"])
    boto("logs", key=some).describe_log_groups()
    assert refusal(boto("secretsmanager", key=some).list_secrets)[0] == "AccessDeniedException"


def test_a_session_ends_with_its_user(
    boto: Boto, opened: dict[str, tuple[str, ...]], alice: tuple[str, str]
) -> None:
    iam = boto("iam")
    iam.delete_access_key(UserName="alice", AccessKeyId=alice[0])
    arn = iam.list_attached_user_policies(UserName="alice")["AttachedPolicies"][0]["PolicyArn"]
    iam.detach_user_policy(UserName="alice", PolicyArn=arn)
    iam.delete_user(UserName="alice")
    for kind in ("IAMUser", "FederatedUser"):
        sts = boto("sts", key=opened[kind])
        assert refusal(sts.get_caller_identity)[0] == "InvalidClientTokenId"


@pytest.mark.parametrize(
    ("call", "seconds", "wanted"),
    [
        ("get_session_token", 129_601, "less than or equal to 129600"),
        ("assume_role", 3601, "exceeds the MaxSessionDuration set for this role"),
    ],
)
def test_durations_have_bounds(boto: Boto, call: str, seconds: int, wanted: str) -> None:
    make_role(boto("iam"), "night")
    params = {"RoleArn": ROLE, "RoleSessionName": "late"} if call == "assume_role" else {}
    code, message = refusal(getattr(boto("sts"), call), DurationSeconds=seconds, **params)
    assert (code, wanted in message) == ("ValidationError", True), message


def test_a_chained_session_lasts_an_hour(boto: Boto, opened: dict[str, tuple[str, ...]]) -> None:
    boto("iam").update_role(RoleName="night", MaxSessionDuration=43_200)
    chained = {"RoleArn": ROLE, "RoleSessionName": "late", "DurationSeconds": 3601}
    boto("sts").assume_role(**chained)
    code, message = refusal(boto("sts", key=opened["AssumedRole"]).assume_role, **chained)
    assert (code, "role chaining" in message) == ("ValidationError", True)


@pytest.mark.parametrize(
    ("principal", "external", "given", "trusted"),
    [
        ({"AWS": "*"}, None, None, True),
        ({"AWS": ACCOUNT}, None, None, True),
        ({"AWS": [f"arn:aws:iam::{ACCOUNT}:root"]}, None, None, True),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:user/responder"}, None, None, True),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:user/bob"}, None, None, False),
        ({"AWS": "111122223333"}, None, None, False),
        ({"Service": "ec2.amazonaws.com"}, None, None, False),
        ({"AWS": "*"}, "word", None, False),
        ({"AWS": "*"}, "word", "wrong", False),
        ({"AWS": "*"}, "word", "word", True),
    ],
)
def test_a_role_is_assumed_by_whom_it_trusts(
    boto: Boto, principal: dict[str, Any], external: str | None, given: str | None, trusted: bool
) -> None:
    statement: dict[str, Any] = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    if external:
        statement["Condition"] = {"StringEquals": {"sts:ExternalId": external}}
    boto("iam").create_role(RoleName="night", AssumeRolePolicyDocument=json.dumps(policy(statement)))
    params = {"RoleArn": ROLE, "RoleSessionName": "late"} | ({"ExternalId": given} if given else {})
    if trusted:
        boto("sts").assume_role(**params)
        return
    code, message = refusal(boto("sts").assume_role, **params)
    assert code == "AccessDenied"
    assert message == (
        f"User: arn:aws:iam::{ACCOUNT}:user/responder is not authorized to perform: sts:AssumeRole "
        f"on resource: {ROLE}"
    )


def test_a_role_of_another_account_trusts_this_one(boto: Boto) -> None:
    there = "arn:aws:iam::111122223333:role/admin"
    theirs = boto("sts").assume_role(RoleArn=there, RoleSessionName="set-up")["Credentials"]
    iam = boto("iam", key=session_key(theirs))
    trust = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}
    role = iam.create_role(RoleName="stanch", AssumeRolePolicyDocument=json.dumps(policy(trust)))["Role"]
    assert role["Arn"] == "arn:aws:iam::111122223333:role/stanch"
    made = boto("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="night")["Credentials"]
    who = boto("sts", key=session_key(made)).get_caller_identity()
    assert (who["Account"], who["Arn"]) == (
        "111122223333",
        "arn:aws:sts::111122223333:assumed-role/stanch/night",
    )
    key = boto("iam", key=session_key(made)).create_user(UserName="theirs")
    assert key["User"]["Arn"].startswith("arn:aws:iam::111122223333:")


def test_records_say_when_the_session_began(
    boto: Boto, sandbox: Sandbox, opened: dict[str, tuple[str, ...]]
) -> None:
    heard: list[ApiCall] = []
    sandbox.world.on_api_call.append(heard.append)
    boto("logs", key=opened["IAMUser"]).describe_log_groups()
    identity = management_record(heard[0])["userIdentity"]
    assert (identity["type"], identity["accessKeyId"]) == ("IAMUser", opened["IAMUser"][0])
    assert identity["sessionContext"]["attributes"]["creationDate"].endswith("Z")


@pytest.mark.parametrize(
    ("operator", "value", "wanted"),
    [
        ("DateLessThan", "2026-01-02T00:00:00Z", Decision.EXPLICITLY_DENIED),
        ("DateLessThan", "2026-01-01T00:00:00Z", Decision.ALLOWED),
        ("DateLessThanEquals", "2026-01-01T00:00:00Z", Decision.EXPLICITLY_DENIED),
        ("DateGreaterThan", "2025-12-31T23:59:59Z", Decision.EXPLICITLY_DENIED),
        ("DateGreaterThanEquals", "1767225600", Decision.EXPLICITLY_DENIED),
        ("DateEquals", "2026-01-01T01:00:00+01:00", Decision.EXPLICITLY_DENIED),
        ("DateNotEquals", "2026-01-01T00:00:00Z", Decision.ALLOWED),
        ("DateLessThan", "soon", Decision.ALLOWED),
    ],
)
def test_dates_are_compared_as_moments(operator: str, value: str, wanted: Decision) -> None:
    condition = {operator: {"aws:TokenIssueTime": value}}
    deny = {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition}
    grants = Grants((json.dumps(policy(EVERYTHING, deny)),))
    issued = {"aws:tokenissuetime": "2026-01-01T00:00:00+00:00"}
    assert evaluate(grants, Access("s3:GetObject", "*", issued)) is wanted
    if operator != "DateNotEquals":
        assert evaluate(grants, Access("s3:GetObject")) is Decision.ALLOWED
