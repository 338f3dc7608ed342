"""Who may do what by which policies: all users and groups of an account, by one call a page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.aws.session import AwsSession
from services.base.text import clean

PAGE = 1000


@dataclass(frozen=True, slots=True)
class Holder:
    """A user or group: inline policies by name, ARNs of the attached ones, names of a user's groups."""

    name: str
    arn: str
    inline: Mapping[str, Mapping[str, Any]]
    attached: tuple[str, ...]
    groups: tuple[str, ...] = ()
    boundary: str | None = None


@dataclass(frozen=True, slots=True)
class Authorization:
    users: Mapping[str, Holder]
    groups: Mapping[str, Holder]


async def read_authorization(aws: AwsSession) -> Authorization:
    users: dict[str, Holder] = {}
    groups: dict[str, Holder] = {}
    params: dict[str, Any] = {"Filter": ["User", "Group"], "MaxItems": PAGE}
    while True:
        body = await aws.read("iam", "GetAccountAuthorizationDetails", **params)
        users |= {found.name: found for found in (_holder(raw, "User") for raw in body["UserDetailList"])}
        groups |= {found.name: found for found in (_holder(raw, "Group") for raw in body["GroupDetailList"])}
        if not body.get("IsTruncated"):
            return Authorization(users, groups)
        params["Marker"] = body["Marker"]


def _holder(raw: Mapping[str, Any], kind: str) -> Holder:
    inline = {
        clean(each["PolicyName"]): each["PolicyDocument"] for each in raw.get(f"{kind}PolicyList") or ()
    }
    return Holder(
        name=clean(raw[f"{kind}Name"]),
        arn=clean(raw["Arn"]),
        inline={name: document if isinstance(document, Mapping) else {} for name, document in inline.items()},
        attached=tuple(clean(each["PolicyArn"]) for each in raw.get("AttachedManagedPolicies") or ()),
        groups=tuple(clean(name) for name in raw.get("GroupList") or ()),
        boundary=(raw.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn"),
    )
