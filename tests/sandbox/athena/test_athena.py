"""Athena as boto3 sees it: SQL that is run, SQL that is wrong, partitions, pages and states."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.athena.queries import Athena
from sandbox.wire.server import Sandbox

Boto = Callable[..., Any]
ACCOUNT = "123456789012"
TABLE = """
CREATE EXTERNAL TABLE logs (eventid STRING, eventname STRING, requestparameters STRING,
  useridentity STRUCT<username:STRING,sessioncontext:STRUCT<sessionissuer:STRUCT<username:STRING>>>,
  resources ARRAY<STRUCT<arn:STRING,type:STRING>>)
PARTITIONED BY (account STRING, region STRING, `day` STRING)
ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe'
STORED AS INPUTFORMAT 'com.amazon.emr.cloudtrail.CloudTrailInputFormat'
OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
LOCATION 's3://audit/AWSLogs/'
TBLPROPERTIES ('projection.enabled'='true', 'projection.account.type'='injected',
  'projection.region.type'='enum', 'projection.region.values'='us-east-1,us-west-2',
  'projection.day.type'='date', 'projection.day.format'='yyyy/MM/dd', 'projection.day.range'='2020/01/01,NOW',
  'storage.location.template'='s3://audit/AWSLogs/${account}/CloudTrail/${region}/${day}')
