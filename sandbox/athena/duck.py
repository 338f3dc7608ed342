"""Runs a query in Trino's dialect for real, in DuckDB, over rows in memory.

Queries, names and types are a stranger's: DuckDB is locked before it sees any of them.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from typing import Any

import duckdb
from sqlglot import exp
from sqlglot.errors import SqlglotError

from sandbox.athena.answer import Answer
from sandbox.athena.errors import QueryFailed

Row = Mapping[str, Any]

LOCKED: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": False,
    "allow_community_extensions": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "python_enable_replacements": False,
    "max_temp_directory_size": "0KiB",
    "memory_limit": "256MB",
    "threads": 1,
    "lock_configuration": True,
}
"""No files, no network, no extensions, no variables of this program; and nothing can switch them on."""

SECONDS = 10.0
MOST_ROWS = 200_000

SCALARS = {
    exp.DType.BIGINT: "BIGINT",
    exp.DType.BOOLEAN: "BOOLEAN",
    exp.DType.CHAR: "VARCHAR",
    exp.DType.DATE: "DATE",
    exp.DType.DOUBLE: "DOUBLE",
    exp.DType.FLOAT: "FLOAT",
    exp.DType.INT: "INTEGER",
    exp.DType.SMALLINT: "SMALLINT",
    exp.DType.TEXT: "VARCHAR",
    exp.DType.TIMESTAMP: "TIMESTAMP",
    exp.DType.TINYINT: "TINYINT",
    exp.DType.VARCHAR: "VARCHAR",
}


def run(
    query: exp.Expr, columns: Mapping[str, exp.DataType], rows: Iterable[Row], *, table: str = "t"
) -> Answer:
    """What *query* answers where *table* has these *columns* and *rows*; raises QueryFailed."""
    fields = ", ".join(f"{_quoted(name)} {_type(kind)}" for name, kind in columns.items())
    shape = json.dumps({name: _shape(kind) for name, kind in columns.items()})
    try:
        sql = query.sql(dialect="duckdb")
        with closing(duckdb.connect(config=LOCKED)) as database, _for_so_long(database):
            database.execute(f"CREATE TABLE {_quoted(table)} ({fields})")
            lines = [json.dumps(row) for row in rows]
            if lines:
                database.execute(
                    f"INSERT INTO {_quoted(table)} "
                    "SELECT unnest(json_transform(line, ?)) FROM (SELECT unnest(?) AS line)",
                    [shape, lines],
                )
            done = database.execute(sql)
            names = tuple(column[0] for column in done.description or ())
            found = done.fetchmany(MOST_ROWS + 1)
    except (duckdb.Error, SqlglotError, UnicodeError) as error:
        raise QueryFailed(f"SYNTAX_ERROR: {error}") from None
    except RecursionError:
        raise QueryFailed("SYNTAX_ERROR: the query is nested too deeply") from None
    if len(found) > MOST_ROWS:
        raise QueryFailed(f"NOT_SUPPORTED: more than {MOST_ROWS} rows are not answered here")
    return Answer(names, tuple(tuple(map(_printed, row)) for row in found))


@contextmanager
def _for_so_long(database: duckdb.DuckDBPyConnection) -> Iterator[None]:
    timer = threading.Timer(SECONDS, database.interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()


def _quoted(name: str) -> str:
    """An identifier, whatever it is made of."""
    return '"' + name.replace('"', '""') + '"'


def _type(kind: exp.Expr | None) -> str:
    """A type of the few that are known, its fields' names quoted."""
    if isinstance(kind, exp.DataType):
        inner = kind.expressions
        if kind.this in SCALARS:
            return SCALARS[kind.this]
        if kind.this is exp.DType.ARRAY and len(inner) == 1:
            return f"{_type(inner[0])}[]"
        if kind.this is exp.DType.MAP and len(inner) == 2:
            return f"MAP({_type(inner[0])}, {_type(inner[1])})"
        if kind.this is exp.DType.STRUCT and all(isinstance(each, exp.ColumnDef) for each in inner):
            fields = (f"{_quoted(each.name.lower())} {_type(each.args.get('kind'))}" for each in inner)
            return f"STRUCT({', '.join(fields)})"
    raise QueryFailed("NOT_SUPPORTED: a column has a type that is not known here")


def _shape(kind: exp.Expr) -> Any:
    """The type as json_transform takes it, which lets fields be missing."""
    if kind.this is exp.DType.STRUCT:
        return {each.name.lower(): _shape(each.args["kind"]) for each in kind.expressions}
    return [_shape(kind.expressions[0])] if kind.this is exp.DType.ARRAY else _type(kind)


def _printed(value: object) -> str | None:
    match value:
        case None:
            return None
        case bool():
            return str(value).lower()
        case Sequence() if not isinstance(value, str):
            return "[" + ", ".join(str(_printed(each)) for each in value) + "]"
        case Mapping():
            return "{" + ", ".join(f"{name}={_printed(each)}" for name, each in value.items()) + "}"
        case _:
            return str(value)
