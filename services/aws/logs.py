"""CloudWatch Logs: log groups and whether they take bearer tokens."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from services.aws.session import AwsSession
from services.base.text import clean


@dataclass(frozen=True, slots=True)
class LogGroup:
    """*bearer_enabled* is None where AWS did not say (a filter by pattern leaves the flag out)."""

    name: str
    region: str
    arn: str
    bearer_enabled: bool | None
    kms_key: str | None = None
    retention_days: int | None = None
    created: datetime | None = None


async def log_group_pages(
    aws: AwsSession, region: str, *, prefix: str | None = None
) -> AsyncIterator[tuple[LogGroup, ...]]:
    """Log groups of *region*, page by page; never asked by pattern, which would hide the bearer flag."""
    params: dict[str, Any] = {"limit": 50} | ({"logGroupNamePrefix": prefix} if prefix else {})
    while True:
        body = await aws.read("logs", "DescribeLogGroups", region=region, **params)
        yield tuple(
            LogGroup(
                name=clean(raw["logGroupName"]),
                region=region,
                arn=clean(raw.get("logGroupArn") or raw["arn"].removesuffix(":*")),
                # AWS leaves the flag out where the switch was never touched.
                bearer_enabled=bool(raw.get("bearerTokenAuthenticationEnabled", False)),
                kms_key=clean(raw["kmsKeyId"]) if raw.get("kmsKeyId") else None,
                retention_days=raw.get("retentionInDays"),
                created=_moment(raw.get("creationTime")),
            )
            for raw in body["logGroups"]
        )
        if not body.get("nextToken"):
            return
        params["nextToken"] = body["nextToken"]


async def find_log_group(aws: AwsSession, region: str, name: str) -> LogGroup | None:
    """The one of exactly that name."""
    async for page in log_group_pages(aws, region, prefix=name):
        for group in page:
            if group.name == name:
                return group
    return None


async def has_log_stream(aws: AwsSession, region: str, group: str, name: str) -> bool:
    """Raises NotFound where there is no such group."""
    params: dict[str, Any] = {"logGroupName": group, "logStreamNamePrefix": name}
    while True:
        body = await aws.read("logs", "DescribeLogStreams", region=region, **params)
        if any(raw["logStreamName"] == name for raw in body["logStreams"]):
            return True
        if not body.get("nextToken"):
            return False
        params["nextToken"] = body["nextToken"]


async def message_pages(
    aws: AwsSession, region: str, group: str, *, stream: str | None = None
) -> AsyncIterator[tuple[str, ...]]:
    """The messages of a group, or of one of its streams; a page may be empty and not the last."""
    params: dict[str, Any] = {"logGroupName": group, "limit": 50}
    params |= {"logStreamNames": [stream]} if stream else {}
    while True:
        body = await aws.read("logs", "FilterLogEvents", region=region, **params)
        yield tuple(clean(raw["message"]) for raw in body["events"])
        if not body.get("nextToken"):
            return
        params["nextToken"] = body["nextToken"]


def _moment(milliseconds: int | None) -> datetime | None:
    return datetime.fromtimestamp(milliseconds / 1000, UTC) if milliseconds else None
