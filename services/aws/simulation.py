"""IAM's own simulation: what a user or role may do, asked without doing it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.aws.session import AwsSession
from services.base.text import clean

Context = tuple[tuple[str, str | int], ...]
"""Condition keys and their values."""


@dataclass(frozen=True, slots=True)
class Simulated:
    """*decision* is allowed, implicitDeny or explicitDeny; it may hang on *missing*, keys it was not told.

    The last two are None where there is no boundary, or no organization that was looked at.
    """

    decision: str
    missing: tuple[str, ...] = ()
    within_boundary: bool | None = None
    within_organization: bool | None = None


async def simulate(
    aws: AwsSession, source_arn: str, actions: Sequence[str], resource: str = "*", context: Context = ()
) -> Mapping[str, Simulated]:
    """By action in lower case; *resource* is one ARN, for AWS does not say which of several it speaks of."""
    params: dict[str, Any] = {"PolicySourceArn": source_arn, "ActionNames": list(actions)}
    if resource != "*":
        params["ResourceArns"] = [resource]
    if context:
        params["ContextEntries"] = [_entry(key, value) for key, value in context]
    found: dict[str, Simulated] = {}
    while True:
        body = await aws.read("iam", "SimulatePrincipalPolicy", **params)
        found |= {str(raw["EvalActionName"]).lower(): _simulated(raw) for raw in body["EvaluationResults"]}
        if not body.get("IsTruncated"):
            return found
        params["Marker"] = body["Marker"]


async def get_role_arn(aws: AwsSession, name: str) -> str:
    """The ARN with the role's path, which a session's ARN leaves out."""
    return clean((await aws.read("iam", "GetRole", RoleName=name))["Role"]["Arn"])


def _entry(key: str, value: str | int) -> dict[str, object]:
    kind = "numeric" if isinstance(value, int) else "string"
    return {"ContextKeyName": key, "ContextKeyType": kind, "ContextKeyValues": [str(value)]}


def _simulated(raw: Mapping[str, Any]) -> Simulated:
    return Simulated(
        decision=str(raw["EvalDecision"]),
        missing=tuple(clean(key) for key in raw.get("MissingContextValues") or ()),
        within_boundary=(raw.get("PermissionsBoundaryDecisionDetail") or {}).get(
            "AllowedByPermissionsBoundary"
        ),
        within_organization=(raw.get("OrganizationsDecisionDetail") or {}).get("AllowedByOrganizations"),
    )
