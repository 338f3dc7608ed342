"""IAM: service-specific credentials, and the users, policies and other credentials around them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from services.aws.errors import NotFound
from services.aws.inlinepolicies import Holder
from services.aws.paging import lister, pages
from services.aws.policytext import TEXT
from services.aws.session import AwsSession
from services.base import clock
from services.base.text import clean

PAGE = 1000


@dataclass(frozen=True, slots=True)
class Credential:
    """One service-specific credential, as List answers it (the secret never comes from there).

    *alias* is the ServiceCredentialAlias, or for CodeCommit and Keyspaces the ServiceUserName.
    """

    id: str
    user: str
    service: str
    status: str
    created: datetime
    expires: datetime | None = None
    alias: str | None = None


@dataclass(frozen=True, slots=True)
class AccessKey:
    id: str
    user: str
    status: str
    created: datetime


@dataclass(frozen=True, slots=True)
class LastUse:
    """Whose an access key is, and its last use as far as IAM knows by now; *at* is None where it has none."""

    user: str
    at: datetime | None = None
    service: str | None = None
    region: str | None = None

    def as_json(self) -> dict[str, object]:
        at = clock.rfc3339(self.at) if self.at else None
        return {"at": at, "service": self.service, "region": self.region}


@dataclass(frozen=True, slots=True)
class User:
    name: str
    arn: str
    created: datetime
    permissions_boundary: str | None = None
    tags: Mapping[str, str] | None = None
    path: str = "/"
    id: str = ""
    """AWS's own, which no namesake has."""


@dataclass(frozen=True, slots=True)
class Role:
    name: str
    arn: str
    path: str
    id: str = ""
    trust: str | None = None
    """Who may assume it, to the byte."""

    @property
    def aws_alone_changes_it(self) -> bool:
        """Whether it is a service's own, or one of Identity Center's."""
        return self.path.startswith(("/aws-service-role/", "/aws-reserved/"))


@dataclass(frozen=True, slots=True)
class UserPolicies:
    """Inline policies by name, ARNs of the attached ones, names of the groups."""

    inline: Mapping[str, Mapping[str, Any]]
    attached: tuple[str, ...]
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CredentialPage:
    credentials: tuple[Credential, ...]
    marker: str | None


def credential(raw: Mapping[str, Any]) -> Credential:
    alias = raw.get("ServiceCredentialAlias") or raw.get("ServiceUserName")
    return Credential(
        id=clean(raw["ServiceSpecificCredentialId"]),
        user=clean(raw["UserName"]),
        service=clean(raw["ServiceName"]),
        status=clean(raw["Status"]),
        created=_utc(raw["CreateDate"]),
        expires=_utc(raw["ExpirationDate"]) if raw.get("ExpirationDate") else None,
        alias=clean(alias) if alias else None,
    )


async def credential_pages(aws: AwsSession, *, user: str | None = None) -> AsyncIterator[CredentialPage]:
    """Every credential of *user*, or of all users, of all services; botocore has no paginator for this."""
    whose: dict[str, Any] = {"UserName": user} if user else {"AllUsers": True}
    async for body in _bodies(aws, "ListServiceSpecificCredentials", MaxItems=PAGE, **whose):
        marker = body.get("Marker") if body.get("IsTruncated") else None
        yield CredentialPage(tuple(credential(raw) for raw in body["ServiceSpecificCredentials"]), marker)


async def list_credentials(aws: AwsSession, user: str) -> tuple[Credential, ...]:
    return tuple([found async for page in credential_pages(aws, user=user) for found in page.credentials])


async def user_pages(aws: AwsSession) -> AsyncIterator[tuple[User, ...]]:
    async for page in _pages(aws, "ListUsers", "Users", MaxItems=PAGE):
        yield tuple(_user(raw) for raw in page)


async def get_user(aws: AwsSession, name: str) -> User:
    return _user((await aws.read("iam", "GetUser", UserName=name))["User"])


async def get_role(aws: AwsSession, name: str) -> Role:
    raw = (await aws.read("iam", "GetRole", RoleName=name))["Role"]
    return Role(
        clean(raw["RoleName"]),
        clean(raw["Arn"]),
        clean(raw.get("Path") or "/"),
        clean(raw.get("RoleId") or ""),
        raw.get(TEXT),
    )


async def list_access_keys(aws: AwsSession, user: str) -> tuple[AccessKey, ...]:
    return tuple(
        AccessKey(clean(raw["AccessKeyId"]), user, clean(raw["Status"]), _utc(raw["CreateDate"]))
        for raw in await _all(aws, "ListAccessKeys", "AccessKeyMetadata", UserName=user)
    )


async def get_last_use(aws: AwsSession, access_key_id: str) -> LastUse:
    """Raises NotFound or Denied where it is no key of this account's: AWS says the one or the other."""
    body = await aws.read("iam", "GetAccessKeyLastUsed", AccessKeyId=access_key_id)
    used = body.get("AccessKeyLastUsed") or {}
    at = used.get("LastUsedDate")
    return LastUse(
        clean(body.get("UserName") or ""),
        _utc(at) if at else None,
        clean(used["ServiceName"]) if at and used.get("ServiceName") else None,
        clean(used["Region"]) if at and used.get("Region") else None,
    )


