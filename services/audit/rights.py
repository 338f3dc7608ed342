"""What a user's policies let it do that a shipper of logs needs not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from services.base.keyservices import KeyService
from services.goals.governance.documents import AGE_KEY, CREATE, SERVICE_KEY
from services.rights.policies import covers, statements, words_of

RAISING = (
    "iam:AddUserToGroup",
    "iam:AttachGroupPolicy",
    "iam:AttachUserPolicy",
    "iam:CreateAccessKey",
    "iam:CreateLoginProfile",
    "iam:CreatePolicyVersion",
    CREATE,
    "iam:PutGroupPolicy",
    "iam:PutUserPolicy",
    "iam:ResetServiceSpecificCredential",
    "iam:SetDefaultPolicyVersion",
    "iam:UpdateLoginProfile",
)
"""Who may do one of these can give itself keys, or rights."""

_ANY_GROUP = tuple(
    f"arn:{partition}:logs:eu-north-1:111122223333:log-group:of-somebody-else:log-stream:x"
    for partition in ("aws", "aws-cn", "aws-us-gov", "aws-eusc")
)

Breadth = tuple[Literal["high", "medium"], str]


def breadth(document: Mapping[str, Any]) -> Breadth | None:
    """How far too wide *document* is, with the reason in words; None where no wildcard and no raise is in it.

    Statements with a condition are left out: they are narrower than they look.
    """
    found = [each for statement in _allowing(document) for each in _of_statement(statement)]
    return min(found, key=lambda each: (each[0] != "high", each[1]), default=None)


def writes_everywhere(documents: Iterable[Mapping[str, Any]]) -> bool:
    """Whether logs:PutLogEvents is allowed on every log group."""
    return any(
        _covered(statement, "logs:PutLogEvents")
        and any(covers(each, group) for each in words_of(statement.get("Resource")) for group in _ANY_GROUP)
        for document in documents
        for statement in _allowing(document)
    )


def makes_lasting_keys(documents: Iterable[Mapping[str, Any]], boundary: Mapping[str, Any] | None) -> bool:
    """Whether keys without an expiry may be made, and no deny and no boundary stands against it."""
    own = list(documents)
    if any(map(_denies_lasting, [*own, *([boundary] if boundary is not None else [])])):
        return False
    return _allows_lasting(own) and (boundary is None or _allows_lasting([boundary]))


def _allows_lasting(documents: Iterable[Mapping[str, Any]]) -> bool:
    return any(
        statement.get("Effect") == "Allow"
        and _covered(statement, CREATE)
        and not any(_tested(statement, operator) for operator in ("NumericLessThan", "NumericLessThanEquals"))
        for document in documents
        for statement in statements(document)
    )


def _denies_lasting(document: Mapping[str, Any]) -> bool:
    denies = [
        statement
        for statement in statements(document)
        if statement.get("Effect") == "Deny"
        and _covered(statement, CREATE)
        and "*" in words_of(statement.get("Resource"))
    ]
    return any(_of_logs(statement) and _catches_never(statement) for statement in denies)


def _catches_never(statement: Mapping[str, Any]) -> bool:
    """Whether a key without an age is denied: by a Null, or by no condition but the service's."""
    tests = [
        (operator, key.lower())
        for operator, keys in (statement.get("Condition") or {}).items()
        for key in keys
        if key.lower() != SERVICE_KEY.lower()
    ]
    return all(test == ("Null", AGE_KEY.lower()) for test in tests)


def _of_logs(statement: Mapping[str, Any]) -> bool:
    """Whether no condition on the service keeps *statement* from Logs keys."""
    conditions = statement.get("Condition") or {}
    named = [
        words_of(value)
        for operator in ("StringEquals", "StringEqualsIgnoreCase")
        for key, value in (conditions.get(operator) or {}).items()
        if key.lower() == SERVICE_KEY.lower()
    ]
    return all(KeyService.LOGS in [each.lower() for each in words] for words in named)


def _tested(statement: Mapping[str, Any], operator: str) -> bool:
    tests = (statement.get("Condition") or {}).get(operator) or {}
    return any(key.lower() == AGE_KEY.lower() for key in tests)


def _allowing(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    return (
        statement
        for statement in statements(document)
        if statement.get("Effect") == "Allow" and not statement.get("Condition")
    )


def _of_statement(statement: Mapping[str, Any]) -> Iterator[Breadth]:
    actions = words_of(statement.get("Action"))
    if "*" in actions or "*:*" in actions:
        yield "high", "it allows everything"
        return
    if "NotAction" in statement:
        yield "high", "it allows all but a few actions (NotAction)"
        return
    if raised := [action for action in RAISING if _covered(statement, action)]:
        more = f" and {len(raised) - 1} more" if len(raised) > 1 else ""
        yield "high", f"it lets keys or permissions be created: {raised[0]}{more}"
    whole = sorted({action for action in actions if action.endswith(":*")})
    if whole:
        yield "medium", f"it allows all of {', '.join(action.removesuffix(':*') for action in whole)}"


def _covered(statement: Mapping[str, Any], action: str) -> bool:
    if "NotAction" in statement:
        return not any(covers(pattern, action) for pattern in words_of(statement["NotAction"]))
    return any(covers(pattern, action) for pattern in words_of(statement.get("Action")))
