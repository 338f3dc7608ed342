"""An event data store of CloudTrail Lake."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from datetime import datetime, timedelta
from functools import partial

from services.aws import lake
from services.aws.cloudtrail import Sleep
from services.aws.errors import AwsError, Expired
from services.aws.lake import EventDataStore
from services.aws.session import AwsSession
from services.quoting.sql import Sql, StoreId, Unquotable
from services.review.asking import askable, finished, portions, quotable, stopped_if_left
from services.review.batch import Batch, missed, unasked
from services.review.coverage import Coverage
from services.review.flight import together
from services.review.model import Unreadable, Window
from services.review.recorded import Covers, recorded
from services.review.scan import Scanner

MOST_OF_CONDITIONS = 9_000
"""Characters; a statement may have 10,000."""


def source_name(store: EventDataStore) -> str:
    return f"event data store {store.name}"


async def read_stores(
    aws: AwsSession, regions: Sequence[str]
) -> tuple[tuple[EventDataStore, ...], tuple[Unreadable, ...]]:
    """The stores whose home is one of *regions*, and where they could not be listed."""
    answers = await together(_of_region(aws, region) for region in regions)
    stores = [store for answer in answers if isinstance(answer, tuple) for store in answer]
    return tuple(stores), tuple(answer for answer in answers if isinstance(answer, Unreadable))


async def _of_region(aws: AwsSession, region: str) -> tuple[EventDataStore, ...] | Unreadable:
    try:
        return await lake.event_data_stores(aws, region)
    except Expired:
        raise
    except AwsError as error:
        return Unreadable.of(f"the event data stores of {region}", error)


def store_rows(
    store: EventDataStore, regions: Sequence[str], window: Window, service: str | None, now: datetime
) -> list[Coverage]:
    """What *store* holds of the key's use, by Region and time."""
    taken = recorded(store.selectors, service)
    since, until = window.since, window.until
    begun = min(max(since, store.created or since, now - timedelta(days=store.retention_days)), until)
    known = min(max(begun, store.updated or begun), until)
    rows: list[Coverage] = []
    for region in regions if store.multi_region else (store.region,):

        def row(covers: Covers, first: datetime, last: datetime, note: str, region: str = region) -> None:
            if first < last:
                rows.append(Coverage(source_name(store), region, covers, first, last, note))

        row("no", since, begun, "the store keeps nothing older")
        row("unknown", begun, known, "the store has changed since: what it recorded before is unknown")
        if store.status == "ENABLED":
            row(taken.covers, known, until, taken.note or "as set now")
        else:
            row("unknown", known, until, f"the store is {store.status}")
    return rows


async def read_lake(
    aws: AwsSession, scanner: Scanner, stores: Sequence[EventDataStore], window: Window, *, sleep: Sleep
) -> AsyncGenerator[Batch, None]:
    """Those records in *stores* that name whom *scanner* looks for."""
    quotable(scanner.matcher.subject)
    texts, strange = askable(scanner.matcher.texts)
    for store in stores:
        source = source_name(store)
        if strange:
            yield unasked(source, strange)
        for portion in portions(texts, most=MOST_OF_CONDITIONS, beside=32):
            try:
                async with aclosing(_answers(aws, scanner, store, portion, window, sleep)) as batches:
                    async for batch in batches:
                        yield batch
            except Expired:
                raise
            except (AwsError, Unquotable) as error:
                yield missed(source, source, error)
                break


async def _answers(
    aws: AwsSession,
    scanner: Scanner,
    store: EventDataStore,
    texts: Sequence[str],
    window: Window,
    sleep: Sleep,
) -> AsyncGenerator[Batch, None]:
    source, region = source_name(store), store.region
    query_id = await lake.start_query(aws, region, question(store, texts, window))
    async with stopped_if_left(partial(lake.cancel_query, aws, region, query_id)):
        page = await finished(partial(lake.query_page, aws, region, query_id), sleep)
    if page.state != "FINISHED":
        yield missed(source, source, f"the query ended as {page.state}: {page.error}")
        return
    async for rows in lake.result_pages(aws, region, query_id, page):
        raws = (row["eventjson"].encode("utf-8", "surrogatepass") for row in rows)
        yield Batch(source, store.name, scanner.records(source, raws))


def question(store: EventDataStore, texts: Sequence[str], window: Window) -> Sql:
    """The same search for bytes that files are given; a `_` of LIKE takes more, never less."""
    parts = [Sql("eventJson LIKE {pattern}", pattern=f'%{text}"%') for text in texts]
    return Sql(
        "SELECT eventJson FROM {store} WHERE eventTime >= {since} AND eventTime <= {until} AND ({parts})",
        store=StoreId(store.id),
        since=window.since,
        until=window.until + timedelta(seconds=1),
        parts=Sql.join(" OR ", parts),
    )
