"""A trail's bucket: may CloudTrail write there, and what its objects are called."""

from __future__ import annotations

import gzip
import json
import random
import re
import string
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from moto.cloudtrail.models import Trail
from moto.s3.exceptions import MissingBucket
from moto.s3.models import FakeBucket, s3_backends

from sandbox.cloudtrail.organization import id_of
from sandbox.cloudtrail.records import Record

SERVICE = "cloudtrail.amazonaws.com"
_SUFFIX = string.ascii_letters + string.digits


def delivery_error(trail: Trail) -> str | None:
    """The S3 error code CloudTrail would meet on writing for this trail, or None."""
    bucket = _bucket(trail)
    if bucket is None:
        return "NoSuchBucket"
    try:
        policy = json.loads(bucket.policy) if bucket.policy else {}
    except ValueError:
        policy = {}
    arn = f"arn:{trail.partition}:s3:::{trail.bucket_name}"
    written = f"{arn}/{_root(trail, trail.account_id)}/CloudTrail/us-east-1/x"
    needed = (("s3:GetBucketAcl", arn), ("s3:PutObject", written))
    statements = _listed(policy.get("Statement"))
    if all(_allowed(statements, action, resource, trail) for action, resource in needed):
        return None
    return "AccessDenied"


def object_key(
    trail: Trail, region: str, published: datetime, rng: random.Random, account: str | None = None
) -> str:
    """For records of *account*, the trail's own where none is named."""
    account = account or trail.account_id
    suffix = "".join(rng.choices(_SUFFIX, k=16))
    name = f"{account}_CloudTrail_{region}_{published:%Y%m%dT%H%MZ}_{suffix}.json.gz"
    return f"{_root(trail, account)}/CloudTrail/{region}/{published:%Y/%m/%d}/{name}"


def write(trail: Trail, key: str, records: Iterable[Record], published: datetime) -> bytes:
    """Put one object into the trail's bucket, which must exist, as of when it was published; its document."""
    document = json.dumps({"Records": list(records)}, separators=(",", ":")).encode()
    backend = s3_backends[trail.account_id][trail.partition]
    stored = backend.put_object(trail.bucket_name, key, gzip.compress(document, 6, mtime=0))
    stored.last_modified = published.replace(tzinfo=None)
    stored.metadata["Content-Type"] = "application/json"
    stored.metadata["Content-Encoding"] = "gzip"
    return document


def _root(trail: Trail, account: str) -> str:
    prefix = f"{trail.s3_key_prefix}/" if trail.s3_key_prefix else ""
    organization = id_of(trail)
    return f"{prefix}AWSLogs/{f'{organization}/' if organization else ''}{account}"


def _bucket(trail: Trail) -> FakeBucket | None:
    try:
        return s3_backends[trail.account_id][trail.partition].get_bucket(trail.bucket_name)
    except MissingBucket:
        return None


def _allowed(statements: Sequence[Mapping[str, Any]], action: str, resource: str, trail: Trail) -> bool:
    """Whether the service may do *action*; of conditions only those on its source can fail for it."""
    allowed = False
    for statement in statements:
        if not _names_service(statement.get("Principal")):
            continue
        if not any(_like(p, action, re.IGNORECASE) for p in _listed(statement.get("Action"))):
            continue
        if not any(_like(p, resource) for p in _listed(statement.get("Resource"))):
            continue
        condition = statement.get("Condition") or {}
        if statement.get("Effect") == "Deny" and not condition:
            return False
        allowed = allowed or (statement.get("Effect") == "Allow" and _source_fits(condition, trail))
    return allowed


def _names_service(principal: Any) -> bool:
    if isinstance(principal, Mapping):
        return any(
            name in ("*", SERVICE) for key in ("Service", "AWS") for name in _listed(principal.get(key))
        )
    return bool(principal == "*")


def _source_fits(condition: Mapping[str, Any], trail: Trail) -> bool:
    source = {"aws:sourcearn": trail.arn, "aws:sourceaccount": trail.account_id}
    return all(
        any(_like(each, source[key.lower()]) for each in _listed(wanted))
        for tests in condition.values()
        for key, wanted in tests.items()
        if key.lower() in source
    )


def _like(pattern: str, value: str, flags: int = 0) -> bool:
    regex = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(regex, value, flags) is not None


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
