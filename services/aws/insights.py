"""Logs Insights: queries of one log group."""

from __future__ import annotations

from dataclasses import dataclass

from services.aws.session import AwsSession
from services.quoting.insights import InsightsQuery

MOST = 10_000
"""Results that one query gives at most."""


@dataclass(frozen=True, slots=True)
class Results:
    """*rows* by field name; *matched* counts also those beyond the query's limit."""

    status: str
    rows: tuple[dict[str, str], ...] = ()
    matched: int = 0
    scanned: int = 0
    bytes_scanned: int = 0

    @property
    def done(self) -> bool:
        return self.status not in ("Scheduled", "Running", "Unknown")


async def start_query(
    aws: AwsSession, region: str, group: str, query: InsightsQuery, since: int, until: int, *, limit: int
) -> str:
    """Ask for [since, until], in whole seconds since 1970, both in it; the query's id."""
    body = await aws.read(
        "logs",
        "StartQuery",
        region=region,
        logGroupName=group,
        queryString=str(query),
        startTime=since,
        endTime=until,
        limit=limit,
    )
    return str(body["queryId"])


async def results(aws: AwsSession, region: str, query_id: str) -> Results:
    body = await aws.read("logs", "GetQueryResults", region=region, queryId=query_id)
    counts = body.get("statistics") or {}
    return Results(
        status=str(body.get("status") or "Unknown"),
        rows=tuple(
            {str(cell["field"]): str(cell.get("value") or "") for cell in row if "field" in cell}
            for row in body.get("results") or ()
        ),
        matched=int(counts.get("recordsMatched") or 0),
        scanned=int(counts.get("recordsScanned") or 0),
        bytes_scanned=int(counts.get("bytesScanned") or 0),
    )


async def stop_query(aws: AwsSession, region: str, query_id: str) -> None:
    await aws.read("logs", "StopQuery", region=region, queryId=query_id)
