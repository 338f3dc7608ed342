"""Statements made to reach this machine, by every way in which text comes to the database."""

from __future__ import annotations

import gzip
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.wire.server import Sandbox
from tests.samples import share

Boto = Callable[..., Any]

CANARY = "never to be read"
DONE = {"SUCCEEDED", "FINISHED"}

FUNCTIONS = (
    "read_text('{file}')",
    "read_blob('{file}')",
    "read_csv('{file}')",
    "read_csv_auto('{file}')",
    "read_json('{file}')",
    "read_json_objects('{file}')",
    "read_parquet('{file}')",
    "parquet_metadata('{file}')",
    "sniff_csv('{file}')",
    "glob('{folder}/*')",
    "query('SELECT * FROM read_text(''{file}'')')",
    "query_table('{file}')",
    "sqlite_scan('{file}', 't')",
    "duckdb_secrets()",
    "which_secret('{file}', 's3')",
)
NAMES = (
    '"',
    "`",
    "'",
    ") ; COPY (SELECT 1) TO '{out}' --",
    "a\" VARCHAR); COPY (SELECT 1) TO '{out}'; --",
    "a\" VARCHAR); CREATE TABLE x AS SELECT * FROM read_text('{file}'); --",
    "x' FORMAT 'y",
    "$$",
    "/*",
    "--",
    "a\nb",
    "\u202e",
    "a" * 5000,
    "é",
    "\\",
)
TABLE = (
    "CREATE EXTERNAL TABLE {table} ({columns}) PARTITIONED BY ({partition} string) "
    "ROW FORMAT SERDE '{serde}' STORED AS INPUTFORMAT 'com.amazon.emr.cloudtrail.CloudTrailInputFormat' "
    "OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat' LOCATION '{location}' "
    "TBLPROPERTIES ('projection.enabled'='true', 'projection.{property}.type'='enum', "
    "'projection.{property}.values'='us-east-1', 'storage.location.template'='{location}${{{property}}}')"
)
MADE = "SELECT * FROM made WHERE region = 'us-east-1'"
USUAL = {
    "table": "made",
    "columns": "eventid string",
    "partition": "region",
    "serde": "org.apache.hive.hcatalog.data.JsonSerDe",
    "location": "s3://audit/logs/",
    "property": "region",
}
BY_NAME: Mapping[str, Callable[[str], str]] = {
    "column": lambda name: TABLE.format(**USUAL | {"columns": f"`{name}` string"}),
    "bare column": lambda name: TABLE.format(**USUAL | {"columns": f"{name} string"}),
    "field": lambda name: TABLE.format(**USUAL | {"columns": f"c struct<`{name}`:string>"}),
    "inner field": lambda name: TABLE.format(
        **USUAL | {"columns": f"c array<struct<a:struct<`{name}`:string>>>"}
    ),
    "type": lambda name: TABLE.format(**USUAL | {"columns": f"c {name}"}),
    "table": lambda name: TABLE.format(**USUAL | {"table": f"`{name}`"}),
    "database": lambda name: TABLE.format(**USUAL | {"table": f"`{name}`.t"}),
    "partition": lambda name: TABLE.format(**USUAL | {"partition": f"`{name}`", "property": name}),
    "location": lambda name: TABLE.format(**USUAL | {"location": f"s3://audit/{name}/"}),
    "serde": lambda name: TABLE.format(**USUAL | {"serde": name}),
    "schema": lambda name: f"CREATE DATABASE `{name}`",
    "dropped": lambda name: f"DROP TABLE `{name}`",
    "selected": lambda name: f"SELECT \"{name}\" FROM t WHERE region = 'us-east-1'",
    "bare": lambda name: f"SELECT {name} FROM t",
    "alias": lambda name: f'SELECT eventid AS "{name}" FROM t',
    "text": lambda name: f"SELECT '{name}' FROM t",
    "condition": lambda name: f"SELECT eventid FROM t WHERE region = '{name}'",
    "partition's condition": lambda name: f"SELECT eventid FROM t WHERE {name} = region",
    "from": lambda name: f'SELECT * FROM "{name}"',
}
STATEMENTS = (
    "COPY (SELECT 1) TO '{out}'",
    "COPY t FROM '{file}'",
    "ATTACH '{out}'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET enable_external_access = true",
    "RESET lock_configuration",
    "PRAGMA database_list",
    "EXPORT DATABASE '{out}'",
    "IMPORT DATABASE '{folder}'",
    "CALL read_text('{file}')",
    "INSERT INTO t SELECT 1",
    "CREATE TABLE x AS SELECT * FROM read_text('{file}')",
    "CREATE VIEW x AS SELECT * FROM read_text('{file}')",
    "CREATE MACRO x() AS (SELECT 1)",
    "CREATE FUNCTION x() RETURNS int LANGUAGE PYTHON AS 'import os'",
    "CREATE SECRET s (TYPE S3)",
    "SELECT 1; COPY (SELECT 1) TO '{out}'",
    "SELECT * FROM '{file}'",
    'SELECT * FROM "{file}"',
    "SELECT (SELECT content FROM read_text('{file}')) FROM t",
    "SELECT eventid FROM t WHERE region IN (SELECT content FROM read_text('{file}'))",
    "WITH x AS (SELECT * FROM read_text('{file}')) SELECT * FROM x",
    "SELECT getenv('HOME') FROM t",
    "SELECT current_setting('home_directory') FROM t",
    "SELECT * FROM lines",
    "SELECT * FROM t UNION SELECT * FROM read_text('{file}')",
    "EXPLAIN ANALYZE COPY (SELECT 1) TO '{out}'",
    "SELECT " + "(" * 3000 + "1" + ")" * 3000,
    "SELECT " + "-" * 20 + "1 FROM t",
    " ",
    ";",
    "\x00",
    "SELECT '\ud800' FROM t",
)


