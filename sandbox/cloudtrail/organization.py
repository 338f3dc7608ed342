"""Trails of the organization: whose they are, who sees them, and who may change them."""

from __future__ import annotations

from collections.abc import Iterator

from moto.cloudtrail.models import Trail, cloudtrail_backends
from moto.organizations.models import organizations_backends

from sandbox.cloudtrail.errors import CloudTrailError

SERVICE = "cloudtrail.amazonaws.com"


def management_of(account: str) -> str | None:
    """The management account of the organization that *account* is in."""
    if organizations_backends[account]["aws"].org is not None:
        return account
    found, _ = organizations_backends.master_accounts.get(account, (None, None))
    return str(found) if found else None


def id_of(trail: Trail) -> str | None:
    """The organization's id, of a trail of one."""
    organization = organizations_backends[trail.account_id]["aws"].org
    return str(organization.id) if trail.is_org_trail and organization else None


def trails(account: str) -> Iterator[Trail]:
    """All trails that record the account, each once: its own, and the organization's."""
    yield from _of(account)
    management = management_of(account)
    if management not in (None, account):
        yield from (trail for trail in _of(management) if trail.is_org_trail)


def check_may_make(account: str) -> None:
    """Raises what CloudTrail answers to an account that may make no trail of the organization."""
    management = management_of(account)
    if management is None:
        raise CloudTrailError(
            "OrganizationsNotInUseException", "Your account is not a member of an organization."
        )
    check_may_change(account, management)
    services = organizations_backends[management]["aws"].services
    if not any(each["ServicePrincipal"] == SERVICE for each in services):
        raise CloudTrailError(
            "CloudTrailAccessNotEnabledException",
            "Trusted access is not enabled between AWS CloudTrail and AWS Organizations.",
        )


def check_may_change(account: str, owner: str) -> None:
    if account != owner:
        raise CloudTrailError(
            "NotOrganizationMasterAccountException",
            "The request must be made by the management account of the organization.",
        )


def _of(account: str | None) -> Iterator[Trail]:
    for backend in list(cloudtrail_backends[account].values()):
        yield from list(backend.trails.values())
