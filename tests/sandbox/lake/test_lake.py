"""Event data stores as boto3 sees them: what they take in, and SQL that is run."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.account.world import ApiCall, BearerCall
from sandbox.lake.stores import Lake
from sandbox.wire.server import Sandbox

Boto = Callable[..., Any]
MANAGEMENT = {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}


@pytest.fixture
def store(boto: Boto) -> str:
    """The id of a store of management events."""
    made = boto("cloudtrail").create_event_data_store(Name="store", AdvancedEventSelectors=[MANAGEMENT])
    return str(made["EventDataStoreArn"]).rpartition("/")[2]


@pytest.fixture
def ask(boto: Boto, sandbox: Sandbox) -> Callable[[str], dict[str, Any]]:
    client = boto("cloudtrail")

    def run(sql: str) -> dict[str, Any]:
        query = client.start_query(QueryStatement=sql)["QueryId"]
        sandbox.world.clock.advance(timedelta(minutes=1))
        return dict(client.get_query_results(QueryId=query))

    return run


def test_sql_is_run_over_what_was_taken_in(
    store: str,
    ask: Callable[[str], dict[str, Any]],
    signed: Callable[..., ApiCall],
    bearer: Callable[..., BearerCall],
) -> None:
    call = signed(user="alice", operation="CreateUser", params={"userName": "bob"})
    signed(user="carol")
    bearer(user="alice")
    wanted = "eventJson, eventName, element_at(requestParameters, 'userName') AS who"
    answer = ask(
        f"SELECT {wanted} FROM {store} "
        "WHERE userIdentity.userName = 'alice' AND eventTime > '2020-01-01 00:00:00'"
    )
    assert answer["QueryStatus"] == "FINISHED"
    (row,) = answer["QueryResultRows"]
    cells = {name.lower(): value for cell in row for name, value in cell.items()}
    assert json.loads(cells["eventjson"])["requestID"] == call.request_id
    assert (cells["eventname"], cells["who"]) == ("CreateUser", "bob")


@pytest.mark.parametrize("column", ["nosuch", "userIdentity.nosuch", "no_such_function(eventName)"])
def test_wrong_sql_fails(store: str, ask: Callable[[str], dict[str, Any]], column: str) -> None:
    answer = ask(f"SELECT {column} FROM {store}")
    assert answer["QueryStatus"] == "FAILED"
    assert column.rpartition(".")[2].partition("(")[0] in answer["ErrorMessage"]


def test_what_is_no_query_of_a_store_is_refused(store: str, ask: Callable[[str], dict[str, Any]]) -> None:
    for sql, code in (
        ("SELECT eventName FROM events", "InvalidQueryStatementException"),
        (f"SELEC eventName FROM {store}", "InvalidQueryStatementException"),
        (f"DELETE FROM {store}", "InvalidQueryStatementException"),
        ("SELECT 1 FROM 00000000-0000-0000-0000-000000000000", "EventDataStoreNotFoundException"),
    ):
        with pytest.raises(ClientError) as refused:
            ask(sql)
        assert refused.value.response["Error"]["Code"] == code


def test_stores_are_listed_where_they_live_and_queries_can_be_cancelled(
    boto: Boto, store: str, sandbox: Sandbox
) -> None:
    sandbox.world.part(Lake).delay = timedelta(minutes=1)
    client = boto("cloudtrail")
    assert [each["Name"] for each in client.list_event_data_stores()["EventDataStores"]] == ["store"]
    assert boto("cloudtrail", region="us-west-2").list_event_data_stores()["EventDataStores"] == []
    known = client.get_event_data_store(EventDataStore=store)
    assert (known["Status"], known["AdvancedEventSelectors"]) == ("ENABLED", [MANAGEMENT])
    query = client.start_query(QueryStatement=f"SELECT eventName FROM {store}")["QueryId"]
    assert client.cancel_query(QueryId=query)["QueryStatus"] == "CANCELLED"
    assert client.describe_query(QueryId=query)["QueryStatus"] == "CANCELLED"
    with pytest.raises(ClientError, match="no longer running"):
        client.cancel_query(QueryId=query)