@pytest.fixture
def ways(boto: Boto, sandbox: Sandbox) -> Mapping[str, Callable[[str], tuple[str, str]]]:
    """Run a statement by a service: its state, and all that it answers."""
    s3 = boto("s3")
    s3.create_bucket(Bucket="audit")
    records = gzip.compress(json.dumps({"Records": [{"eventID": "one"}]}).encode())
    s3.put_object(Bucket="audit", Key="logs/us-east-1/x.json.gz", Body=records)
    athena, lake = boto("athena"), boto("cloudtrail")
    output = {"OutputLocation": "s3://audit/answers/"}
    store = lake.create_event_data_store(Name="store")["EventDataStoreArn"].rpartition("/")[2]
    for name in ("one", "two", "three"):
        boto("iam").create_user(UserName=name)

    def refusal(error: ClientError) -> tuple[str, str]:
        return f"refused with {error.response['ResponseMetadata']['HTTPStatusCode']}", str(error)

    def by_athena(sql: str) -> tuple[str, str]:
        try:
            query = athena.start_query_execution(QueryString=sql, ResultConfiguration=output)[
                "QueryExecutionId"
            ]
            sandbox.world.clock.advance(timedelta(minutes=1))
            return answered_by_athena(query)
        except ClientError as error:
            return refusal(error)

    def answered_by_athena(query: str) -> tuple[str, str]:
        status = athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]["Status"]
        if status["State"] != "SUCCEEDED":
            return status["State"], status["StateChangeReason"]
        return status["State"], str(athena.get_query_results(QueryExecutionId=query))

    def by_lake(sql: str) -> tuple[str, str]:
        sql = re.sub(r"\bFROM t\b", f"FROM {store}", sql)
        try:
            query = lake.start_query(QueryStatement=sql)["QueryId"]
            sandbox.world.clock.advance(timedelta(minutes=1))
            answer = lake.get_query_results(QueryId=query)
        except ClientError as error:
            return refusal(error)
        return answer["QueryStatus"], str(answer)

    by_athena(TABLE.format(**USUAL | {"table": "t"}))
    return {"athena": by_athena, "lake": by_lake}


@pytest.fixture
def ran(
    ways: Mapping[str, Callable[[str], tuple[str, str]]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., None]:
    """Runs statements by both services, and looks at what became of this machine's files."""
    folder = tmp_path / "files"
    folder.mkdir()
    file = folder / "canary"
    file.write_text(CANARY)
    monkeypatch.chdir(folder)
    places = {"file": str(file), "folder": str(folder), "out": str(folder / "out")}

    def run(*statements: str, services: int = 2) -> None:
        states: Counter[str] = Counter()
        for number, written in enumerate(statements):
            sql = written
            for name, place in places.items():
                sql = sql.replace("{" + name + "}", place)
            for service, ask in share([*ways.items()], len(ways) // services, number):
                ask("DROP TABLE made")
                state, answer = ask(sql)
                if "EXTERNAL" in sql and state == "SUCCEEDED":
                    # Only what is read is loaded.
                    state, answer = ask(MADE)
                assert "500" not in state, (service, sql[:300], answer)
                states[state] += 1
                # The statement itself may stand in an answer; what is in the file never does.
                assert CANARY not in answer, (service, sql[:300])
                assert sorted(path.name for path in folder.iterdir()) == ["canary"], (service, sql[:300])
        assert file.read_text() == CANARY
        sys.stdout.write(f"{states.total()} statements: {dict(states)}\n")

    return run


@pytest.mark.parametrize("form", BY_NAME)
def test_names_are_names(ran: Callable[..., None], form: str) -> None:
    """Each name in each form; of the two services, which read by one parser, each gets every second one."""
    ran(*(BY_NAME[form](name) for name in NAMES), services=1)


def test_functions_that_read_files_read_none(ran: Callable[..., None]) -> None:
    ran(*(f"SELECT * FROM {call}" for call in FUNCTIONS), *(f"SELECT {call} FROM t" for call in FUNCTIONS))


def test_statements_that_are_no_queries_do_nothing(ran: Callable[..., None]) -> None:
    ran(*STATEMENTS)


def test_a_hostile_name_that_is_taken_is_a_column_of_that_name(
    ways: Mapping[str, Callable[[str], tuple[str, str]]],
) -> None:
    name = 'a" varchar); drop table t; --'
    ask = ways["athena"]
    made = TABLE.format(**USUAL | {"table": "odd", "columns": f"`{name}` struct<`{name}`:string>"})
    assert ask(made)[0] == "SUCCEEDED"
    quoted = name.replace('"', '""')
    state, answer = ask(f"SELECT \"{quoted}\" FROM odd WHERE region = 'us-east-1'")
    assert (state, name in answer) == ("SUCCEEDED", True), answer


def test_a_query_that_never_ends_is_ended(
    ways: Mapping[str, Callable[[str], tuple[str, str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sandbox.athena.duck.SECONDS", 0.2)
    ways["lake"]("SELECT eventid FROM t")
    joined = " ".join(f"CROSS JOIN t AS a{number}" for number in range(1, 25))
    longer = " || ".join(f"a{number}.eventid" for number in range(25))
    state, answer = ways["lake"](f"SELECT count(*) FROM t AS a0 {joined} WHERE {longer} > 'z'")
    assert state == "FAILED", answer
    assert "interrupt" in answer.lower(), answer