async def has_login_profile(aws: AwsSession, user: str) -> bool:
    try:
        await aws.read("iam", "GetLoginProfile", UserName=user)
    except NotFound:
        return False
    return True


async def list_user_policies(aws: AwsSession, user: str) -> tuple[str, ...]:
    """Names of the inline policies."""
    return tuple(clean(name) for name in await _all(aws, "ListUserPolicies", "PolicyNames", UserName=user))


async def get_user_policy(aws: AwsSession, user: str, policy: str) -> Mapping[str, Any] | None:
    """The document of an inline policy, or None where the user has none of that name."""
    try:
        body = await aws.read("iam", "GetUserPolicy", UserName=user, PolicyName=policy)
    except NotFound:
        return None
    document = body["PolicyDocument"]
    return document if isinstance(document, Mapping) else {}


async def get_policy_document(aws: AwsSession, arn: str) -> Mapping[str, Any]:
    """The document of a managed policy's default version."""
    policy = (await aws.read("iam", "GetPolicy", PolicyArn=arn))["Policy"]
    version = await aws.read("iam", "GetPolicyVersion", PolicyArn=arn, VersionId=policy["DefaultVersionId"])
    document = version["PolicyVersion"]["Document"]
    return document if isinstance(document, Mapping) else {}


async def list_attached_policies(aws: AwsSession, name: str, kind: Holder = "User") -> tuple[str, ...]:
    """ARNs of the managed policies attached to the user, the role or the group itself."""
    attached = await _all(aws, f"ListAttached{kind}Policies", "AttachedPolicies", **{f"{kind}Name": name})
    return tuple(clean(raw["PolicyArn"]) for raw in attached)


async def list_groups(aws: AwsSession, user: str) -> tuple[str, ...]:
    groups = await _all(aws, "ListGroupsForUser", "Groups", UserName=user)
    return tuple(clean(raw["GroupName"]) for raw in groups)


async def policies_of_all_users(aws: AwsSession) -> dict[str, UserPolicies]:
    """The policies of every user by one call a page, where asking user by user takes several each."""
    every = _pages(aws, "GetAccountAuthorizationDetails", "UserDetailList", Filter=["User"], MaxItems=PAGE)
    return {clean(raw["UserName"]): _policies(raw) async for page in every for raw in page}


def _policies(raw: Mapping[str, Any]) -> UserPolicies:
    inline = {clean(one["PolicyName"]): one["PolicyDocument"] for one in raw.get("UserPolicyList") or ()}
    return UserPolicies(
        inline={name: document if isinstance(document, Mapping) else {} for name, document in inline.items()},
        attached=tuple(clean(one["PolicyArn"]) for one in raw.get("AttachedManagedPolicies") or ()),
        groups=tuple(clean(name) for name in raw.get("GroupList") or ()),
    )


async def list_identity_providers(aws: AwsSession) -> tuple[str, ...]:
    """ARNs of all providers, SAML's and OpenID Connect's."""
    saml = (await aws.read("iam", "ListSAMLProviders"))["SAMLProviderList"]
    connect = (await aws.read("iam", "ListOpenIDConnectProviders"))["OpenIDConnectProviderList"]
    return tuple(clean(raw["Arn"]) for raw in (*saml, *connect))


async def list_mfa_devices(aws: AwsSession, user: str) -> tuple[str, ...]:
    devices = await _all(aws, "ListMFADevices", "MFADevices", UserName=user)
    return tuple(clean(raw["SerialNumber"]) for raw in devices)


async def list_ssh_keys(aws: AwsSession, user: str) -> tuple[str, ...]:
    keys = await _all(aws, "ListSSHPublicKeys", "SSHPublicKeys", UserName=user)
    return tuple(clean(raw["SSHPublicKeyId"]) for raw in keys)


async def list_signing_certificates(aws: AwsSession, user: str) -> tuple[str, ...]:
    certificates = await _all(aws, "ListSigningCertificates", "Certificates", UserName=user)
    return tuple(clean(raw["CertificateId"]) for raw in certificates)


def _user(raw: Mapping[str, Any]) -> User:
    boundary = raw.get("PermissionsBoundary") or {}
    return User(
        name=clean(raw["UserName"]),
        arn=clean(raw["Arn"]),
        created=_utc(raw["CreateDate"]),
        permissions_boundary=boundary.get("PermissionsBoundaryArn"),
        tags={tag["Key"]: tag["Value"] for tag in raw.get("Tags") or ()},
        path=clean(raw.get("Path") or "/"),
        id=clean(raw.get("UserId") or ""),
    )


async def _pages(aws: AwsSession, operation: str, key: str, **params: Any) -> AsyncIterator[list[Any]]:
    async for body in _bodies(aws, operation, **params):
        yield body[key]


def _bodies(aws: AwsSession, operation: str, **params: Any) -> AsyncIterator[Any]:
    return pages(lister(aws, "iam", operation, **params), operation, "Marker", truncated="IsTruncated")


async def _all(aws: AwsSession, operation: str, key: str, **params: Any) -> list[Any]:
    return [raw async for page in _pages(aws, operation, key, **params) for raw in page]


def _utc(when: datetime) -> datetime:
    return when.astimezone(UTC)
