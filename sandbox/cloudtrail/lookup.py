"""LookupEvents, with its limits."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from sandbox.account.world import World
from sandbox.cloudtrail.errors import CloudTrailError
from sandbox.cloudtrail.history import KEPT, Event, History, Position

PAGE = 50
ATTRIBUTES = frozenset(
    {
        "EventId",
        "EventName",
        "ReadOnly",
        "Username",
        "ResourceType",
        "ResourceName",
        "EventSource",
        "AccessKeyId",
    }
)


class Lookup:
    """Answers LookupEvents from the history, one Region at a time."""

    def __init__(self, world: World, history: History) -> None:
        self._world = world
        self._history = history
        self._rates: dict[tuple[str, str], Rate] = {}

    def answer(self, account: str, region: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """The response to *request* (both in the API's own shape); CloudTrailError where it is refused."""
        self._throttle(account, region)
        attribute = _attribute(request)
        size = request.get("MaxResults", PAGE)
        if not isinstance(size, int) or not 1 <= size <= PAGE:
            raise CloudTrailError("InvalidMaxResultsException", f"MaxResults must be between 1 and {PAGE}.")
        if (category := request.get("EventCategory")) is not None:
            if category != "insight":
                raise CloudTrailError("InvalidEventCategoryException", "The event category is not valid.")
            return {"Events": []}
        now = self._world.clock.now()
        since, until = _time(request.get("StartTime")), _time(request.get("EndTime"))
        if since and until and since > until:
            raise CloudTrailError("InvalidTimeRangeException", "The start time is after the end time.")
        seen = now - timedelta(seconds=self._world.settings.history_delay)
        question = _fingerprint(attribute, since, until)
        found = self._history.search(
            account,
            region,
            since=max(since or now - KEPT, now - KEPT),
            until=min(until or seen, seen),
            before=_decode(request.get("NextToken"), question),
            attribute=attribute,
        )
        events = list(islice(found, size + 1))
        page = events[:size]
        answer: dict[str, Any] = {"Events": [_event(event) for event in page]}
        if len(events) > size:
            answer["NextToken"] = _encode(page[-1].position, question)
        return answer

    def _throttle(self, account: str, region: str) -> None:
        per_second = self._world.settings.lookup_per_second
        rate = self._rates.setdefault((account, region), Rate())
        if per_second is not None and not rate.take(per_second):
            raise CloudTrailError("ThrottlingException", "Rate exceeded")


class Rate:
    """A token bucket that holds one second's worth."""

    def __init__(self) -> None:
        self._left: float | None = None
        self._at = 0.0

    def take(self, per_second: float) -> bool:
        capacity = max(per_second, 1.0)
        now = time.monotonic()
        left = capacity if self._left is None else min(capacity, self._left + (now - self._at) * per_second)
        self._at = now
        self._left = left - 1 if left >= 1 else left
        return left >= 1


def _attribute(request: Mapping[str, Any]) -> tuple[str, str] | None:
    match request.get("LookupAttributes"):
        case None | []:
            return None
        case [{"AttributeKey": str(key), "AttributeValue": str(value)}] if key in ATTRIBUTES and value:
            return key, value
        case [_, _, *_]:
            message = "You can look up events by one attribute at a time."
        case _:
            message = f"A lookup attribute is one of {', '.join(sorted(ATTRIBUTES))}, with a value."
    raise CloudTrailError("InvalidLookupAttributesException", message)


def _time(value: object) -> datetime | None:
    if value is None:
        return None
    if isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC)
    raise CloudTrailError("InvalidTimeRangeException", "A time is seconds since 1970.")


def _event(event: Event) -> dict[str, Any]:
    record = event.record
    found = {
        "EventId": event.event_id,
        "EventName": record["eventName"],
        "ReadOnly": str(record["readOnly"]).lower(),
        "EventTime": int(event.time.timestamp()),
        "EventSource": record["eventSource"],
        "Username": event.username,
        "AccessKeyId": record["userIdentity"].get("accessKeyId"),
        "Resources": event.resources,
        "CloudTrailEvent": json.dumps(record, separators=(",", ":")),
    }
    return {name: value for name, value in found.items() if value is not None}


def _fingerprint(attribute: tuple[str, str] | None, since: datetime | None, until: datetime | None) -> str:
    return hashlib.sha256(repr((attribute, since, until)).encode()).hexdigest()[:16]


def _encode(position: Position, question: str) -> str:
    time_, event_id = position
    return base64.urlsafe_b64encode(json.dumps([question, time_.isoformat(), event_id]).encode()).decode()


def _decode(token: str | None, question: str) -> Position | None:
    """Where the last page ended; a token belongs to the question it was given for."""
    if token is None:
        return None
    try:
        asked, time_, event_id = json.loads(base64.urlsafe_b64decode(token))
        position = datetime.fromisoformat(time_), str(event_id)
    except (ValueError, TypeError):
        asked, position = None, None
    if asked != question or position is None:
        raise CloudTrailError("InvalidNextTokenException", "The token is not one this question was given.")
    return position
