"""Event data stores, what they took in, and queries of them."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib import import_module
from types import ModuleType
from typing import Any, Literal, TypeAlias

from sandbox.account.world import ACCOUNT, HOME_REGION, Clock
from sandbox.athena.answer import EMPTY, NOT_INSTALLED, Answer
from sandbox.athena.errors import QueryFailed
from sandbox.cloudtrail.errors import CloudTrailError
from sandbox.cloudtrail.records import Record
from sandbox.cloudtrail.selectors import matches

State: TypeAlias = Literal["QUEUED", "RUNNING", "FINISHED", "FAILED", "CANCELLED"]

_TABLE = re.compile(r"\bFROM\s+([0-9a-f]{8}-[0-9a-f-]{27})\b", re.IGNORECASE)


@dataclass(slots=True)
class Store:
    name: str
    selectors: Sequence[Mapping[str, Any]]
    created: datetime
    multi_region: bool = True
    region: str = HOME_REGION
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    records: list[Record] = field(default_factory=list)

    @property
    def arn(self) -> str:
        return f"arn:aws:cloudtrail:{self.region}:{ACCOUNT}:eventdatastore/{self.id}"

    def offer(self, record: Record) -> None:
        if (self.multi_region or record["awsRegion"] == self.region) and matches(record, [], self.selectors):
            self.records.append(record)


@dataclass(slots=True)
class Query:
    sql: str
    store: Store
    submitted: datetime
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    state: State = "QUEUED"
    error: str | None = None
    answer: Answer = EMPTY.answer


class Lake:
    """`world.part(Lake)` finds it."""

    def __init__(self, clock: Clock) -> None:
        self.delay = timedelta(milliseconds=20)
        self.stores: dict[str, Store] = {}
        self.queries: dict[str, Query] = {}
        self._clock = clock

    def offer(self, record: Record) -> None:
        for store in self.stores.values():
            store.offer(record)

    def create(
        self, name: str, selectors: Sequence[Mapping[str, Any]], *, multi_region: bool, region: str
    ) -> Store:
        store = Store(name, selectors, self._clock.now(), multi_region, region)
        self.stores[store.id] = store
        return store

    def store(self, name: str) -> Store:
        """By id or ARN."""
        found = self.stores.get(name.rpartition("/")[2])
        if found is None:
            raise CloudTrailError("EventDataStoreNotFoundException", f"{name} was not found.")
        return found

    def start(self, sql: str) -> Query:
        query = Query(sql, self.store(_table(sql)), self._clock.now())
        _engine().parsed(_quoted(sql))
        self.queries[query.id] = query
        return query

    def watch(self, query_id: str) -> Query:
        query = self.queries.get(query_id)
        if query is None:
            raise CloudTrailError("QueryIdNotFoundException", f"The query {query_id} was not found.")
        since = self._clock.now() - query.submitted
        if query.state in ("QUEUED", "RUNNING"):
            if since >= 2 * self.delay:
                self._run(query)
            elif since >= self.delay:
                query.state = "RUNNING"
        return query

    def cancel(self, query_id: str) -> Query:
        query = self.watch(query_id)
        if query.state not in ("QUEUED", "RUNNING"):
            raise CloudTrailError("InactiveQueryException", "The query is no longer running.")
        query.state = "CANCELLED"
        return query

    def _run(self, query: Query) -> None:
        try:
            query.answer = _engine().answer(_quoted(query.sql), query.store.records)
            query.state = "FINISHED"
        except QueryFailed as failed:
            query.state, query.error = "FAILED", str(failed)


def _table(sql: str) -> str:
    found = _TABLE.search(sql)
    if found is None:
        raise CloudTrailError("InvalidQueryStatementException", "FROM takes the id of an event data store.")
    return found[1]


def _quoted(sql: str) -> str:
    """With the id of the store as a name that SQL knows."""
    return _TABLE.sub(r'FROM "\1"', sql)


def _engine() -> ModuleType:
    try:
        return import_module("sandbox.lake.statements")
    except ModuleNotFoundError:
        raise CloudTrailError("InternalServiceErrorException", NOT_INSTALLED) from None
