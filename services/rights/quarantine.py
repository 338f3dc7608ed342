"""What AWS's own quarantine policy stops of a key's use, by its document and never by its name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.rights.policies import BEARER_ACTIONS, covers, statements, words_of

# What calls with a key of the service go through, beside the permission to use a bearer token.
_USES: Mapping[str, tuple[str, ...]] = {
    "logs.amazonaws.com": ("logs:PutLogEvents",),
    "bedrock.amazonaws.com": (
        "bedrock:InvokeModel",
        "bedrock:InvokeModelWithResponseStream",
        "bedrock-mantle:CreateInference",
    ),
    "cloudwatch.amazonaws.com": ("cloudwatch:PutMetricData",),
    "codecommit.amazonaws.com": ("codecommit:GitPull", "codecommit:GitPush"),
    "cassandra.amazonaws.com": ("cassandra:Select", "cassandra:Modify"),
    "aws-external-anthropic.amazonaws.com": ("aws-external-anthropic:CreateInference",),
}


def quarantine_effect(document: Mapping[str, Any] | None, service: str) -> str:
    """What *document* denies of calls with a key of *service*, in words; None was not read."""
    name = service.removesuffix(".amazonaws.com")
    if document is None:
        return f"what it denies of calls with {name} keys could not be read"
    bearer = BEARER_ACTIONS.get(service, ())
    denied = [action for action in (*bearer, *_USES.get(service, ())) if _denies(document, action)]
    if not denied:
        return f"it denies no call with {name} keys"
    if bearer and all(action in denied for action in bearer):
        return f"it denies every call with {name} keys ({', '.join(bearer)})"
    if not bearer and all(action in denied for action in _USES.get(service, ())):
        return f"it denies {', '.join(denied)}"
    left = f", and not {', '.join(action for action in bearer if action not in denied)}" if bearer else ""
    return f"it denies {', '.join(denied)}{left}: other calls with {name} keys may still pass"


def stops_all(document: Mapping[str, Any] | None, service: str) -> bool:
    """Whether *document* surely denies every call with a key of *service*."""
    actions = BEARER_ACTIONS.get(service) or _USES.get(service)
    return bool(document and actions) and all(_denies(document or {}, action) for action in actions or ())


def _denies(document: Mapping[str, Any], action: str) -> bool:
    """Whether a statement denies *action* on everything, without a condition."""
    return any(
        statement.get("Effect") == "Deny"
        and not statement.get("Condition")
        and "*" in words_of(statement.get("Resource"))
        and any(covers(pattern, action) for pattern in words_of(statement.get("Action")))
        for statement in statements(document)
    )
