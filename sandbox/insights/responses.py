"""The Logs Insights operations, where moto has a stub."""

from __future__ import annotations

import json
from typing import Any, ClassVar

import moto.logs.urls

from sandbox.account.world import ApiCall, BearerCall, World
from sandbox.cloudtrail.records import data_record, management_record
from sandbox.insights.queries import Insights
from sandbox.logs.logs import LogOperations


class InsightsOperations(LogOperations):
    insights: ClassVar[Insights]

    def start_query(self) -> str:
        asked = self._get_param
        names = [asked("logGroupName")] if asked("logGroupName") else list(asked("logGroupNames") or [])
        names += [each.partition(":log-group:")[2] or each for each in asked("logGroupIdentifiers") or []]
        query = self.insights.start(
            self.region,
            [name.removesuffix(":*") for name in names],
            asked("queryString") or "",
            int(asked("startTime")),
            int(asked("endTime")),
        )
        if (limit := asked("limit")) is not None:
            query.program.limit = int(limit)
        return json.dumps({"queryId": query.id})

    def get_query_results(self) -> str:
        query = self.insights.watch(self._get_param("queryId"))
        rows: list[list[dict[str, Any]]] = [
            [{"field": name, "value": value} for name, value in row.items()] for row in query.results
        ]
        statistics = {
            "recordsMatched": float(query.matched),
            "recordsScanned": float(query.scanned),
            "bytesScanned": float(query.bytes_scanned),
        }
        return json.dumps({"status": query.state, "results": rows, "statistics": statistics})

    def stop_query(self) -> str:
        self.insights.stop(self._get_param("queryId"))
        return json.dumps({"success": True})


def install(world: World) -> None:
    """Give CloudWatch Logs its queries and trails their log groups; must come after both."""
    insights = Insights(world.clock)
    world.add(insights)

    def on_api_call(call: ApiCall) -> None:
        insights.deliver(call.time, management_record(call))

    def on_bearer_call(call: BearerCall) -> None:
        if call.user is not None:
            record = data_record(call, credential_ids=world.settings.credential_ids)
            insights.deliver(call.time, record)

    world.on_api_call.append(on_api_call)
    world.on_bearer_call.append(on_bearer_call)
    InsightsOperations.insights = insights
    moto.logs.urls.url_paths["{0}/$"] = InsightsOperations.dispatch
