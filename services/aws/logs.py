"""CloudWatch Logs: log groups and whether they take bearer tokens."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from services.aws.session import AwsSession
from services.text import clean


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


def _moment(milliseconds: int | None) -> datetime | None:
    return datetime.fromtimestamp(milliseconds / 1000, UTC) if milliseconds else None
