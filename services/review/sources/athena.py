"""A trail's objects by Athena: for long windows and organisations, where to read them all takes too long."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial

from services.aws import athena, s3
from services.aws.athena import Execution
from services.aws.cloudtrail import Sleep
from services.aws.errors import AwsError, Expired, ReadOnly
from services.aws.session import AwsSession
from services.quoting.sql import Sql, Unquotable
from services.review.asking import askable, finished, portions, quotable, stopped_if_left
from services.review.batch import Batch, missed, unasked
from services.review.gunzip import PACKED_LIMIT
from services.review.model import Athena, SourceUnavailable
from services.review.scan import Scanner
from services.review.sources.athenasql import Place, Whom, as_record, create_table, question
from services.review.sources.listing import Listed, Listing
from services.review.trails import TrailState

MOST_OF_CONDITIONS = 50_000
"""Characters; a statement may have 262,144 bytes, and each text stands in several conditions."""


@dataclass(slots=True)
class _Size:
    """What is under one root: how much, and the newest object of each Region."""

    bytes: int = 0
    objects: int = 0
    newest: dict[str, Listed] = field(default_factory=dict)

    def add(self, item: Listed) -> None:
        self.bytes += item.size
        self.objects += 1
        self.newest[item.region] = item


class Question:
    """Asks Athena for what *trails* delivered; what of it is there, and what is not, *listing* shows."""

    def __init__(
        self,
        aws: AwsSession,
        scanner: Scanner,
        listing: Listing,
        options: Athena,
        *,
        note: Callable[[str, str], None],
        sleep: Sleep,
    ) -> None:
        self._aws = aws
        self._scanner = scanner
        self._listing = listing
        self._options = options
        self._note = note
        self._sleep = sleep
        quotable(scanner.matcher.subject)
        self._texts, self._strange = askable(scanner.matcher.texts)

    async def read(self) -> AsyncGenerator[Batch, None]:
        for state in self._listing.places():
            if self._strange:
                yield unasked(state.source, self._strange)
            try:
                roots: dict[str, _Size] = {}
                async with aclosing(self._listing.objects(state)) as found:
                    async for item in found:
                        if isinstance(item, Batch):
                            yield item
                        else:
                            roots.setdefault(item.root, _Size()).add(item)
                for root, size in roots.items():
                    async with aclosing(self._root(state, Place(state.trail.bucket, root), size)) as batches:
                        async for batch in batches:
                            yield batch
                    if self._listing.fresh:
                        await self._lag(state, size)
                async with aclosing(self._listing.validated(state)) as batches:
                    async for batch in batches:
                        yield batch
            except Expired:
                raise
            except AwsError as error:
                yield missed(state.source, f"{state.source} by Athena", error)

    async def _root(self, state: TrailState, place: Place, size: _Size) -> AsyncGenerator[Batch, None]:
        region = self._options.region or state.trail.home_region
        objects, account, window = size.objects, self._listing.account, self._listing.window
        scans = f"{size.bytes / 1e6:,.1f} MB in {objects:,} objects"
        self._note(state.source, f"Athena is to scan {scans} at most")
        await self._table(region, place)
        for portion in portions(self._texts, most=MOST_OF_CONDITIONS, beside=20):
            whom = Whom.of(self._scanner.matcher, portion)
            sql = question(place, self._options.database, whom, account, list(size.newest), window)
            async with aclosing(self._answers(state, region, sql, size)) as batches:
                async for batch in batches:
                    yield batch

    async def _answers(
        self, state: TrailState, region: str, sql: Sql, size: _Size
    ) -> AsyncGenerator[Batch, None]:
        query_id, done = await self._run(region, sql)
        if done.state != "SUCCEEDED":
            yield missed(state.source, f"{state.source} by Athena", f"{done.state}: {done.reason}")
            return
        if done.scanned < size.bytes:
            # Whoever may change tables can have one end early, or look elsewhere.
            short = f"its table leads to {done.scanned:,} bytes, and {size.bytes:,} were delivered"
            yield missed(state.source, f"{state.source} by Athena", f"{short}: use source s3")
        note = f"scanned {done.scanned / 1e6:,.1f} MB"
        objects = size.objects
        scanned, counted = done.scanned, objects
        async with aclosing(athena.result_pages(self._aws, region, query_id)) as pages:
            async for rows in pages:
                scan = self._scanner.records(f"{state.source} by Athena", map(as_record, rows))
                scan.bytes_read, scan.objects = scanned, counted
                scanned = counted = 0
                yield Batch(state.source, note, scan, objects)

    async def _lag(self, state: TrailState, size: _Size) -> None:
        """Note how late events came to the newest objects: Athena's answer does not tell."""
        for item in size.newest.values():
            if item.size > PACKED_LIMIT:
                continue
            try:
                async with aclosing(s3.get_object(self._aws, item.bucket, item.key)) as chunks:
                    packed = b"".join([chunk async for chunk in chunks])
            except Expired:
                raise
            except AwsError:
                # Without it there is nothing to go by, and that is said.
                continue
            scan = await asyncio.to_thread(self._scanner.object, item.name, packed)
            self._listing.ledger.object(state.source, item.key, scan.oldest)

    async def _table(self, region: str, place: Place) -> None:
        database = self._options.database
        if await athena.has_table(self._aws, region, database, place.table):
            return
        if not self._options.create:
            raise SourceUnavailable(
                f"Athena has no table {database}.{place.table} over {place.location}: create it with "
                "--athena-create (it moves no data), or use source s3."
            )
        if self._aws.read_only:
            raise ReadOnly("StartQueryExecution")
        try:
            sql = create_table(place, database)
        except Unquotable as error:
            raise SourceUnavailable(
                f"No Athena table can be created over this trail's objects: {error}. Use source s3."
            ) from None
        _, done = await self._run(region, sql)
        if done.state != "SUCCEEDED":
            raise SourceUnavailable(f"Athena did not create the table {place.table}: {done.reason}")

    async def _run(self, region: str, sql: Sql) -> tuple[str, Execution]:
        options = self._options
        query_id = await athena.start_query(
            self._aws,
            region,
            sql,
            database=options.database,
            workgroup=options.workgroup,
            output=options.output,
        )
        async with stopped_if_left(partial(athena.stop_query, self._aws, region, query_id)):
            return query_id, await finished(
                partial(athena.execution, self._aws, region, query_id), self._sleep
            )


async def or_else(
    first: AsyncGenerator[Batch, None],
    second: AsyncGenerator[Batch, None],
    told: Callable[[str], None],
) -> AsyncGenerator[Batch, None]:
    """*first*, and where it turns out not to be possible, *second*; *told* hears why."""
    try:
        async with aclosing(first):
            async for batch in first:
                yield batch
    except (SourceUnavailable, ReadOnly) as error:
        told(str(error))
        async with aclosing(second):
            async for batch in second:
                yield batch
