"""CloudTrail Lake's part of CloudTrail's API, which moto lacks."""

from __future__ import annotations

import json
from typing import Any, ClassVar

import moto.cloudtrail.urls

from sandbox.account.world import ApiCall, BearerCall, World
from sandbox.cloudtrail.errors import CloudTrailError
from sandbox.cloudtrail.records import data_record, management_record
from sandbox.cloudtrail.responses import Responses
from sandbox.lake.stores import Lake, Query, Store

MOST = 1000


class LakeResponses(Responses):
    lake: ClassVar[Lake]

    def create_event_data_store(self) -> str:
        asked = self._request
        store = self.lake.create(
            asked.get("Name", ""),
            asked.get("AdvancedEventSelectors") or [],
            multi_region=asked.get("MultiRegionEnabled", True),
            region=self.region,
        )
        return json.dumps(_described(store))

    def list_event_data_stores(self) -> str:
        found = [store for store in self.lake.stores.values() if store.region == self.region]
        named = [{"EventDataStoreArn": store.arn, "Name": store.name} for store in found]
        return json.dumps({"EventDataStores": named})

    def get_event_data_store(self) -> str:
        return json.dumps(_described(self.lake.store(self._request.get("EventDataStore", ""))))

    def start_query(self) -> str:
        return json.dumps({"QueryId": self.lake.start(self._request.get("QueryStatement", "")).id})

    def get_query_results(self) -> str:
        query = self._query()
        answer: dict[str, Any] = {"QueryStatus": query.state}
        if query.error:
            answer["ErrorMessage"] = query.error
        if query.state == "FINISHED":
            rows = query.answer.rows
            size = min(self._request.get("MaxQueryResults") or MOST, MOST)
            start = _start(self._request.get("NextToken"))
            answer["QueryResultRows"] = [
                [{name: value or ""} for name, value in zip(query.answer.names, row, strict=True)]
                for row in rows[start : start + size]
            ]
            page = answer["QueryResultRows"]
            scanned = len(query.store.records)
            answer["QueryStatistics"] = {
                "ResultsCount": len(page),
                "TotalResultsCount": len(rows),
                "BytesScanned": scanned * 1000,
            }
            if start + size < len(rows):
                answer["NextToken"] = f"from-{start + size}"
        return json.dumps(answer)

    def describe_query(self) -> str:
        query = self._query()
        described: dict[str, Any] = {
            "QueryId": query.id,
            "QueryString": query.sql,
            "QueryStatus": query.state,
        }
        if query.state == "FINISHED":
            described["QueryStatistics"] = {
                "EventsMatched": len(query.answer.rows),
                "EventsScanned": len(query.store.records),
            }
        return json.dumps(described | ({"ErrorMessage": query.error} if query.error else {}))

    def cancel_query(self) -> str:
        query = self.lake.cancel(self._request.get("QueryId", ""))
        return json.dumps({"QueryId": query.id, "QueryStatus": query.state})

    def _query(self) -> Query:
        return self.lake.watch(self._request.get("QueryId", ""))


def install(world: World) -> None:
    """Give CloudTrail its event data stores; must come after CloudTrail itself."""
    lake = Lake(world.clock)
    world.add(lake)

    def on_api_call(call: ApiCall) -> None:
        lake.offer(management_record(call))

    def on_bearer_call(call: BearerCall) -> None:
        if call.user is not None:
            lake.offer(data_record(call, credential_ids=world.settings.credential_ids))

    world.on_api_call.append(on_api_call)
    world.on_bearer_call.append(on_bearer_call)
    LakeResponses.lake = lake
    moto.cloudtrail.urls.url_paths["{0}/$"] = LakeResponses.dispatch


def _start(token: str | None) -> int:
    if token is None:
        return 0
    name, _, number = token.partition("-")
    if name != "from" or not number.isdecimal():
        raise CloudTrailError("InvalidNextTokenException", "The token is not one this query was given.")
    return int(number)


def _described(store: Store) -> dict[str, Any]:
    return {
        "EventDataStoreArn": store.arn,
        "Name": store.name,
        "Status": "ENABLED",
        "AdvancedEventSelectors": store.selectors,
        "MultiRegionEnabled": store.multi_region,
        "OrganizationEnabled": False,
        "RetentionPeriod": 366,
        "CreatedTimestamp": store.created.timestamp(),
        "UpdatedTimestamp": store.created.timestamp(),
    }
