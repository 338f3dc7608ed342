"""Athena's API, where moto has canned answers."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import TYPE_CHECKING, Any, ClassVar

import moto.athena.urls
from moto.athena.responses import AthenaResponse
from moto.s3.exceptions import MissingBucket
from moto.s3.models import s3_backends

from sandbox.account.world import ACCOUNT, World
from sandbox.athena.errors import AthenaError
from sandbox.athena.queries import Athena, Query

if TYPE_CHECKING:
    from sandbox.athena.tables import Table

MOST = 1000
_OUTPUT = re.compile(r"s3://([^/]+)/?(.*)")


class Responses(AthenaResponse):
    """One request; moto makes one of these for each, so install() leaves what they share on the class."""

    athena: ClassVar[Athena]

    def start_query_execution(self) -> str:
        workgroup = self._get_param("WorkGroup") or "primary"
        found = self.athena_backend.work_groups.get(workgroup)
        if found is None:
            raise _invalid(f"WorkGroup {workgroup} is not found.")
        settled = found.configuration
        theirs = (settled.get("ResultConfiguration") or {}).get("OutputLocation") or ""
        asked = (self._get_param("ResultConfiguration") or {}).get("OutputLocation") or ""
        forced = theirs and settled.get("EnforceWorkGroupConfiguration")
        output = theirs if forced else asked or theirs
        if not output:
            raise _invalid("No output location provided. An output location is required.")
        _check_output(output)
        context = self._get_param("QueryExecutionContext") or {}
        query = self.athena.start(
            self._get_param("QueryString") or "",
            database=context.get("Database") or "default",
            workgroup=workgroup,
            output=output,
        )
        return json.dumps({"QueryExecutionId": query.id})

    def get_query_execution(self) -> str:
        query = self.athena.watch(self._get_param("QueryExecutionId"))
        status: dict[str, Any] = {"State": query.state, "SubmissionDateTime": query.submitted.timestamp()}
        if query.done:
            status["CompletionDateTime"] = query.done.timestamp()
        if query.reason:
            status["StateChangeReason"] = query.reason
        execution = {
            "QueryExecutionId": query.id,
            "Query": query.sql,
            "StatementType": query.kind,
            "WorkGroup": query.workgroup,
            "ResultConfiguration": {"OutputLocation": f"{query.output.rstrip('/')}/{query.id}.csv"},
            "QueryExecutionContext": {"Database": query.database},
            "Status": status,
            "Statistics": {"DataScannedInBytes": query.result.scanned_bytes},
        }
        return json.dumps({"QueryExecution": execution})

    def get_query_results(self) -> str:
        query = self.athena.watch(self._get_param("QueryExecutionId"))
        if query.state != "SUCCEEDED":
            raise _invalid(f"Query has not yet finished. Current state: {query.state}")
        size = self._get_param("MaxResults") or MOST
        if not 1 <= size <= MOST:
            raise _invalid(f"MaxResults must be between 1 and {MOST}")
        _keep(query)
        answer = query.result.answer
        # The first row of a SELECT's first page is the header.
        rows: list[tuple[str | None, ...]] = [answer.names, *answer.rows] if answer.names else []
        start = int(self._get_param("NextToken") or 0)
        columns = [{"Name": name, "Type": "varchar"} for name in answer.names]
        page: dict[str, Any] = {
            "ResultSet": {
                "Rows": [{"Data": [_cell(value) for value in row]} for row in rows[start : start + size]],
                "ResultSetMetadata": {"ColumnInfo": columns},
            }
        }
        if start + size < len(rows):
            page["NextToken"] = str(start + size)
        return json.dumps(page)

    def stop_query_execution(self) -> str:
        self.athena.stop(self._get_param("QueryExecutionId"))
        return "{}"

    def get_table_metadata(self) -> str:
        place = (self._get_param("DatabaseName"), self._get_param("TableName"))
        if self._get_param("CatalogName") != "AwsDataCatalog":
            raise _invalid("The catalog does not exist.")
        table = self.athena.tables.get(place)
        if table is None:
            raise AthenaError("MetadataException", f"EntityNotFoundException: Table {place[1]} not found.")
        return json.dumps({"TableMetadata": _described(table)})


def install(world: World) -> None:
    """Give the world an Athena; must come before the API's first request."""
    athena = Athena(world.clock)
    world.add(athena)
    Responses.athena = athena
    moto.athena.urls.url_paths["{0}/$"] = Responses.dispatch


def _cell(value: str | None) -> dict[str, str]:
    return {} if value is None else {"VarCharValue": value}


def _described(table: Table) -> dict[str, Any]:
    def column(name: str, kind: str) -> dict[str, str]:
        return {"Name": name, "Type": kind}

    return {
        "Name": table.name,
        "TableType": "EXTERNAL_TABLE",
        "Columns": [column(name, kind.sql("hive").lower()) for name, kind in table.columns.items()],
        "PartitionKeys": [column(each.name, "string") for each in table.partitions],
        "Parameters": {"location": f"s3://{table.bucket}/{table.prefix}"},
    }


def _check_output(output: str) -> None:
    place = _OUTPUT.fullmatch(output)
    try:
        s3_backends[ACCOUNT]["aws"].get_bucket(place[1] if place else "")
    except MissingBucket:
        raise _invalid(f"Unable to verify/create output bucket {output}") from None


def _keep(query: Query) -> None:
    """Leave the answer in the output location, as Athena does."""
    place = _OUTPUT.fullmatch(query.output)
    assert place is not None
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([query.result.answer.names, *query.result.answer.rows])
    key = f"{place[2].rstrip('/')}/{query.id}.csv".lstrip("/")
    s3_backends[ACCOUNT]["aws"].put_object(place[1], key, text.getvalue().encode())


def _invalid(message: str) -> AthenaError:
    return AthenaError("InvalidRequestException", message)
