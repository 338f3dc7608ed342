"""Secrets Manager: whether a secret exists and which versions it has; its value is never read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.aws.errors import NotFound, Unexpected
from services.aws.paging import lister, pages
from services.aws.session import AwsSession
from services.base import documents
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
    kms_key: str | None = None
    """None for the account's own."""
    replicas: tuple[str, ...] = ()
    """The Regions it is copied to."""
    replica_keys: tuple[str, ...] = ()
    """The KMS keys that encrypt those copies, where they are not the account's own."""


@dataclass(frozen=True, slots=True)
class SecretEntry:
    """A secret as it is listed; *told* is what its description and its tags say."""

    name: str
    changed: datetime | None = None
    told: tuple[str, ...] = ()


async def search(
    aws: AwsSession, key: str, text: str, *, region: str | None = None
) -> tuple[SecretEntry, ...]:
    """The secrets of a Region with *text* in the field *key*, "name" (from its beginning) or "all"."""
    filters = [{"Key": key, "Values": [text]}]
    ask = lister(aws, "secretsmanager", "ListSecrets", region=region, Filters=filters, MaxResults=100)
    return tuple(
        [_entry(raw) async for body in pages(ask, "ListSecrets", "NextToken") for raw in body["SecretList"]]
    )


def _entry(raw: Mapping[str, Any]) -> SecretEntry:
    tags = (clean(part) for tag in raw.get("Tags") or () for part in tag.values())
    told = (clean(raw.get("Description") or ""), *tags)
    return SecretEntry(clean(raw["Name"]), raw.get("LastChangedDate") or raw.get("CreatedDate"), told)


async def describe(aws: AwsSession, name: str, *, region: str) -> SecretInfo | None:
    """The secret's metadata, or None where that Region has none of that name."""
    try:
        body = await aws.read("secretsmanager", "DescribeSecret", region=region, SecretId=name)
    except NotFound:
        return None
    versions = tuple((body.get("VersionIdsToStages") or {}).keys())
    copies = body.get("ReplicationStatus") or ()
    changed = body.get("LastChangedDate") or body.get("CreatedDate")
    return SecretInfo(
        clean(body["Name"]),
        clean(body["ARN"]),
        body.get("CreatedDate"),
        versions,
        changed,
        body.get("DeletedDate"),
        clean(body["KmsKeyId"]) if body.get("KmsKeyId") else None,
        tuple(clean(each.get("Region") or "") for each in copies),
        tuple(clean(each["KmsKeyId"]) for each in copies if each.get("KmsKeyId")),
    )


async def resource_policy(aws: AwsSession, name: str, *, region: str) -> Mapping[str, Any] | None:
    """Who else may use the secret; None where nothing is said of that."""
    body = await aws.read("secretsmanager", "GetResourcePolicy", region=region, SecretId=name)
    if not (text := body.get("ResourcePolicy")):
        return None
    if (document := documents.mapping(text)) is None:
        raise Unexpected("GetResourcePolicy", "the answer is not a policy, so it may not come from AWS")
    return document