"""
HERE = f"account = '{ACCOUNT}'"


@pytest.fixture
def audit(boto: Boto) -> dict[str, int]:
    """A bucket with one object a day and Region; the sizes of their bytes by key."""
    s3 = boto("s3")
    s3.create_bucket(Bucket="audit")
    sizes: dict[str, int] = {}
    for region in ("us-east-1", "us-west-2", "eu-west-1"):
        for day in (1, 2):
            record = {
                "eventID": f"{region} {day}",
                "eventName": "CreateUser",
                "requestParameters": {"userName": "bob", "n": 1},
                "userIdentity": {"userName": "alice", "type": "IAMUser"},
                "resources": [{"ARN": "arn:x", "type": "T"}, {"ARN": "arn:y"}],
            }
            body = gzip.compress(json.dumps({"Records": [record]}).encode())
            key = f"AWSLogs/{ACCOUNT}/CloudTrail/{region}/2026/01/0{day}/x.json.gz"
            s3.put_object(Bucket="audit", Key=key, Body=body)
            sizes[f"{region} {day}"] = len(body)
    return sizes


@pytest.fixture
def run(boto: Boto, sandbox: Sandbox, audit: dict[str, int]) -> Callable[[str], dict[str, Any]]:
    """Runs a statement to its end: its execution, as GetQueryExecution tells it."""
    client = boto("athena")

    def ask(sql: str) -> dict[str, Any]:
        started = client.start_query_execution(
            QueryString=sql, ResultConfiguration={"OutputLocation": "s3://audit/answers/"}
        )
        sandbox.world.clock.advance(timedelta(minutes=1))
        found = client.get_query_execution(QueryExecutionId=started["QueryExecutionId"])
        return dict(found["QueryExecution"])

    return ask


@pytest.fixture
def select(run: Callable[[str], dict[str, Any]], boto: Boto) -> Callable[[str], list[list[str | None]]]:
    run(TABLE)

    def ask(sql: str) -> list[list[str | None]]:
        done = run(sql)
        assert done["Status"]["State"] == "SUCCEEDED", done["Status"]
        answer = boto("athena").get_query_results(QueryExecutionId=done["QueryExecutionId"])["ResultSet"]
        return [[cell.get("VarCharValue") for cell in row["Data"]] for row in answer["Rows"]]

    return ask


def test_a_select_answers_from_the_objects(select: Callable[[str], list[list[str | None]]]) -> None:
    names = "eventid, useridentity.username, useridentity.sessioncontext.sessionissuer.username AS issuer"
    parts = "json_extract_scalar(requestparameters, '$.userName') AS who"
    arns = "json_format(CAST(transform(resources, r -> r.arn) AS JSON)) AS arns"
    found = select(
        f"SELECT {names}, {parts}, {arns} FROM logs WHERE {HERE} AND \"day\" = '2026/01/01' ORDER BY 1"
    )
    assert found == [
        ["eventid", "username", "issuer", "who", "arns"],
        ["us-east-1 1", "alice", None, "bob", '["arn:x","arn:y"]'],
        ["us-west-2 1", "alice", None, "bob", '["arn:x","arn:y"]'],
    ]
    assert select(f"SELECT count(*) AS n FROM logs WHERE {HERE} AND useridentity.username = 'bob'")[1] == [
        "0"
    ]


def test_only_the_partitions_asked_for_are_scanned(
    run: Callable[[str], dict[str, Any]], audit: dict[str, int]
) -> None:
    run(TABLE)
    for more, wanted in (
        ("", {"us-east-1 1", "us-east-1 2", "us-west-2 1", "us-west-2 2"}),
        ("AND region IN ('us-west-2') AND eventid LIKE 'us%'", {"us-west-2 1", "us-west-2 2"}),
        ("AND \"day\" BETWEEN '2026/01/02' AND '2026/01/09'", {"us-east-1 2", "us-west-2 2"}),
        ("AND region = 'eu-west-1'", set()),
    ):
        done = run(f"SELECT eventid FROM logs WHERE {HERE} {more}")
        assert done["Statistics"]["DataScannedInBytes"] == sum(audit[each] for each in wanted), more


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        (f"SELECT nosuch FROM logs WHERE {HERE}", "nosuch"),
        (f"SELECT eventid FROM logs WHERE {HERE} AND no_such_function(eventid) = 1", "no_such_function"),
        (f"SELECT useridentity.nosuch FROM logs WHERE {HERE}", "nosuch"),
        ("SELECT eventid FROM elsewhere", "TABLE_NOT_FOUND"),
        ("SELECT eventid FROM logs", "CONSTRAINT_VIOLATION"),
        ("SELECT eventid FROM logs WHERE account LIKE '1%'", "CONSTRAINT_VIOLATION"),
        (
            f"SELECT * FROM logs WHERE {HERE} AND 'x' IN (SELECT content FROM read_text('/etc/hosts'))",
            "",
        ),
        (TABLE.replace("JsonSerDe", "NoSerDe").replace("TABLE logs", "TABLE more"), "serde"),
        (TABLE.replace("${region}/", "").replace("TABLE logs", "TABLE more"), "storage.location.template"),
        (
            TABLE.replace("'projection.day.range'='2020/01/01,NOW',", "").replace("TABLE logs", "TABLE more"),
            "day",
        ),
        (TABLE.replace("TABLE logs", "TABLE nowhere.logs"), "Database does not exist"),
        (TABLE, "already exists"),
        ("DROP VIEW logs", "NOT_SUPPORTED"),
    ],
)
def test_wrong_sql_fails(run: Callable[[str], dict[str, Any]], sql: str, reason: str) -> None:
    run(TABLE)
    status = run(sql)["Status"]
    assert status["State"] == "FAILED"
    assert reason in status["StateChangeReason"]


@pytest.mark.parametrize("sql", ["SELEC eventid FROM logs", "SELECT (", " ", "SELECT 1; SELECT 2"])
def test_what_is_no_sql_is_refused_at_once(run: Callable[[str], dict[str, Any]], sql: str) -> None:
    with pytest.raises(ClientError) as refused:
        run(sql)
    assert refused.value.response["Error"]["Code"] == "InvalidRequestException"


def test_answers_come_in_pages_and_stand_in_the_bucket(
    run: Callable[[str], dict[str, Any]], boto: Boto
) -> None:
    run(TABLE)
    done = run(f"SELECT eventid FROM logs WHERE {HERE}")
    client, rows = boto("athena"), []
    token: dict[str, str] = {}
    while True:
        page = client.get_query_results(QueryExecutionId=done["QueryExecutionId"], MaxResults=2, **token)
        rows.append(len(page["ResultSet"]["Rows"]))
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    assert rows == [2, 2, 1]
    place = done["ResultConfiguration"]["OutputLocation"].removeprefix("s3://audit/")
    with boto("s3").get_object(Bucket="audit", Key=place)["Body"] as body:
        assert body.read().count(b"\r\n") == 5


def test_states_follow_each_other_and_a_stopped_query_never_runs(
    boto: Boto, sandbox: Sandbox, audit: dict[str, int]
) -> None:
    sandbox.world.part(Athena).delay = timedelta(minutes=1)
    client = boto("athena")
    output = {"OutputLocation": "s3://audit/answers/"}

    def state(query_id: str) -> str:
        return str(client.get_query_execution(QueryExecutionId=query_id)["QueryExecution"]["Status"]["State"])

    first, second = (
        client.start_query_execution(QueryString=TABLE, ResultConfiguration=output)["QueryExecutionId"]
        for _ in range(2)
    )
    assert state(first) == "QUEUED"
    sandbox.world.clock.advance(timedelta(minutes=1))
    assert state(first) == "RUNNING"
    with pytest.raises(ClientError, match="not yet finished"):
        client.get_query_results(QueryExecutionId=first)
    client.stop_query_execution(QueryExecutionId=first)
    sandbox.world.clock.advance(timedelta(minutes=1))
    assert (state(first), state(second)) == ("CANCELLED", "SUCCEEDED")


def test_a_query_needs_a_place_for_its_answer(boto: Boto) -> None:
    client = boto("athena")
    for options in ({}, {"ResultConfiguration": {"OutputLocation": "s3://nosuch/"}}, {"WorkGroup": "nosuch"}):
        with pytest.raises(ClientError) as refused:
            client.start_query_execution(QueryString="SELECT 1", **options)
        assert refused.value.response["Error"]["Code"] == "InvalidRequestException"
    with pytest.raises(ClientError) as missing:
        client.get_table_metadata(CatalogName="AwsDataCatalog", DatabaseName="default", TableName="nosuch")
    assert missing.value.response["Error"]["Code"] == "MetadataException"


def test_the_workgroups_own_place_is_used(boto: Boto, sandbox: Sandbox, audit: dict[str, int]) -> None:
    client = boto("athena")
    place = {"ResultConfiguration": {"OutputLocation": "s3://audit/group/"}}
    client.create_work_group(Name="responders", Configuration=place)
    started = client.start_query_execution(QueryString=TABLE, WorkGroup="responders")
    sandbox.world.clock.advance(timedelta(minutes=1))
    done = client.get_query_execution(QueryExecutionId=started["QueryExecutionId"])["QueryExecution"]
    assert done["Status"]["State"] == "SUCCEEDED"
    assert done["ResultConfiguration"]["OutputLocation"].startswith("s3://audit/group/")
