"""Logs Insights as boto3 sees it, and a trail that writes to a log group."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.account.world import ApiCall
from sandbox.insights.queries import Insights
from sandbox.wire.server import Sandbox

Boto = Callable[..., Any]
NOW = datetime.now(UTC)


@pytest.fixture
def lines(boto: Boto) -> list[str]:
    logs = boto("logs")
    logs.create_log_group(logGroupName="app")
    logs.create_log_stream(logGroupName="app", logStreamName="one")
    made = [json.dumps({"n": n, "who": {"name": f"user{n % 3}"}, "word": "it's"}) for n in range(9)]
    events = [
        {"timestamp": int((NOW - timedelta(minutes=20 - n)).timestamp() * 1000), "message": message}
        for n, message in enumerate([*made, "no JSON"])
    ]
    logs.put_log_events(logGroupName="app", logStreamName="one", logEvents=events)
    return [*made, "no JSON"]


@pytest.fixture
def ask(boto: Boto, sandbox: Sandbox, lines: list[str]) -> Callable[..., dict[str, Any]]:
    logs = boto("logs")

    def run(
        query: str, *, since: datetime = NOW - timedelta(hours=1), until: datetime = NOW
    ) -> dict[str, Any]:
        span = {"startTime": int(since.timestamp()), "endTime": int(until.timestamp())}
        started = logs.start_query(logGroupName="app", queryString=query, **span)
        sandbox.world.clock.advance(timedelta(minutes=1))
        return dict(logs.get_query_results(queryId=started["queryId"]))

    return run


def messages(answer: dict[str, Any]) -> list[str]:
    return [cell["value"] for row in answer["results"] for cell in row if cell["field"] == "@message"]


def test_filters(ask: Callable[..., dict[str, Any]], lines: list[str]) -> None:
    for test, wanted in (
        ("who.name = 'user1'", [1, 4, 7]),
        ('who.name != "user1" and n in [0, 1, "2"]', [0, 2]),
        ("@message like 'user2\"'", [2, 5, 8]),
        ('@message like "user2\\"" or n = 3', [2, 3, 5, 8]),
        ('@message like /"n": [34]/', [3, 4]),
        ("(n = 1 or n = 2) and who.name like 'user2'", [2]),
        ("word = 'it\\'s' and n = 8", [8]),
    ):
        answer = ask(f"fields @message | filter {test} | sort @timestamp asc | limit 100")
        assert messages(answer) == [lines[number] for number in wanted], test
        assert answer["statistics"]["recordsMatched"] == len(wanted)
        assert (answer["statistics"]["recordsScanned"], answer["status"]) == (10, "Complete")


def test_limit_sort_and_count(ask: Callable[..., dict[str, Any]], lines: list[str]) -> None:
    newest = ask("fields @timestamp, @message | sort @timestamp desc | limit 2")
    assert messages(newest) == lines[:-3:-1]
    assert newest["statistics"]["recordsMatched"] == 10
    counted = ask("filter n = 1 | stats count(*) as many")
    assert counted["results"] == [[{"field": "many", "value": "1"}]]


def test_the_span_includes_its_ends(ask: Callable[..., dict[str, Any]], lines: list[str]) -> None:
    at = (NOW - timedelta(minutes=15)).replace(microsecond=0)
    assert messages(ask("fields @message", since=at, until=at)) == [lines[5]]


@pytest.mark.parametrize(
    "query",
    [
        " ", "feilds @message", "fields", "filter", "filter n =", "filter n ~ 3", "filter @message like",
        "limit", "limit 10001", "sort n sideways", "stats sum(n)", "parse @message '*' as x", "dedup n",
        "fields @message | | limit 1", "filter n = 'unended", "filter (n = 1", "filter @message like /(/",
    ],
)  # fmt: skip
def test_everything_else_is_malformed(ask: Callable[..., dict[str, Any]], query: str) -> None:
    with pytest.raises(ClientError) as refused:
        ask(query)
    assert refused.value.response["Error"]["Code"] == "MalformedQueryException"


def test_a_query_is_stopped_once(boto: Boto, sandbox: Sandbox, lines: list[str]) -> None:
    logs = boto("logs")
    query = logs.start_query(logGroupName="app", queryString="fields @message", startTime=0, endTime=1)[
        "queryId"
    ]
    sandbox.world.part(Insights).delay = timedelta(hours=1)
    assert logs.get_query_results(queryId=query)["status"] == "Scheduled"
    assert logs.stop_query(queryId=query)["success"]
    assert logs.get_query_results(queryId=query)["status"] == "Cancelled"
    with pytest.raises(ClientError, match="cannot be stopped"):
        logs.stop_query(queryId=query)
    with pytest.raises(ClientError, match="log group does not exist"):
        logs.start_query(logGroupName="nosuch", queryString="fields @message", startTime=0, endTime=1)


def test_a_trail_writes_what_it_selects_to_its_log_group(
    boto: Boto, make_trail: Callable[..., str], signed: Callable[..., ApiCall], bearer: Callable[..., Any]
) -> None:
    logs = boto("logs")
    logs.create_log_group(logGroupName="trail")
    arn = "arn:aws:logs:us-east-1:123456789012:log-group:trail:*"
    make_trail(CloudWatchLogsLogGroupArn=arn, CloudWatchLogsRoleArn="arn:aws:iam::123456789012:role/x")
    call = signed(operation="CreateUser")
    bearer()
    events = logs.filter_log_events(logGroupName="trail")["events"]
    records = [json.loads(event["message"]) for event in events]
    (mine,) = [record for record in records if record["requestID"] == call.request_id]
    assert mine["userIdentity"]["userName"] == "alice"
    assert not any(record["eventName"] == "CallWithBearerToken" for record in records)
