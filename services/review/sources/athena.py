"""A trail's objects by Athena: for long windows and organisations, where to read them all takes too long."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from functools import partial

from services.aws import athena, s3
from services.aws.athena import Execution
from services.aws.cloudtrail import Sleep
from services.aws.errors import AwsError, Expired, ReadOnly
from services.aws.session import AwsSession
from services.quoting.sql import Sql, Unquotable
from services.review.asking import askable, finished, portions, quotable, stopped_if_left
from services.review.batch import Batch, missed, unasked
from services.review.model import Athena, SourceUnavailable, Window
from services.review.scan import Scanner
from services.review.sources.athenasql import Place, Whom, as_record, create_table, question
from services.review.sources.s3 import log_roots, objects_of_days
from services.review.trails import TrailState

MOST_OF_CONDITIONS = 50_000
"""Characters; a statement may have 262,144 bytes, and each text stands in several conditions."""


class Question:
    """Asks Athena for what *trails* delivered of *account* in *window*."""

    def __init__(
        self,
        aws: AwsSession,
        scanner: Scanner,
        trails: Sequence[TrailState],
        account: str,
        window: Window,
        options: Athena,
        *,
        note: Callable[[str, str], None],
        sleep: Sleep,
    ) -> None:
        self._aws = aws
        self._scanner = scanner
        self._places = {(each.trail.bucket, each.trail.prefix): each for each in reversed(trails)}
        self._account = account
        self._window = window
        self._options = options
        self._note = note
        self._sleep = sleep
        quotable(scanner.matcher.subject)
        self._texts, self._strange = askable(scanner.matcher.texts)

    async def read(self) -> AsyncGenerator[Batch, None]:
        for state in self._places.values():
            if self._strange:
                yield unasked(state.source, self._strange)
            try:
                for root in await log_roots(self._aws, state.trail):
                    async with aclosing(self._root(state, Place(state.trail.bucket, root))) as batches:
                        async for batch in batches:
                            yield batch
            except Expired:
                raise
            except AwsError as error:
                yield missed(state.source, f"{state.source} by Athena", error)

    async def _root(self, state: TrailState, place: Place) -> AsyncGenerator[Batch, None]:
        regions, size, objects = await self._size(place)
        if not regions:
            return
        region = self._options.region or state.trail.home_region
        self._note(state.source, f"Athena is to scan {size / 1e6:,.1f} MB in {objects:,} objects at most")
        await self._table(region, place)
        for portion in portions(self._texts, most=MOST_OF_CONDITIONS, beside=20):
            whom = Whom.of(self._scanner.matcher, portion)
            sql = question(place, self._options.database, whom, self._account, regions, self._window)
            async with aclosing(self._answers(state, region, sql, objects)) as batches:
                async for batch in batches:
                    yield batch

    async def _answers(
        self, state: TrailState, region: str, sql: Sql, objects: int
    ) -> AsyncGenerator[Batch, None]:
        query_id, done = await self._run(region, sql)
        if done.state != "SUCCEEDED":
            yield missed(state.source, f"{state.source} by Athena", f"{done.state}: {done.reason}")
            return
        note = f"scanned {done.scanned / 1e6:,.1f} MB"
        scanned, counted = done.scanned, objects
        async with aclosing(athena.result_pages(self._aws, region, query_id)) as pages:
            async for rows in pages:
                scan = self._scanner.records(f"{state.source} by Athena", map(as_record, rows))
                scan.bytes_read, scan.objects = scanned, counted
                scanned = counted = 0
                yield Batch(state.source, note, scan, objects)

    async def _size(self, place: Place) -> tuple[list[str], int, int]:
        """The Regions with objects of the window, their bytes and how many they are."""
        own = f"{place.root}{self._account}/CloudTrail/"
        regions: list[str] = []
        size = count = 0
        for region in await s3.list_folders(self._aws, place.bucket, own):
            found = objects_of_days(self._aws, place.bucket, f"{own}{region}/", self._window)
            before = count
            async with aclosing(found):
                async for each in found:
                    size += each.size
                    count += 1
            if count > before:
                regions.append(region)
        return regions, size, count

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
