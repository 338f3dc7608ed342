"""CloudTrail Lake: the event data stores there are, and queries of them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from services.aws.cloudtrail import EventSelectors, advanced_selector
from services.aws.paging import lister, pages
from services.aws.session import AwsSession
from services.base.text import clean
from services.quoting.sql import Sql

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
    """*state* in CloudTrail's words, and the rows once it is FINISHED; *body* is as CloudTrail wrote it."""

    state: str
    error: str = ""
    rows: tuple[dict[str, str], ...] = ()
    scanned: int = 0
    body: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def done(self) -> bool:
        return self.state not in ("QUEUED", "RUNNING")


async def event_data_stores(aws: AwsSession, region: str) -> tuple[EventDataStore, ...]:
    """Those whose home is *region*."""
    arns: list[str] = []
    ask = lister(aws, "cloudtrail", "ListEventDataStores", region=region)
    async for body in pages(ask, "ListEventDataStores", "NextToken"):
        arns += [str(raw["EventDataStoreArn"]) for raw in body["EventDataStores"]]
    found = [
        await aws.read("cloudtrail", "GetEventDataStore", region=region, EventDataStore=arn) for arn in arns
    ]
    return tuple(_store(raw, region) for raw in found)


async def start_query(aws: AwsSession, region: str, sql: Sql) -> str:
    body = await aws.read("cloudtrail", "StartQuery", region=region, QueryStatement=str(sql))
    return str(body["QueryId"])


async def query_page(aws: AwsSession, region: str, query_id: str) -> Page:
    return _page(await _results(aws, region, query_id)())


async def result_pages(
    aws: AwsSession, region: str, query_id: str, first: Page
) -> AsyncGenerator[tuple[dict[str, str], ...], None]:
    """All rows of a query that is FINISHED, of which *first* is the first page."""
    ask = _results(aws, region, query_id)
    async for body in pages(ask, "GetQueryResults", "NextToken", first=first.body):
        yield _page(body).rows


def _results(aws: AwsSession, region: str, query_id: str) -> Callable[..., Awaitable[Any]]:
    return lister(aws, "cloudtrail", "GetQueryResults", region=region, QueryId=query_id, MaxQueryResults=PAGE)


def _page(body: Mapping[str, Any]) -> Page:
    return Page(
        state=str(body.get("QueryStatus") or "QUEUED"),
        error=clean(body.get("ErrorMessage") or "", limit=600),
        rows=tuple(
            {name.lower(): value for cell in row for name, value in cell.items()}
            for row in body.get("QueryResultRows") or ()
        ),
        scanned=int((body.get("QueryStatistics") or {}).get("BytesScanned") or 0),
        body=body,
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
