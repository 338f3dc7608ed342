"""CloudWatch's AWS/Logs metrics, answered from what the log groups really took in."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import moto.cloudwatch.urls
from moto.cloudwatch.exceptions import CloudWatchException, ValidationError
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult

from sandbox.account.world import World
from sandbox.logs.meter import Meter

NAMESPACE = "AWS/Logs"
METRICS = ("IncomingBytes", "IncomingLogEvents")
MAX_QUERIES = 500
MINUTE = 60
MAX_DATA_POINTS = 100_800


class MetricOperations(CloudWatchResponse):
    """One request; moto makes one of these for each, so install() leaves what they share on the class."""

    world: ClassVar[World]

    def get_metric_data(self) -> ActionResult:
        asked = self._get_params()
        queries = asked.get("MetricDataQueries") or []
        if len(queries) > MAX_QUERIES:
            raise ValidationError(
                f"The collection MetricDataQueries must not have a size greater than {MAX_QUERIES}."
            )
        start, end = _utc(asked["StartTime"]), _utc(asked["EndTime"])
        if start >= end:
            raise ValidationError("The parameter StartTime must be less than the parameter EndTime.")
        newest_first = asked.get("ScanBy") != "TimestampAscending"
        results = [
            self._result(query, start, end, newest_first=newest_first)
            for query in queries
            if query.get("ReturnData", True) and _is_ours(query)
        ]
        others = [query for query in queries if not _is_ours(query)]
        if others:
            asked["MetricDataQueries"] = others
            results += map(_respelled, super().get_metric_data().result["MetricDataResults"])
        order = {query["Id"]: place for place, query in enumerate(queries)}
        results.sort(key=lambda result: order[result["Id"]])
        return ActionResult(_page(results, _offset(asked), asked.get("MaxDatapoints") or MAX_DATA_POINTS))

    def list_metrics(self) -> ActionResult:
        namespace, name = self._get_param("Namespace"), self._get_param("MetricName")
        wanted = self._get_params().get("Dimensions") or []
        ours = []
        if namespace in (None, NAMESPACE):
            ours = [
                {"Namespace": NAMESPACE, "MetricName": metric, "Dimensions": dimensions}
                for group in self.world.part(Meter).groups(self.region, self.current_account)
                for metric in METRICS
                if name in (None, metric)
                and _fits(dimensions := [{"Name": "LogGroupName", "Value": group}], wanted)
            ]
        if namespace == NAMESPACE:
            return ActionResult({"Metrics": ours})
        answer = super().list_metrics()
        answer.result["Metrics"] = [*ours, *answer.result["Metrics"]]
        return answer

    def _result(
        self, query: Mapping[str, Any], start: datetime, end: datetime, *, newest_first: bool
    ) -> dict[str, Any]:
        stat = query["MetricStat"]
        metric, period = stat["Metric"]["MetricName"], stat["Period"]
        if stat["Stat"] != "Sum":
            raise ValidationError(f"The sandbox answers {NAMESPACE} as Sum alone, not {stat['Stat']}.")
        if period < 1:
            raise ValidationError("The parameter Period must be a positive number of seconds.")
        (group,) = [each["Value"] for each in stat["Metric"]["Dimensions"]]
        lag = timedelta(seconds=self.world.settings.metric_lag)
        horizon = self.world.clock.now() - lag
        # Points come by the minute: of a longer period what is published already counts.
        step = timedelta(seconds=min(period, MINUTE))
        sums = self.world.part(Meter).sums(
            self.region, group, metric, start, end, period, self.current_account
        )
        shown = {at: value for at, value in sums.items() if not lag or at + step <= horizon}
        times = sorted(shown, reverse=newest_first)
        return {
            "Id": query["Id"],
            "Label": query.get("Label") or f"{group} {metric}",
            "Timestamps": times,
            "Values": [shown[at] for at in times],
        }


def _is_ours(query: Mapping[str, Any]) -> bool:
    metric = query.get("MetricStat", {}).get("Metric", {})
    dimensions = [each["Name"] for each in metric.get("Dimensions") or []]
    return (
        metric.get("Namespace") == NAMESPACE
        and metric.get("MetricName") in METRICS
        and dimensions == ["LogGroupName"]
    )


def _fits(dimensions: Iterable[Mapping[str, str]], wanted: Iterable[Mapping[str, str]]) -> bool:
    held = {each["Name"]: each["Value"] for each in dimensions}
    return all(each["Name"] in held and each.get("Value") in (None, held[each["Name"]]) for each in wanted)


def _offset(asked: Mapping[str, Any]) -> int:
    """How many data points earlier pages have shown."""
    token = asked.get("NextToken")
    if not token:
        return 0
    try:
        return int(base64.b64decode(token, validate=True))
    except ValueError:
        raise CloudWatchException("InvalidNextToken", "The next token specified is invalid.") from None


def _page(results: list[dict[str, Any]], offset: int, room: int) -> dict[str, Any]:
    """The data points from *offset* on, at most *room* of them, and the token for the rest."""
    page, passed, end = [], 0, offset + room
    for result in results:
        cut = slice(max(offset - passed, 0), max(end - passed, 0))
        passed += len(result["Values"])
        page.append(
            result
            | {
                "Timestamps": result["Timestamps"][cut],
                "Values": result["Values"][cut],
                "StatusCode": "PartialData" if passed > end else "Complete",
            }
        )
    token = base64.b64encode(str(end).encode()).decode() if passed > end else None
    return {"MetricDataResults": page, "NextToken": token}


def _respelled(result: Mapping[str, Any]) -> dict[str, Any]:
    """A result of moto's under the names of the API."""
    return {
        "Id": result["id"],
        "Label": result["label"],
        "Timestamps": result["timestamps"],
        "Values": result["values"],
    }


def _utc(when: datetime) -> datetime:
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def install(world: World) -> None:
    """Give the world its meter, and moto's CloudWatch the metrics read from it."""
    world.add(Meter())
    MetricOperations.world = world
    moto.cloudwatch.urls.url_paths["{0}/$"] = MetricOperations.dispatch
