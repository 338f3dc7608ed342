"""CloudTrail Lake: the event data stores there are, and queries of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from services.aws.cloudtrail import EventSelectors, advanced_selector
from services.aws.session import AwsSession
from services.base.text import clean

PAGE = 1000


@dataclass(frozen=True, slots=True)
class EventDataStore:
    """*arn* is as AWS needs it back, so not cleaned."""

    name: str
    arn: str
    region: str
    status: str
    selectors: EventSelectors
    multi_region: bool
    retention_days: int
    created: datetime | None
    updated: datetime | None

    @property
    def id(self) -> str:
        return self.arn.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Page:
    """*state* in CloudTrail's words, and the rows once it is FINISHED."""

    state: str
    error: str = ""
    rows: tuple[dict[str, str], ...] = ()
    scanned: int = 0
    next_token: str | None = None

    @property
    def done(self) -> bool:
        return self.state not in ("QUEUED", "RUNNING")


async def event_data_stores(aws: AwsSession, region: str) -> tuple[EventDataStore, ...]:
    """Those whose home is *region*."""
    arns: list[str] = []
    params: dict[str, Any] = {}
    while True:
        body = await aws.read("cloudtrail", "ListEventDataStores", region=region, **params)
        arns += [str(raw["EventDataStoreArn"]) for raw in body.get("EventDataStores") or ()]
        if not body.get("NextToken"):
            break
        params["NextToken"] = body["NextToken"]
    found = [
        await aws.read("cloudtrail", "GetEventDataStore", region=region, EventDataStore=arn) for arn in arns
    ]
    return tuple(_store(raw, region) for raw in found)


async def start_query(aws: AwsSession, region: str, sql: str) -> str:
    body = await aws.read("cloudtrail", "StartQuery", region=region, QueryStatement=sql)
    return str(body["QueryId"])


async def query_page(aws: AwsSession, region: str, query_id: str, token: str | None = None) -> Page:
    params = {"QueryId": query_id, "MaxQueryResults": PAGE} | ({"NextToken": token} if token else {})
    body = await aws.read("cloudtrail", "GetQueryResults", region=region, **params)
    return Page(
        state=str(body.get("QueryStatus") or "QUEUED"),
        error=clean(body.get("ErrorMessage") or "", limit=600),
        rows=tuple(
            {name.lower(): value for cell in row for name, value in cell.items()}
            for row in body.get("QueryResultRows") or ()
        ),
        scanned=int((body.get("QueryStatistics") or {}).get("BytesScanned") or 0),
        next_token=body.get("NextToken"),
    )


async def cancel_query(aws: AwsSession, region: str, query_id: str) -> None:
    await aws.read("cloudtrail", "CancelQuery", region=region, QueryId=query_id)


def _store(raw: Mapping[str, Any], region: str) -> EventDataStore:
    return EventDataStore(
        name=clean(raw.get("Name") or ""),
        arn=str(raw["EventDataStoreArn"]),
        region=region,
        status=clean(raw.get("Status") or ""),
        selectors=EventSelectors(
            advanced=tuple(advanced_selector(each) for each in raw.get("AdvancedEventSelectors") or ())
        ),
        multi_region=bool(raw.get("MultiRegionEnabled")),
        retention_days=int(raw.get("RetentionPeriod") or 0),
        created=_utc(raw.get("CreatedTimestamp")),
        updated=_utc(raw.get("UpdatedTimestamp")),
    )


def _utc(when: datetime | None) -> datetime | None:
    return when.astimezone(UTC) if when else None
