"""Policy evaluation over documents alone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sandbox.iam.policy import Access, Decision, Grants, evaluate

CALL = "logs:CallWithBearerToken"
GROUP = "arn:aws:logs:us-east-1:123456789012:log-group:/app/web:*"
ALLOWED, IMPLICIT, EXPLICIT = (
    Decision.ALLOWED,
    Decision.IMPLICITLY_DENIED,
    Decision.EXPLICITLY_DENIED,
)


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: Any = CALL, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any = CALL, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


def decide(*documents: str, action: str = CALL, boundary: str | None = None, **context: str) -> Decision:
    keys = {name.replace("__", ":"): value for name, value in context.items()}
    return evaluate(Grants(documents, boundary), Access(action, GROUP, keys))


def test_nothing_said_is_not_allowed() -> None:
    assert decide() is IMPLICIT


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (CALL, ALLOWED),
        ("logs:*", ALLOWED),
        ("*", ALLOWED),
        ("LOGS:callwithbearertoken", ALLOWED),
        ("logs:CallWith?earerToken", ALLOWED),
        (["s3:GetObject", CALL], ALLOWED),
        ("logs:CallWith", IMPLICIT),
        ("bedrock:CallWithBearerToken", IMPLICIT),
        ("logs:[C]allWithBearerToken", IMPLICIT),
    ],
)
def test_actions_match_by_wildcards_and_without_case(action: Any, expected: Decision) -> None:
    assert decide(document(allow(action))) is expected


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        (GROUP, ALLOWED),
        ("arn:aws:logs:*:*:log-group:/app/*", ALLOWED),
        (["arn:aws:s3:::x", GROUP], ALLOWED),
        ("arn:aws:logs:*:*:log-group:/other/*", IMPLICIT),
        (GROUP.replace("/app", "/APP"), IMPLICIT),
    ],
)
def test_resources_match_by_wildcards_and_with_case(resource: Any, expected: Decision) -> None:
    assert decide(document(allow(resource=resource))) is expected


def test_an_explicit_deny_wins_wherever_it_stands() -> None:
    assert decide(document(deny(), allow())) is EXPLICIT
    assert decide(document(allow()), document(deny("logs:*"))) is EXPLICIT
    assert decide(document(allow()), boundary=document(allow(), deny())) is EXPLICIT
    assert decide(document(allow(), deny("logs:PutLogEvents"))) is ALLOWED


def test_a_lone_statement_may_stand_without_its_list() -> None:
    assert decide(json.dumps({"Statement": allow()})) is ALLOWED


def test_not_action_and_not_resource_turn_it_round() -> None:
    everything_else = {"Effect": "Allow", "NotAction": ["iam:*", "s3:*"], "Resource": "*"}
    assert decide(document(everything_else)) is ALLOWED
    assert decide(document(everything_else), action="iam:CreateUser") is IMPLICIT
    elsewhere = {"Effect": "Deny", "Action": "*", "NotResource": GROUP}
    assert decide(document(allow(), elsewhere)) is ALLOWED


def test_a_boundary_must_allow_too() -> None:
    assert decide(document(allow()), boundary=document(allow("s3:*"))) is IMPLICIT
    assert decide(document(allow()), boundary=document(allow("logs:*"))) is ALLOWED
    assert decide(boundary=document(allow())) is IMPLICIT


@pytest.mark.parametrize(
    ("condition", "context", "met"),
    [
        ({"StringEquals": {"kms:ViaService": "logs.*.amazonaws.com"}}, "logs.us-east-1.amazonaws.com", False),
        ({"StringLike": {"kms:ViaService": "logs.*.amazonaws.com"}}, "logs.us-east-1.amazonaws.com", True),
        ({"StringNotEquals": {"kms:ViaService": "a"}}, "b", True),
        ({"StringNotEquals": {"kms:ViaService": "a"}}, None, True),
        ({"StringEquals": {"kms:ViaService": ["a", "b"]}}, "b", True),
        ({"StringEquals": {"kms:ViaService": "a"}}, None, False),
        ({"StringEqualsIfExists": {"kms:ViaService": "a"}}, None, True),
        ({"StringEqualsIfExists": {"kms:ViaService": "a"}}, "b", False),
        ({"NumericLessThanEquals": {"kms:ViaService": "90"}}, "90", True),
        ({"NumericLessThanEquals": {"kms:ViaService": "90"}}, "91", False),
        ({"NumericLessThanEquals": {"kms:ViaService": "90"}}, None, False),
        ({"NumericGreaterThan": {"kms:ViaService": 90}}, "91", True),
        ({"NumericGreaterThan": {"kms:ViaService": 90}}, "many", False),
        ({"Null": {"kms:ViaService": "true"}}, None, True),
        ({"Null": {"kms:ViaService": True}}, "a", False),
        ({"Null": {"kms:ViaService": "false"}}, "a", True),
        ({"Bool": {"kms:ViaService": False}}, "false", True),
        ({"IpAddress": {"kms:ViaService": "198.51.100.0/24"}}, "198.51.100.7", True),
        ({"NotIpAddress": {"kms:ViaService": "198.51.100.0/24"}}, "198.51.100.7", False),
        ({"StringEquals": {"kms:ViaService": "a"}, "Null": {"other:key": "false"}}, "a", False),
    ],
)
def test_conditions(condition: dict[str, Any], context: str | None, met: bool) -> None:
    keys = {} if context is None else {"kms__viaservice": context}
    assert (decide(document(allow(Condition=condition)), **keys) is ALLOWED) == met
    assert (decide(document(allow(), deny(Condition=condition)), **keys) is EXPLICIT) == met


def test_a_condition_not_understood_opens_nothing_and_denies() -> None:
    condition = {"ForAnyValue:StringEquals": {"aws:TagKeys": "a"}}
    assert decide(document(allow(Condition=condition))) is IMPLICIT
    assert decide(document(allow(), deny(Condition=condition))) is EXPLICIT
