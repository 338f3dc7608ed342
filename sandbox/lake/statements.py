"""Runs the queries that CloudTrail Lake takes, over an event data store's records."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlglot import exp

from sandbox.athena import duck
from sandbox.athena.answer import Answer
from sandbox.athena.statement import Unreadable, read_statement
from sandbox.cloudtrail.errors import CloudTrailError
from sandbox.cloudtrail.records import Record

_IDENTITY = (
    "struct<type:string, principalid:string, arn:string, accountid:string, accesskeyid:string, "
    "username:string, sessioncontext:struct<sessionissuer:struct<type:string, arn:string, username:string>>, "
    "invokedby:string>"
)
_TEXTS = (
    "eventid eventsource eventname awsregion sourceipaddress useragent errorcode errormessage requestid "
    "eventtype eventcategory recipientaccountid eventjson"
)
COLUMNS: Mapping[str, exp.DataType] = {
    **{name: exp.DataType.build("text") for name in _TEXTS.split()},
    "useridentity": exp.DataType.build(_IDENTITY, dialect="hive"),
    "eventtime": exp.DataType.build("timestamp"),
    "readonly": exp.DataType.build("boolean"),
    "managementevent": exp.DataType.build("boolean"),
    "requestparameters": exp.DataType.build("map<text, text>"),
}
"""Of the documented schema, what is recorded here."""


def answer(sql: str, records: Iterable[Record]) -> Answer:
    """Raises QueryFailed."""
    statement = parsed(sql)
    for table in list(statement.find_all(exp.Table)):
        table.replace(exp.to_table("t", alias=table.alias or None))
    return duck.run(statement, COLUMNS, map(_row, records))


def parsed(sql: str) -> exp.Expr:
    try:
        statement = read_statement(sql, "presto")
    except Unreadable as error:
        raise CloudTrailError("InvalidQueryStatementException", f"The query is not valid: {error}") from None
    if not isinstance(statement, exp.Select):
        raise CloudTrailError("InvalidQueryStatementException", "Only SELECT statements are allowed.")
    return statement


def _row(record: Record) -> dict[str, Any]:
    lower = _lower(record)
    row = {name: lower.get(name) for name in COLUMNS}
    row["eventtime"] = str(record["eventTime"]).replace("T", " ").removesuffix("Z")
    row["requestparameters"] = {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in (record.get("requestParameters") or {}).items()
    }
    return row | {"eventjson": json.dumps(record, separators=(",", ":"))}


def _lower(value: Any) -> Any:
    if isinstance(value, dict):
        return {name.lower(): _lower(inner) for name, inner in value.items()}
    return value
