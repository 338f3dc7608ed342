"""Runs a query in Trino's dialect for real, in DuckDB, over rows in memory."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from sqlglot import exp
from sqlglot.errors import SqlglotError

from sandbox.athena.errors import QueryFailed

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """*rows* hold text as Athena prints it, None for NULL."""

    names: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]


def run(
    query: exp.Expr, columns: Mapping[str, exp.DataType], rows: Iterable[Row], *, table: str = "t"
) -> Answer:
    """What *query* answers where *table* has these *columns* and *rows*; raises QueryFailed."""
    try:
        sql = query.sql(dialect="duckdb")
        types = {name: kind.sql(dialect="duckdb") for name, kind in columns.items()}
    except SqlglotError as error:
        raise QueryFailed(f"SYNTAX_ERROR: {error}") from None
    with closing(duckdb.connect(config={"threads": 1})) as database:
        try:
            _load(database, table, types, rows)
            # The query is a stranger's: it must not reach this machine's files.
            database.execute("SET enable_external_access = false")
            done = database.execute(sql)
            names = tuple(column[0] for column in done.description or ())
            return Answer(names, tuple(tuple(map(_printed, row)) for row in done.fetchall()))
        except duckdb.Error as error:
            raise QueryFailed(f"SYNTAX_ERROR: {error}") from None


def _load(
    database: duckdb.DuckDBPyConnection, table: str, types: Mapping[str, str], rows: Iterable[Row]
) -> None:
    named = ", ".join(f'"{name}" {kind}' for name, kind in types.items())
    database.execute(f'CREATE TABLE "{table}" ({named})')
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "rows.json")
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        if path.stat().st_size:
            listed = ", ".join(f"'{name}': '{kind}'" for name, kind in types.items())
            database.execute(
                f"INSERT INTO \"{table}\" SELECT * FROM read_json('{path}', columns={{{listed}}}, "
                "format='newline_delimited', maximum_object_size=104857600)"
            )


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
