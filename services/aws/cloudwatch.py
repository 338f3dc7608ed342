"""CloudWatch: how many bytes came into each log group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from services.aws.paging import lister, pages
from services.aws.session import AwsSession

QUERIES_PER_REQUEST = 500


@dataclass(frozen=True, slots=True)
class MetricQuery:
    """The Sum of *metric* of AWS/Logs for one log group, a point for each period."""

    log_group: str
    metric: str = "IncomingBytes"
    period_seconds: int = 60


Points = tuple[tuple[datetime, float], ...]
"""(start of the period, sum) in order of time; where nothing came there is no point."""


async def get_metric_data(
    aws: AwsSession,
    region: str,
    queries: Sequence[MetricQuery],
    *,
    since: datetime,
    until: datetime,
) -> Mapping[MetricQuery, Points]:
    """The points of all *queries*, by one request for each 500 of them (and for each further page)."""
    found: dict[MetricQuery, dict[datetime, float]] = {query: {} for query in queries}
    for first in range(0, len(queries), QUERIES_PER_REQUEST):
        batch = {
            f"q{number}": query for number, query in enumerate(queries[first : first + QUERIES_PER_REQUEST])
        }
        params: dict[str, Any] = {
            "MetricDataQueries": [_query(name, query) for name, query in batch.items()],
            "StartTime": since,
            "EndTime": until,
            "ScanBy": "TimestampAscending",
        }
        ask = lister(aws, "cloudwatch", "GetMetricData", region=region, **params)
        async for body in pages(ask, "GetMetricData", "NextToken"):
            for result in body["MetricDataResults"]:
                times = (when.astimezone(UTC) for when in result["Timestamps"])
                if query := batch.get(result["Id"]):
                    found[query].update(zip(times, result["Values"], strict=False))
    return {query: tuple(sorted(points.items())) for query, points in found.items()}


def _query(name: str, query: MetricQuery) -> dict[str, object]:
    return {
        "Id": name,
        "MetricStat": {
            "Metric": {
                "Namespace": "AWS/Logs",
                "MetricName": query.metric,
                "Dimensions": [{"Name": "LogGroupName", "Value": query.log_group}],
            },
            "Period": query.period_seconds,
            "Stat": "Sum",
        },
        "ReturnData": True,
    }
