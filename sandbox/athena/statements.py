"""Runs the statements that Athena takes."""

from __future__ import annotations

from sqlglot import exp

from sandbox.athena.answer import EMPTY, Scanned
from sandbox.athena.errors import AthenaError, QueryFailed
from sandbox.athena.scan import select
from sandbox.athena.statement import Unreadable, read_statement
from sandbox.athena.tables import Table, define

Tables = dict[tuple[str, str], Table]


def answer(sql: str, database: str, databases: set[str], tables: Tables) -> Scanned:
    """What *sql* answers; *databases* and *tables* are changed as it says. Raises QueryFailed."""
    match statement := parsed(sql):
        case exp.Select():
            return select(statement, tables, database)
        case exp.Create(kind="TABLE"):
            _create(statement, database, databases, tables)
        case exp.Create(kind="SCHEMA" | "DATABASE", this=exp.Table()):
            databases.add(statement.this.name)
        case exp.Drop(kind="TABLE"):
            for table in statement.find_all(exp.Table):
                tables.pop((table.db or database, table.name), None)
        case _:
            raise QueryFailed("NOT_SUPPORTED: this kind of statement is not known here")
    return EMPTY


def parsed(sql: str) -> exp.Expr:
    """Raises AthenaError where *sql* cannot be read at all."""
    try:
        statement = read_statement(sql, "athena")
    except Unreadable as error:
        raise AthenaError("InvalidRequestException", f"line 1:1: mismatched input: {error}") from None
    if isinstance(statement, exp.Command):
        raise AthenaError("InvalidRequestException", "Queries of this type are not supported")
    return statement


def _create(statement: exp.Create, database: str, databases: set[str], tables: Tables) -> None:
    table = define(statement, database)
    if table.database not in databases:
        raise QueryFailed(
            f"FAILED: SemanticException [Error 10072]: Database does not exist: {table.database}"
        )
    if (table.database, table.name) in tables and not statement.args.get("exists"):
        raise QueryFailed(f"FAILED: AlreadyExistsException: Table {table.name} already exists")
    tables.setdefault((table.database, table.name), table)
