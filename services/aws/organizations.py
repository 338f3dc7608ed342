"""AWS Organizations: its service control policies, and to what they are attached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.aws.errors import NotFound
from services.aws.paging import lister, pages
from services.aws.session import AwsSession
from services.base import documents
from services.base.text import clean

SCP = "SERVICE_CONTROL_POLICY"
ATTACHED_QUOTA = 5
"""Service control policies on one root, unit or account, AWS's own FullAWSAccess among them."""


@dataclass(frozen=True, slots=True)
class ScpSummary:
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Member:
    """One account of the organization."""

    id: str
    name: str
    status: str

    @property
    def closed(self) -> bool:
        """Whether AWS says of it that it is not in use; of a state that isn't told nothing is known."""
        return self.status not in ("ACTIVE", "")


@dataclass(frozen=True, slots=True)
class Organization:
    """*management* is its management account."""

    id: str
    management: str


async def list_scps(aws: AwsSession) -> tuple[ScpSummary, ...]:
    """Every service control policy of the organization."""
    return await _summaries(aws, "ListPolicies")


async def scps_of(aws: AwsSession, target: str) -> tuple[ScpSummary, ...]:
    """Those attached to *target* itself; what it inherits is not among them. Raises NotFound."""
    return await _summaries(aws, "ListPoliciesForTarget", TargetId=target)


async def targets_of(aws: AwsSession, policy_id: str) -> tuple[str, ...]:
    """The ids of what the policy is attached to."""
    found = await _all(aws, "ListTargetsForPolicy", "Targets", PolicyId=policy_id)
    return tuple(clean(raw["TargetId"]) for raw in found)


async def get_scp(aws: AwsSession, policy_id: str) -> Mapping[str, Any] | None:
    """The policy's document, or None where there is no such policy."""
    try:
        body = await aws.read("organizations", "DescribePolicy", PolicyId=policy_id)
    except NotFound:
        return None
    return documents.mapping(body["Policy"]["Content"]) or {}


async def describe(aws: AwsSession) -> Organization:
    """The organization that this account is in; raises Rejected where it is in none."""
    found = (await aws.read("organizations", "DescribeOrganization"))["Organization"]
    return Organization(clean(found["Id"]), clean(found["MasterAccountId"]))


async def management_account(aws: AwsSession) -> str:
    """The account that no service control policy binds."""
    return (await describe(aws)).management


async def trusts(aws: AwsSession, service: str) -> bool:
    """Whether *service*, by its principal's name, may work in the organization's accounts."""
    found = await _all(aws, "ListAWSServiceAccessForOrganization", "EnabledServicePrincipals")
    return any(raw["ServicePrincipal"] == service for raw in found)


async def members(aws: AwsSession) -> tuple[Member, ...]:
    """Every account of the organization, its management account too; those that are suspended as well."""
    found = await _all(aws, "ListAccounts", "Accounts")
    return tuple(Member(clean(raw["Id"]), clean(raw.get("Name") or ""), _state(raw)) for raw in found)


def _state(account: Mapping[str, Any]) -> str:
    """`State`; `Status` is what AWS retired for it on 2026-09-09, and what an older endpoint has alone."""
    return clean(account.get("State") or account.get("Status") or "")


async def _summaries(aws: AwsSession, operation: str, **params: str) -> tuple[ScpSummary, ...]:
    found = await _all(aws, operation, "Policies", Filter=SCP, **params)
    return tuple(ScpSummary(clean(raw["Id"]), clean(raw["Name"])) for raw in found)


async def _all(aws: AwsSession, operation: str, key: str, **params: str) -> list[Any]:
    found: list[Any] = []
    async for body in pages(lister(aws, "organizations", operation, **params), operation, "NextToken"):
        found += body[key]
    return found
