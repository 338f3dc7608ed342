"""IAM users and policies where the sandbox corrects moto."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.iam.policy import Access, Decision, Grants, evaluate

DENY = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "logs:*", "Resource": "*"}]}
MANAGED = "arn:aws:iam::aws:policy/"


@pytest.fixture
def iam(boto: Callable[..., Any]) -> Any:
    client = boto("iam")
    client.create_user(UserName="alice")
    return client


def refused_with(call: Callable[..., Any], **parameters: Any) -> tuple[str, int]:
    with pytest.raises(ClientError) as refused:
        call(**parameters)
    answer = refused.value.response
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]


def test_users_come_in_pages(iam: Any) -> None:
    for n in range(4):
        iam.create_user(UserName=f"user{n}", Path="/team/" if n else "/")
    pages = list(iam.get_paginator("list_users").paginate(PaginationConfig={"PageSize": 2}))
    assert [len(page["Users"]) for page in pages] == [2, 2, 2]
    team = iam.list_users(PathPrefix="/team/")["Users"]
    assert [user["UserName"] for user in team] == ["user1", "user2", "user3"]


@pytest.mark.parametrize(
    "policy", ["CloudWatchLogsAPIKeyAccess", "AWSCompromisedKeyQuarantineV2", "AWSCompromisedKeyQuarantineV3"]
)
def test_aws_managed_policies_can_be_attached_and_read(iam: Any, policy: str) -> None:
    arn = MANAGED + policy
    iam.attach_user_policy(UserName="alice", PolicyArn=arn)
    attached = iam.list_attached_user_policies(UserName="alice")["AttachedPolicies"]
    assert attached == [{"PolicyName": policy, "PolicyArn": arn}]
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    document = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    grants = Grants((json.dumps(document),))
    allowed = evaluate(grants, Access("logs:CallWithBearerToken")) is Decision.ALLOWED
    assert allowed == (policy == "CloudWatchLogsAPIKeyAccess")


def test_inline_policies_have_a_quota_without_white_space(iam: Any) -> None:
    room = 2048 - len("".join(json.dumps(DENY | {"Id": ""}).split()))
    full = json.dumps(DENY | {"Id": "x" * room}, indent=8)
    iam.put_user_policy(UserName="alice", PolicyName="one", PolicyDocument=full)
    iam.put_user_policy(UserName="alice", PolicyName="one", PolicyDocument=full)
    more = {"UserName": "alice", "PolicyName": "two", "PolicyDocument": json.dumps(DENY)}
    assert refused_with(iam.put_user_policy, **more) == ("LimitExceeded", 409)
    assert iam.list_user_policies(UserName="alice")["PolicyNames"] == ["one"]


def test_ten_managed_policies_are_the_most(iam: Any) -> None:
    arns = [
        iam.create_policy(PolicyName=f"p{n}", PolicyDocument=json.dumps(DENY))["Policy"]["Arn"]
        for n in range(11)
    ]
    for arn in arns[:10]:
        iam.attach_user_policy(UserName="alice", PolicyArn=arn)
    iam.attach_user_policy(UserName="alice", PolicyArn=arns[0])
    assert refused_with(iam.attach_user_policy, UserName="alice", PolicyArn=arns[10]) == (
        "LimitExceeded",
        409,
    )


def test_what_a_user_has_stands_in_the_way_of_its_deletion(iam: Any) -> None:
    key = iam.create_access_key(UserName="alice")["AccessKey"]["AccessKeyId"]
    iam.create_login_profile(UserName="alice", Password="Correct-horse-7")
    iam.create_group(GroupName="team")
    iam.add_user_to_group(GroupName="team", UserName="alice")
    for clear, parameters in (
        (iam.delete_access_key, {"AccessKeyId": key}),
        (iam.delete_login_profile, {}),
        (iam.remove_user_from_group, {"GroupName": "team"}),
    ):
        assert refused_with(iam.delete_user, UserName="alice") == ("DeleteConflict", 409)
        clear(UserName="alice", **parameters)
    iam.delete_user(UserName="alice")
    assert refused_with(iam.get_user, UserName="alice") == ("NoSuchEntity", 404)


def test_a_renamed_user_keeps_its_access_key(iam: Any, boto: Callable[..., Any]) -> None:
    key = iam.create_access_key(UserName="alice")["AccessKey"]
    iam.create_user(UserName="bob")
    assert refused_with(iam.update_user, UserName="alice", NewUserName="bob") == ("EntityAlreadyExists", 409)
    iam.update_user(UserName="alice", NewUserName="alicia")
    own = boto("iam", key=(key["AccessKeyId"], key["SecretAccessKey"]))
    assert own.get_user()["User"]["UserName"] == "alicia"


def test_a_boundary_is_kept_and_shown(iam: Any) -> None:
    arn = MANAGED + "ReadOnlyAccess"
    iam.put_user_permissions_boundary(UserName="alice", PermissionsBoundary=arn)
    seen = iam.get_user(UserName="alice")["User"]["PermissionsBoundary"]
    assert seen["PermissionsBoundaryArn"] == arn
    iam.delete_user_permissions_boundary(UserName="alice")
    assert "PermissionsBoundary" not in iam.get_user(UserName="alice")["User"]
