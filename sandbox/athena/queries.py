"""Queries from their start to their answer, as Athena lets one watch them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from sandbox.account.world import Clock
from sandbox.athena.duck import Answer
from sandbox.athena.errors import AthenaError, QueryFailed
from sandbox.athena.scan import Scanned, select
from sandbox.athena.tables import Table, define

State: TypeAlias = Literal["QUEUED", "RUNNING", "SUCCEEDED", "FAILED", "CANCELLED"]
EMPTY = Scanned(Answer((), ()), 0)


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
        _parsed(sql)
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
            query.result = self._answer(_parsed(query.sql), query.database)
            query.state = "SUCCEEDED"
        except QueryFailed as failed:
            query.state, query.reason = "FAILED", str(failed)
        query.done = self._clock.now()

    def _answer(self, statement: exp.Expr, database: str) -> Scanned:
        match statement:
            case exp.Select():
                return select(statement, self.tables, database)
            case exp.Create(kind="TABLE"):
                self._create(statement, database)
            case exp.Create(kind="SCHEMA" | "DATABASE"):
                self.databases.add(statement.this.name)
            case exp.Drop(kind="TABLE"):
                self.tables.pop((statement.this.db or database, statement.this.name), None)
            case _:
                raise QueryFailed("NOT_SUPPORTED: this kind of statement is not known here")
        return EMPTY

    def _create(self, statement: exp.Create, database: str) -> None:
        table = define(statement, database)
        if table.database not in self.databases:
            raise QueryFailed(
                f"FAILED: SemanticException [Error 10072]: Database does not exist: {table.database}"
            )
        if (table.database, table.name) in self.tables and not statement.args.get("exists"):
            raise QueryFailed(f"FAILED: AlreadyExistsException: Table {table.name} already exists")
        self.tables.setdefault((table.database, table.name), table)


def _parsed(sql: str) -> exp.Expr:
    try:
        (statement,) = sqlglot.parse(sql, read="athena")
    except (SqlglotError, ValueError) as error:
        raise AthenaError("InvalidRequestException", f"line 1:1: mismatched input: {error}") from None
    if statement is None or isinstance(statement, exp.Command):
        raise AthenaError("InvalidRequestException", "Queries of this type are not supported")
    return statement
