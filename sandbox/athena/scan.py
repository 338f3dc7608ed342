"""Reads what a query needs of a table, and no partition that it rules out."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Mapping
from typing import Any

from moto.s3.exceptions import MissingBucket
from moto.s3.models import FakeKey, s3_backends
from sqlglot import exp

from sandbox.account.world import ACCOUNT
from sandbox.athena import duck
from sandbox.athena.answer import Scanned
from sandbox.athena.errors import QueryFailed
from sandbox.athena.tables import Table, rows


def select(query: exp.Expr, tables: Mapping[tuple[str, str], Table], database: str) -> Scanned:
    """Run a SELECT over one table; raises QueryFailed."""
    named = list(query.find_all(exp.Table))
    if len(named) != 1:
        raise QueryFailed("NOT_SUPPORTED: a query here reads exactly one table")
    table = tables.get((named[0].db or database, named[0].name))
    if table is None:
        raise QueryFailed(
            f"TABLE_NOT_FOUND: Table '{named[0].db or database}.{named[0].name}' does not exist"
        )
    conditions = _on_partitions(query, table)
    _check_injected(conditions, table)
    objects = list(_pruned(_objects(table), conditions, table))
    found = (row for each, partition in objects for row in rows(table, _unpacked(each), partition))
    named[0].replace(exp.to_table("t", alias=named[0].alias or table.name))
    answer = duck.run(query, table.all_columns, found)
    return Scanned(answer, sum(each.size for each, _ in objects))


def _objects(table: Table) -> Iterator[tuple[FakeKey, dict[str, str]]]:
    try:
        bucket = s3_backends[ACCOUNT]["aws"].get_bucket(table.bucket)
    except MissingBucket:
        raise QueryFailed(f"HIVE_METASTORE_ERROR: the bucket {table.bucket} does not exist") from None
    for key in sorted(bucket.keys):
        if key.startswith(table.prefix) and (partition := table.partition_of(key)) is not None:
            found = bucket.keys[key]
            if found.size and found.storage_class not in ("GLACIER", "DEEP_ARCHIVE"):
                yield found, partition


def _unpacked(key: FakeKey) -> bytes:
    try:
        return gzip.decompress(key.value)
    except (OSError, EOFError):
        raise QueryFailed(
            f"HIVE_CURSOR_ERROR: incorrect header check in s3://{key.bucket_name}/{key.name}"
        ) from None


def _on_partitions(query: exp.Expr, table: Table) -> list[exp.Expr]:
    """The conditions that speak of partitions alone, all of which must hold."""
    names = {partition.name for partition in table.partitions}
    where = query.args.get("where")
    if where is None:
        return []
    parts = where.this.flatten() if isinstance(where.this, exp.And) else [where.this]
    return [part for part in parts if _columns(part) and _columns(part) <= names]


def _columns(part: exp.Expr) -> set[str]:
    return {column.name.lower() for column in part.find_all(exp.Column)}


def _check_injected(conditions: list[exp.Expr], table: Table) -> None:
    fixed = {name for part in conditions if isinstance(part, exp.EQ | exp.In) for name in _columns(part)}
    for partition in table.partitions:
        if partition.kind == "injected" and partition.name not in fixed:
            raise QueryFailed(
                f"CONSTRAINT_VIOLATION: For the injected projected partition column {partition.name}, "
                "the WHERE clause must contain only static equality conditions"
            )


def _pruned(
    objects: Iterator[tuple[FakeKey, dict[str, str]]], conditions: list[exp.Expr], table: Table
) -> Iterator[tuple[FakeKey, dict[str, str]]]:
    every = list(objects)
    names = [partition.name for partition in table.partitions]
    if not (every and conditions):
        yield from every
        return
    distinct: list[dict[str, Any]] = [dict(each) for each in {tuple(p.items()): p for _, p in every}.values()]
    asked = exp.select(*(exp.column(name, quoted=True) for name in names)).from_("t")
    asked = asked.where(*(_bare(part) for part in conditions))
    text = exp.DataType.build("text")
    kept = set(duck.run(asked, dict.fromkeys(names, text), distinct).rows)
    yield from (pair for pair in every if tuple(pair[1][name] for name in names) in kept)


def _bare(part: exp.Expr) -> exp.Expr:
    copied = part.copy()
    for column in copied.find_all(exp.Column):
        column.set("table", None)
    return copied
