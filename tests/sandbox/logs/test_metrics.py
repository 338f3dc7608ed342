"""GetMetricData and ListMetrics over AWS/Logs, by boto3 and aiobotocore."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiobotocore.session import get_session
from botocore.exceptions import ClientError

from sandbox.logs.meter import Meter
from sandbox.wire.server import Sandbox

MINUTE = timedelta(minutes=1)


@pytest.fixture
def now(sandbox: Sandbox) -> datetime:
    """The account's time, put at the middle of a minute."""
    clock = sandbox.world.clock
    clock.advance(timedelta(seconds=90 - clock.now().second % 60))
    return clock.now().replace(microsecond=0)


def query(group: str, metric: str = "IncomingBytes", **stat: Any) -> dict[str, Any]:
    named = {
        "Namespace": "AWS/Logs",
        "MetricName": metric,
        "Dimensions": [{"Name": "LogGroupName", "Value": group}],
    }
    return {
        "Id": stat.pop("Id", "q0"),
        "MetricStat": {"Metric": named, "Period": 60, "Stat": "Sum"} | stat,
    }


def window(now: datetime, minutes: int = 60) -> dict[str, datetime]:
    return {"StartTime": now - minutes * MINUTE, "EndTime": now + MINUTE}


def test_the_bytes_that_came_are_the_points(
    sandbox: Sandbox, boto: Callable[..., Any], now: datetime
) -> None:
    meter, minute = sandbox.world.part(Meter), now.replace(second=0)
    for ago, size in ((5, 100), (3, 40), (3, 2), (0, 7)):
        meter.add("us-east-1", "/app/web", minute - ago * MINUTE, size)
    answer = boto("cloudwatch").get_metric_data(
        MetricDataQueries=[
            query("/app/web"),
            query("/app/web", "IncomingLogEvents", Id="q1"),
            query("/app/silent", Id="q2"),
        ],
        **window(now),
    )
    by_id = {result["Id"]: result for result in answer["MetricDataResults"]}
    assert by_id["q0"]["Timestamps"] == [minute, minute - 3 * MINUTE, minute - 5 * MINUTE]
    assert by_id["q0"]["Values"] == [7.0, 42.0, 100.0]
    assert by_id["q1"]["Values"] == [1.0, 2.0, 1.0]
    assert by_id["q2"]["Values"] == []
    assert {result["StatusCode"] for result in by_id.values()} == {"Complete"}
    assert list(by_id) == ["q0", "q1", "q2"]


async def test_aiobotocore_reads_the_same(sandbox: Sandbox, boto: Callable[..., Any], now: datetime) -> None:
    sandbox.world.part(Meter).add("us-east-1", "/app/web", now, 9)
    asked = {"MetricDataQueries": [query("/app/web")], "ScanBy": "TimestampAscending", **window(now)}
    expected = boto("cloudwatch").get_metric_data(**asked)["MetricDataResults"]
    async with get_session().create_client("cloudwatch") as client:
        answer = await client.get_metric_data(**asked)
    assert answer["MetricDataResults"] == expected
    assert expected[0]["Values"] == [9.0]


