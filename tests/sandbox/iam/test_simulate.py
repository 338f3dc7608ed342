"""SimulatePrincipalPolicy, as boto3 sees it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.account.world import ACCOUNT
from tests.principals import allow, deny, make_role, make_user, policy

USER = f"arn:aws:iam::{ACCOUNT}:user/"
SERVICE = "iam:ServiceSpecificCredentialServiceName"
ONLY_LOGS = {"StringEquals": {SERVICE: ["logs.amazonaws.com"]}}


@pytest.fixture
def iam(boto: Callable[..., Any]) -> Any:
    return boto("iam")


def simulate(iam: Any, arn: str, *actions: str, **more: Any) -> dict[str, dict[str, Any]]:
    answer = iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=list(actions), **more)
    return {result["EvalActionName"]: result for result in answer["EvaluationResults"]}


def decisions(iam: Any, arn: str, *actions: str, **more: Any) -> list[str]:
    return [result["EvalDecision"] for result in simulate(iam, arn, *actions, **more).values()]


def test_the_three_decisions(iam: Any) -> None:
    make_user(iam, "eve", policy(allow("logs:*"), deny("logs:Delete*")))
    asked = ("logs:DescribeLogGroups", "logs:DeleteLogGroup", "s3:GetObject")
    assert decisions(iam, USER + "eve", *asked) == ["allowed", "explicitDeny", "implicitDeny"]


def test_policies_of_groups_count_and_a_group_can_be_asked_about(iam: Any) -> None:
    make_user(iam, "eve")
    group = iam.create_group(GroupName="readers")["Group"]["Arn"]
    iam.put_group_policy(
        GroupName="readers", PolicyName="p", PolicyDocument=json.dumps(policy(allow("s3:GetObject")))
    )
    assert decisions(iam, USER + "eve", "s3:GetObject") == ["implicitDeny"]
    iam.add_user_to_group(GroupName="readers", UserName="eve")
    assert decisions(iam, USER + "eve", "s3:GetObject") == ["allowed"]
    assert decisions(iam, group, "s3:GetObject") == ["allowed"]


def test_each_resource_is_told_apart_and_the_harshest_is_said_first(iam: Any) -> None:
    make_user(iam, "eve", policy(allow("s3:GetObject", resource="arn:aws:s3:::mine/*")))
    mine, other = "arn:aws:s3:::mine/a", "arn:aws:s3:::other/a"
    result = simulate(iam, USER + "eve", "s3:GetObject", ResourceArns=[mine, other])["s3:GetObject"]
    assert result["EvalDecision"] == "implicitDeny"
    each = {one["EvalResourceName"]: one["EvalResourceDecision"] for one in result["ResourceSpecificResults"]}
    assert each == {mine: "allowed", other: "implicitDeny"}


def test_a_condition_key_that_is_not_given_is_named(iam: Any) -> None:
    action = "iam:UpdateServiceSpecificCredential"
    make_user(iam, "eve", policy(allow(action, "s3:GetObject", Condition=ONLY_LOGS), allow("logs:*")))
    result = simulate(iam, USER + "eve", action, "logs:PutLogEvents")
    assert result[action]["EvalDecision"] == "implicitDeny"
    assert result[action]["MissingContextValues"] == [SERVICE]
    assert result["logs:PutLogEvents"]["MissingContextValues"] == []
    entries = [
        {
            "ContextKeyName": SERVICE,
            "ContextKeyType": "string",
            "ContextKeyValues": ["logs.amazonaws.com"],
        }
    ]
    result = simulate(iam, USER + "eve", action, ContextEntries=entries)
    assert (result[action]["EvalDecision"], result[action]["MissingContextValues"]) == ("allowed", [])


def test_a_boundary_is_told(iam: Any) -> None:
    make_user(iam, "eve", policy(allow("*")))
    assert (
        "PermissionsBoundaryDecisionDetail" not in simulate(iam, USER + "eve", "iam:GetUser")["iam:GetUser"]
    )
    iam.put_user_permissions_boundary(
        UserName="eve", PermissionsBoundary="arn:aws:iam::aws:policy/CloudWatchLogsFullAccess"
    )
    result = simulate(iam, USER + "eve", "iam:GetUser", "logs:DescribeLogGroups")
    within = {
        name: (one["EvalDecision"], one["PermissionsBoundaryDecisionDetail"]["AllowedByPermissionsBoundary"])
        for name, one in result.items()
    }
    assert within == {"iam:GetUser": ("implicitDeny", False), "logs:DescribeLogGroups": ("allowed", True)}


def test_a_role_is_found_by_its_whole_arn(iam: Any) -> None:
    arn = make_role(iam, "night", policy(allow("s3:GetObject")), path="/oncall/")
    assert decisions(iam, arn, "s3:GetObject", "s3:PutObject") == ["allowed", "implicitDeny"]
    with pytest.raises(ClientError, match="The role with name night cannot be found"):
        simulate(iam, arn.replace("oncall/", ""), "s3:GetObject")


def test_the_responder_may_do_everything(iam: Any) -> None:
    assert decisions(iam, USER + "responder", "iam:DeleteUser", "s3:GetObject") == ["allowed", "allowed"]


@pytest.mark.parametrize(
    ("arn", "code"),
    [
        (USER + "nobody", "NoSuchEntity"),
        (f"arn:aws:iam::{ACCOUNT}:group/none", "NoSuchEntity"),
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/night/session", "InvalidInput"),
        (f"arn:aws:iam::{ACCOUNT}:root", "InvalidInput"),
    ],
)
def test_who_cannot_be_asked_about(iam: Any, arn: str, code: str) -> None:
    with pytest.raises(ClientError) as refused:
        simulate(iam, arn, "s3:GetObject")
    assert refused.value.response["Error"]["Code"] == code


def test_answers_come_in_pages(iam: Any) -> None:
    make_user(iam, "eve", policy(allow("s3:*")))
    asked = [f"s3:Get{n}" for n in range(5)]
    pages = list(
        iam.get_paginator("simulate_principal_policy").paginate(
            PolicySourceArn=USER + "eve", ActionNames=asked, PaginationConfig={"PageSize": 2}
        )
    )
    assert [len(page["EvaluationResults"]) for page in pages] == [2, 2, 1]
    assert [one["EvalActionName"] for page in pages for one in page["EvaluationResults"]] == asked
