"""Secrets Manager: whether a secret exists and which versions it has; its value is never read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.aws.errors import NotFound
from services.aws.session import AwsSession
from services.base.text import clean


@dataclass(frozen=True, slots=True)
class SecretInfo:
    name: str
    arn: str
    created: datetime | None
    versions: tuple[str, ...]
    changed: datetime | None = None
    deleted: datetime | None = None
    """When it was marked for deletion: until it is gone its name is taken, and it takes no new value."""


async def describe(aws: AwsSession, name: str) -> SecretInfo | None:
    """The secret's metadata, or None where there is none of that name."""
    try:
        body = await aws.read("secretsmanager", "DescribeSecret", SecretId=name)
    except NotFound:
        return None
    versions = tuple((body.get("VersionIdsToStages") or {}).keys())
    changed = body.get("LastChangedDate") or body.get("CreatedDate")
    return SecretInfo(
        clean(body["Name"]),
        clean(body["ARN"]),
        body.get("CreatedDate"),
        versions,
        changed,
        body.get("DeletedDate"),
    )
