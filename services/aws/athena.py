"""Athena: queries from start to answer, and whether a table is there."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from services.aws.errors import AwsError, NotAws, NotFound
from services.aws.paging import lister, pages
from services.aws.session import AwsSession
from services.base.text import clean
from services.quoting.sql import Sql

State: TypeAlias = Literal["QUEUED", "RUNNING", "SUCCEEDED", "FAILED", "CANCELLED"]
CATALOG = "AwsDataCatalog"
PAGE = 1000


@dataclass(frozen=True, slots=True)
class Execution:
    """*reason* says why it failed, in Athena's words; *scanned* is in bytes."""

    state: State
    reason: str = ""
    scanned: int = 0

    @property
    def done(self) -> bool:
        return self.state not in ("QUEUED", "RUNNING")


async def start_query(
    aws: AwsSession, region: str, sql: Sql, *, database: str, workgroup: str | None, output: str | None
) -> str:
    """The id of the query; *output* is an s3:// place for its results where the workgroup names none."""
    params: dict[str, Any] = {"QueryString": str(sql), "QueryExecutionContext": {"Database": database}}
    if workgroup:
        params["WorkGroup"] = workgroup
    if output:
        params["ResultConfiguration"] = {"OutputLocation": output}
    body = await aws.read("athena", "StartQueryExecution", region=region, **params)
    return str(body["QueryExecutionId"])


async def execution(aws: AwsSession, region: str, query_id: str) -> Execution:
    body = await aws.read("athena", "GetQueryExecution", region=region, QueryExecutionId=query_id)
    found = body["QueryExecution"]
    status = found.get("Status") or {}
    return Execution(
        state=status.get("State") or "QUEUED",
        reason=clean(status.get("StateChangeReason") or "", limit=600),
        scanned=int((found.get("Statistics") or {}).get("DataScannedInBytes") or 0),
    )


async def result_pages(
    aws: AwsSession, region: str, query_id: str
) -> AsyncGenerator[tuple[dict[str, str | None], ...], None]:
    """The rows of a SELECT by column name, without the header that stands first."""
    ask = lister(aws, "athena", "GetQueryResults", region=region, QueryExecutionId=query_id, MaxResults=PAGE)
    header = True
    async for body in pages(ask, "GetQueryResults", "NextToken"):
        names = [str(each["Name"]) for each in body["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]]
        rows = body["ResultSet"]["Rows"][1 if header else 0 :]
        header = False
        cells = [[cell.get("VarCharValue") for cell in row["Data"]] for row in rows]
        if any(len(row) != len(names) for row in cells):
            raise NotAws("GetQueryResults", "the answer's rows do not match its columns")
        yield tuple(dict(zip(names, row, strict=True)) for row in cells)


async def stop_query(aws: AwsSession, region: str, query_id: str) -> None:
    await aws.read("athena", "StopQueryExecution", region=region, QueryExecutionId=query_id)


async def has_table(aws: AwsSession, region: str, database: str, table: str) -> bool:
    try:
        await aws.read(
            "athena",
            "GetTableMetadata",
            region=region,
            CatalogName=CATALOG,
            DatabaseName=database,
            TableName=table,
        )
    except NotFound:
        return False
    except AwsError as error:
        # What the catalogue lacks comes as a failure of the catalogue.
        if error.code == "MetadataException" and "not found" in error.said.lower():
            return False
        raise
    return True
