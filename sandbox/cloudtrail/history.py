"""The event history: every management event of the account, for LookupEvents to search."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sandbox.cloudtrail.records import Record, lookup_resources, lookup_username

KEPT = timedelta(days=90)

Position = tuple[datetime, str]


@dataclass(frozen=True, order=True)
class Event:
    """A management event at its place in time; *time* is finer than the record's own seconds."""

    time: datetime
    event_id: str
    record: Record = field(compare=False)
    resources: list[dict[str, str]] = field(compare=False)
    username: str | None = field(compare=False)

    @property
    def position(self) -> Position:
        return self.time, self.event_id

    def has(self, attribute: str, value: str) -> bool:
        record = self.record
        match attribute:
            case "EventId":
                return self.event_id == value
            case "EventName":
                return bool(record["eventName"] == value)
            case "EventSource":
                return bool(record["eventSource"] == value)
            case "ReadOnly":
                return str(record["readOnly"]).lower() == value.lower()
            case "Username":
                return self.username == value
            case "AccessKeyId":
                return bool(record["userIdentity"].get("accessKeyId") == value)
            case "ResourceType":
                return any(resource["ResourceType"] == value for resource in self.resources)
            case "ResourceName":
                return any(resource["ResourceName"] == value for resource in self.resources)
            case _:
                raise ValueError(attribute)


class History:
    """Management events by account and Region, in order of time. Not locked: hold world.lock."""

    def __init__(self) -> None:
        self._places: dict[tuple[str, str], list[Event]] = {}

    def add(self, time: datetime, record: Record) -> None:
        event = Event(
            time=time,
            event_id=record["eventID"],
            record=record,
            resources=lookup_resources(record),
            username=lookup_username(record),
        )
        insort(self._places.setdefault((record["recipientAccountId"], record["awsRegion"]), []), event)

    def search(
        self,
        account: str,
        region: str,
        *,
        since: datetime,
        until: datetime,
        before: Position | None = None,
        attribute: tuple[str, str] | None = None,
    ) -> Iterator[Event]:
        """Events of an account's Region from *since* to *until*, newest first, starting below *before*."""
        events = self._places.get((account, region), [])
        end = len(events) if before is None else bisect_left(events, before, key=_position)
        for event in reversed(events[:end]):
            if event.time < since:
                return
            if event.time <= until and (attribute is None or event.has(*attribute)):
                yield event


def _position(event: Event) -> Any:
    return event.position
