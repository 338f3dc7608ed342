"""What Access Analyzer says of a policy document: errors that IAM would refuse, and weaknesses."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sandbox.iam.policy import NEGATED, TESTS

ELEMENTS = {
    *("Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"),
    *("Principal", "NotPrincipal"),
}
OPERATORS = {*TESTS, *NEGATED, "Null"}
LEARN_MORE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html"


def validate(document: str) -> list[dict[str, Any]]:
    return [
        {
            "findingType": kind,
            "issueCode": code,
            "findingDetails": details,
            "learnMoreLink": LEARN_MORE,
            "locations": [],
        }
        for kind, code, details in _found(document)
    ]


def _found(document: str) -> Iterator[tuple[str, str, str]]:
    try:
        policy = json.loads(document)
    except ValueError:
        yield "ERROR", "JSON_SYNTAX_ERROR", "Fix the JSON syntax error."
        return
    if "Version" not in policy:
        yield "WARNING", "MISSING_VERSION", "We recommend that you specify the Version element."
    told = policy.get("Statement", [])
    for statement in told if isinstance(told, list) else [told]:
        yield from _of_statement(statement)


def _of_statement(statement: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for element in statement.keys() - ELEMENTS:
        yield "ERROR", "UNSUPPORTED_ELEMENT", f"The policy element {element} is not supported."
    if statement.get("Effect") not in ("Allow", "Deny"):
        yield "ERROR", "INVALID_EFFECT", "The effect must be Allow or Deny."
    if not {"Action", "NotAction"} & statement.keys():
        yield "ERROR", "MISSING_ACTION", "Add an Action or NotAction element to the policy statement."
    if not {"Resource", "NotResource"} & statement.keys():
        yield "ERROR", "MISSING_RESOURCE", "Add a Resource or NotResource element to the policy statement."
    for operator in statement.get("Condition", {}):
        if operator.removesuffix("IfExists") not in OPERATORS:
            yield "ERROR", "INVALID_CONDITION_OPERATOR", f"The condition operator {operator} is not valid."
    if statement.get("Effect") == "Allow" and _everything(statement, "Action"):
        details = "Using wildcards (*) in the action and the resource allows too much."
        if _everything(statement, "Resource"):
            yield "SECURITY_WARNING", "ALLOW_WITH_UNRESTRICTED_ACCESS", details


def _everything(statement: Mapping[str, Any], element: str) -> bool:
    told = statement.get(element, [])
    return "*" in (told if isinstance(told, list) else [told])
