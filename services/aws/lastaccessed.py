"""IAM's service-last-accessed data: which services somebody's calls reached, and when they last did."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from services.aws.errors import Throttled
from services.aws.session import AwsSession
from services.base.text import clean

PATIENCE_SECONDS = 30.0


async def services_last_accessed(
    aws: AwsSession, arn: str, *, sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
) -> Mapping[str, datetime | None]:
    """By namespace (``logs``), for what the policies of *arn* grant; None where no call was recorded.

    IAM works on it for a while: Throttled is raised where that takes longer than patience lasts.
    """
    body = await aws.read("iam", "GenerateServiceLastAccessedDetails", Arn=arn)
    job, waited, pause = body["JobId"], 0.0, 0.1
    found: dict[str, datetime | None] = {}
    more: dict[str, Any] = {}
    while True:
        page = await aws.read("iam", "GetServiceLastAccessedDetails", JobId=job, MaxItems=1000, **more)
        match page["JobStatus"]:
            case "COMPLETED":
                for raw in page["ServicesLastAccessed"]:
                    found[clean(raw["ServiceNamespace"])] = _utc(raw.get("LastAuthenticated"))
                if not page.get("IsTruncated"):
                    return found
                more = {"Marker": page["Marker"]}
            case "IN_PROGRESS" if waited < PATIENCE_SECONDS:
                await sleep(pause)
                waited, pause = waited + pause, min(2.0, pause * 2)
            case status:
                said = f"IAM's last-accessed data was not ready ({clean(status)})"
                raise Throttled("GetServiceLastAccessedDetails", said)


def _utc(when: datetime | None) -> datetime | None:
    return when.astimezone(UTC) if when else None
