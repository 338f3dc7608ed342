"""Queries from their start to their answer, as Athena lets one watch them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Literal, TypeAlias

from sandbox.account.world import Clock
from sandbox.athena.answer import EMPTY, NOT_INSTALLED, Scanned
from sandbox.athena.errors import AthenaError, QueryFailed

if TYPE_CHECKING:
    from sandbox.athena.tables import Table

State: TypeAlias = Literal["QUEUED", "RUNNING", "SUCCEEDED", "FAILED", "CANCELLED"]


@dataclass(slots=True)
class Query:
    sql: str
    database: str
    workgroup: str
    output: str
    submitted: datetime
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    state: State = "QUEUED"
    reason: str | None = None
    done: datetime | None = None
    result: Scanned = EMPTY

    @property
    def kind(self) -> str:
        return "DML" if self.sql.lstrip().upper().startswith(("SELECT", "WITH")) else "DDL"


class Athena:
    """The tables and the queries of one account; `world.part(Athena)` finds it."""

    def __init__(self, clock: Clock) -> None:
        self.delay = timedelta(milliseconds=20)
        """How long a query waits, and then how long it runs."""
        self.databases = {"default"}
        self.tables: dict[tuple[str, str], Table] = {}
        self.queries: dict[str, Query] = {}
        self._clock = clock

    def start(self, sql: str, *, database: str, workgroup: str, output: str) -> Query:
        """Take a query; AthenaError where it cannot be read at all."""
        _engine().parsed(sql)
        query = Query(sql, database, workgroup, output, self._clock.now())
        self.queries[query.id] = query
        return query

    def watch(self, query_id: str) -> Query:
        """The query as it is now; it runs when its time has come and it was not stopped."""
        query = self.queries.get(query_id)
        if query is None:
            raise AthenaError("InvalidRequestException", f"QueryExecution {query_id} was not found")
        since = self._clock.now() - query.submitted
        if query.state in ("QUEUED", "RUNNING"):
            if since >= 2 * self.delay:
                self._run(query)
            elif since >= self.delay:
                query.state = "RUNNING"
        return query

    def stop(self, query_id: str) -> None:
        query = self.watch(query_id)
        if query.state in ("QUEUED", "RUNNING"):
            query.state, query.done = "CANCELLED", self._clock.now()

    def _run(self, query: Query) -> None:
        try:
            query.result = _engine().answer(query.sql, query.database, self.databases, self.tables)
            query.state = "SUCCEEDED"
        except QueryFailed as failed:
            query.state, query.reason = "FAILED", str(failed)
        query.done = self._clock.now()


def _engine() -> ModuleType:
    """DuckDB and an SQL parser are large, and nobody's until a query comes."""
    try:
        return import_module("sandbox.athena.statements")
    except ModuleNotFoundError:
        raise AthenaError("InternalServerException", NOT_INSTALLED) from None
