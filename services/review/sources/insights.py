"""A trail's log group, by Logs Insights: split in time so that no answer is cut at its limit."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from datetime import UTC, datetime
from functools import partial

from services.aws import insights
from services.aws.cloudtrail import Sleep
from services.aws.errors import AwsError, Expired
from services.aws.insights import Results
from services.aws.session import AwsSession
from services.base.arn import region_in
from services.quoting.insights import InsightsQuery
from services.review.asking import askable, finished, portions, quotable, stopped_if_left
from services.review.batch import Batch, missed, unasked
from services.review.model import Window
from services.review.scan import Scanner
from services.review.sources.listing import PUBLISHED_LATE
from services.review.trails import TrailState

LIMIT = insights.MOST
MOST_OF_CONDITIONS = 9_000
"""Characters; a query may have 10,000."""


def source_name(state: TrailState) -> str:
    return f"log group of {state.source}"


async def read_insights(
    aws: AwsSession,
    scanner: Scanner,
    trails: Sequence[TrailState],
    window: Window,
    *,
    now: datetime,
    sleep: Sleep,
) -> AsyncGenerator[Batch, None]:
    """Those records in the log groups of *trails* that name whom *scanner* looks for."""
    quotable(scanner.matcher.subject)
    texts, strange = askable(scanner.matcher.texts)
    until = min(window.until + PUBLISHED_LATE, max(now, window.until))
    for state in trails:
        if strange:
            yield unasked(source_name(state), strange)
        for portion in portions(texts, most=MOST_OF_CONDITIONS, beside=24):
            group = Group(aws, scanner, state, question(portion), sleep)
            try:
                async for batch in group.read(int(window.since.timestamp()), int(until.timestamp()) + 1):
                    yield batch
            except Expired:
                raise
            except AwsError as error:
                yield missed(group.source, group.name, error)
                break


def question(texts: Sequence[str]) -> InsightsQuery:
    """What Insights is asked: the same search for bytes that files are given, so nothing else is lost."""
    parts = [InsightsQuery("@message like {text}", text=f'{text}"') for text in texts]
    return InsightsQuery(
        "fields @message | filter {parts} | sort @timestamp asc | limit {limit}",
        parts=InsightsQuery.join(" or ", parts),
        limit=LIMIT,
    )


class Group:
    """The log group of one trail."""

    def __init__(
        self, aws: AwsSession, scanner: Scanner, state: TrailState, query: InsightsQuery, sleep: Sleep
    ) -> None:
        arn = state.trail.log_group_arn or ""
        self.name = arn.partition(":log-group:")[2].removesuffix(":*")
        self.source = source_name(state)
        self._region = region_in(arn) or state.trail.home_region
        self._aws = aws
        self._scanner = scanner
        self._query = query
        self._sleep = sleep

    async def read(self, since: int, until: int) -> AsyncGenerator[Batch, None]:
        """[since, until] in seconds, the earliest first."""
        todo = [(since, until)]
        while todo:
            first, last = todo.pop()
            found = await self._ask(first, last)
            cut = max(found.matched, len(found.rows)) > len(found.rows) or len(found.rows) >= LIMIT
            if cut and first < last:
                middle = (first + last) // 2
                todo += [(middle + 1, last), (first, middle)]
                continue
            note = f"{self.name} {datetime.fromtimestamp(first, UTC):%Y-%m-%d %H:%M}"
            if cut:
                yield missed(
                    self.source, note, f"more than {LIMIT:,} records of one second: the rest was not read"
                )
            if found.status != "Complete":
                yield missed(self.source, note, f"the query ended as {found.status}")
            raws = (
                row["@message"].encode("utf-8", "surrogatepass") for row in found.rows if "@message" in row
            )
            scan = self._scanner.records(self.name, raws)
            scan.records, scan.bytes_read = max(scan.records, found.scanned), found.bytes_scanned
            yield Batch(self.source, note, scan)

    async def _ask(self, first: int, last: int) -> Results:
        query_id = await insights.start_query(
            self._aws, self._region, self.name, self._query, first, last, limit=LIMIT
        )
        async with stopped_if_left(partial(insights.stop_query, self._aws, self._region, query_id)):
            return await finished(partial(insights.results, self._aws, self._region, query_id), self._sleep)