def test_cbor_is_refused_in_cbor(
    boto: Callable[..., Any], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    protocols = ("smithy-rpc-v2-cbor",)  # which botocore prefers json to, and moto lacks
    monkeypatch.setattr("botocore.model.PRIORITY_ORDERED_SUPPORTED_PROTOCOLS", protocols)
    with pytest.raises(ClientError) as refused:
        boto("cloudwatch", user_agent_extra="cbor").get_metric_data(
            MetricDataQueries=[query("g")], **window(now)
        )
    assert refused.value.response["Error"]["Code"] == "NotImplemented"


@pytest.mark.parametrize("protocol", ["json", "query"])
def test_both_protocols_of_cloudwatch(
    sandbox: Sandbox,
    boto: Callable[..., Any],
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    protocol: str,
) -> None:
    monkeypatch.setattr("botocore.model.PRIORITY_ORDERED_SUPPORTED_PROTOCOLS", (protocol,))
    sandbox.world.part(Meter).add("us-east-1", "g", now, 9)
    client = boto("cloudwatch", user_agent_extra=protocol)
    assert client.meta.service_model.resolved_protocol == protocol
    asked = {"MetricDataQueries": [query("g")], **window(now)}
    assert client.get_metric_data(**asked)["MetricDataResults"][0]["Values"] == [9.0]
    sandbox.faults.add("throttle:GetMetricData:1")
    with pytest.raises(ClientError, match="Rate exceeded"):
        client.get_metric_data(**asked)
    assert client.get_metric_data(**asked)["MetricDataResults"][0]["Values"] == [9.0]


def test_points_wait_for_the_lag(sandbox: Sandbox, boto: Callable[..., Any], now: datetime) -> None:
    sandbox.world.settings.metric_lag = 120
    meter, minute = sandbox.world.part(Meter), now.replace(second=0)
    for ago in range(5):
        meter.add("us-east-1", "g", minute - ago * MINUTE, 1)
    asked = {"MetricDataQueries": [query("g")], **window(now)}

    def newest() -> datetime:
        (result,) = boto("cloudwatch").get_metric_data(**asked)["MetricDataResults"]
        seen: list[datetime] = result["Timestamps"]
        return max(seen).astimezone(UTC)

    assert newest() == minute - 3 * MINUTE
    sandbox.world.clock.advance(timedelta(seconds=30))
    assert newest() == minute - 2 * MINUTE


def test_a_fine_period_is_answered(sandbox: Sandbox, boto: Callable[..., Any], now: datetime) -> None:
    meter = sandbox.world.part(Meter)
    for ago in (12, 7, 6):
        meter.add("us-east-1", "g", now - timedelta(seconds=ago), 1)
    (result,) = boto("cloudwatch").get_metric_data(
        MetricDataQueries=[query("g", Period=5)], ScanBy="TimestampAscending", **window(now, 1)
    )["MetricDataResults"]
    assert sum(result["Values"]) == 3.0
    assert all(at.second % 5 == 0 for at in result["Timestamps"])
    assert result["Timestamps"] == sorted(result["Timestamps"])


def test_pages_of_data_points(sandbox: Sandbox, boto: Callable[..., Any], now: datetime) -> None:
    meter = sandbox.world.part(Meter)
    for ago in range(10):
        for group in ("a", "b"):
            meter.add("us-east-1", group, now - ago * MINUTE, ago + 1)
    asked = {"MetricDataQueries": [query("a", Id="a"), query("b", Id="b")], **window(now)}
    client = boto("cloudwatch")
    whole = {r["Id"]: r["Values"] for r in client.get_metric_data(**asked)["MetricDataResults"]}
    pages = list(client.get_paginator("get_metric_data").paginate(**asked, MaxDatapoints=7))
    read: dict[str, list[float]] = {"a": [], "b": []}
    for page in pages:
        for result in page["MetricDataResults"]:
            read[result["Id"]] += result["Values"]
    assert len(pages) == 3
    assert pages[0]["MetricDataResults"][0]["StatusCode"] == "PartialData"
    assert read == whole
    with pytest.raises(ClientError) as refused:
        client.get_metric_data(**asked, NextToken="nonsense")
    assert refused.value.response["Error"]["Code"] == "InvalidNextToken"


def test_five_hundred_queries_are_the_most(boto: Callable[..., Any], now: datetime) -> None:
    client, queries = boto("cloudwatch"), [query("g", Id=f"q{n}") for n in range(501)]
    assert (
        len(client.get_metric_data(MetricDataQueries=queries[:500], **window(now))["MetricDataResults"])
        == 500
    )
    with pytest.raises(ClientError) as refused:
        client.get_metric_data(MetricDataQueries=queries, **window(now))
    assert refused.value.response["Error"]["Code"] == "ValidationError"


def test_a_window_must_run_forward(boto: Callable[..., Any], now: datetime) -> None:
    with pytest.raises(ClientError, match="StartTime must be less"):
        boto("cloudwatch").get_metric_data(MetricDataQueries=[query("g")], StartTime=now, EndTime=now)


def test_regions_are_apart(sandbox: Sandbox, boto: Callable[..., Any], now: datetime) -> None:
    sandbox.world.part(Meter).add("eu-west-1", "g", now, 5)
    asked = {"MetricDataQueries": [query("g")], **window(now)}
    values = [
        boto("cloudwatch", region=region).get_metric_data(**asked)["MetricDataResults"][0]["Values"]
        for region in ("us-east-1", "eu-west-1")
    ]
    assert values == [[], [5.0]]


def test_other_metrics_are_still_motos(sandbox: Sandbox, boto: Callable[..., Any], now: datetime) -> None:
    client, real_now = boto("cloudwatch"), datetime.now(UTC)
    client.put_metric_data(
        Namespace="Own", MetricData=[{"MetricName": "m", "Value": 3.0, "Timestamp": real_now}]
    )
    sandbox.world.part(Meter).add("us-east-1", "g", now, 5)
    own = {"Metric": {"Namespace": "Own", "MetricName": "m"}, "Period": 60, "Stat": "Sum"}
    answer = client.get_metric_data(
        MetricDataQueries=[{"Id": "own", "MetricStat": own}, query("g", Id="ours")],
        StartTime=real_now - 10 * MINUTE,
        EndTime=now + 10 * MINUTE,
    )
    assert [(r["Id"], r["Values"]) for r in answer["MetricDataResults"]] == [
        ("own", [3.0]),
        ("ours", [5.0]),
    ]
    names = {metric["MetricName"] for metric in client.list_metrics()["Metrics"]}
    assert names == {"m", "IncomingBytes", "IncomingLogEvents"}
    listed = client.list_metrics(
        Namespace="AWS/Logs",
        MetricName="IncomingBytes",
        Dimensions=[{"Name": "LogGroupName", "Value": "g"}],
    )["Metrics"]
    assert [metric["MetricName"] for metric in listed] == ["IncomingBytes"]
