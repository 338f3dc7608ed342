"""The bearer switch of log groups, and DescribeLogGroups."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.logs.meter import Meter
from sandbox.wire.server import Sandbox


@pytest.fixture
def logs(boto: Callable[..., Any]) -> Any:
    client = boto("logs")
    for name in ("/app/web", "/app/worker", "/audit"):
        client.create_log_group(logGroupName=name)
    return client


def switches(logs: Any, **query: Any) -> dict[str, bool]:
    groups = logs.describe_log_groups(**query)["logGroups"]
    return {group["logGroupName"]: group["bearerTokenAuthenticationEnabled"] for group in groups}


@pytest.mark.parametrize(
    "identifier",
    [
        "/app/web",
        "arn:aws:logs:us-east-1:123456789012:log-group:/app/web",
        "arn:aws:logs:us-east-1:123456789012:log-group:/app/web:*",
    ],
)
def test_the_switch_by_name_and_by_arn(logs: Any, identifier: str) -> None:
    for enabled in (True, False):
        logs.put_bearer_token_authentication(
            logGroupIdentifier=identifier, bearerTokenAuthenticationEnabled=enabled
        )
        assert switches(logs) == {"/app/web": enabled, "/app/worker": False, "/audit": False}


def test_the_switch_of_a_group_that_is_not_there(logs: Any, boto: Callable[..., Any]) -> None:
    for client, name in ((logs, "/none"), (boto("logs", region="eu-west-1"), "/app/web")):
        with pytest.raises(ClientError) as refused:
            client.put_bearer_token_authentication(
                logGroupIdentifier=name, bearerTokenAuthenticationEnabled=True
            )
        assert refused.value.response["Error"]["Code"] == "ResourceNotFoundException"


def test_a_name_pattern_hides_all_but_the_names(logs: Any) -> None:
    groups = logs.describe_log_groups(logGroupNamePattern="w")["logGroups"]
    assert [group["logGroupName"] for group in groups] == ["/app/web", "/app/worker"]
    assert {frozenset(group) for group in groups} == {frozenset({"arn", "creationTime", "logGroupName"})}
    assert logs.describe_log_groups(logGroupNamePattern="W")["logGroups"] == []
    with pytest.raises(ClientError, match="mutually exclusive"):
        logs.describe_log_groups(logGroupNamePattern="w", logGroupNamePrefix="/app")


def test_a_prefix_and_pages(logs: Any) -> None:
    assert list(switches(logs, logGroupNamePrefix="/app")) == ["/app/web", "/app/worker"]
    assert list(switches(logs, logGroupIdentifiers=["/audit"])) == ["/audit"]
    pages = list(logs.get_paginator("describe_log_groups").paginate(PaginationConfig={"PageSize": 2}))
    assert [len(page["logGroups"]) for page in pages] == [2, 1]


def test_signed_writes_are_counted_too(sandbox: Sandbox, logs: Any) -> None:
    logs.create_log_stream(logGroupName="/app/web", logStreamName="one")
    now = sandbox.world.clock.now()
    events = [{"timestamp": int(time.time() * 1000), "message": "hello"}] * 2
    logs.put_log_events(logGroupName="/app/web", logStreamName="one", logEvents=events)
    sums = sandbox.world.part(Meter).sums(
        "us-east-1", "/app/web", "IncomingBytes", now, sandbox.world.clock.now(), 60
    )
    assert sum(sums.values()) == 10.0
