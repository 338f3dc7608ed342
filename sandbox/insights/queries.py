"""Queries over log groups that take their time, and a trail's delivery into a log group."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal, TypeAlias

from moto.logs.exceptions import InvalidParameterException, ResourceNotFoundException
from moto.logs.models import LogGroup

from sandbox.account.world import ACCOUNT, Clock
from sandbox.cloudtrail.delivery import takes
from sandbox.cloudtrail.organization import trails
from sandbox.cloudtrail.records import Record
from sandbox.insights.language import Line, Program, compiled, line
from sandbox.logs.logs import log_groups

State: TypeAlias = Literal["Scheduled", "Running", "Complete", "Cancelled"]


@dataclass(slots=True)
class Query:
    program: Program
    groups: list[LogGroup]
    since: int
    until: int
    submitted: datetime
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    state: State = "Scheduled"
    results: list[dict[str, str]] = field(default_factory=list)
    scanned: int = 0
    matched: int = 0
    bytes_scanned: int = 0


class Insights:
    """`world.part(Insights)` finds it."""

    def __init__(self, clock: Clock) -> None:
        self.delay = timedelta(milliseconds=20)
        self.queries: dict[str, Query] = {}
        self._clock = clock

    def start(self, region: str, groups: list[str], query: str, since: int, until: int) -> Query:
        """Take a query over [since, until], in seconds since 1970."""
        known = log_groups(region)
        if not groups or any(name not in known for name in groups):
            raise ResourceNotFoundException()
        if since > until:
            raise InvalidParameterException("The start time must not be after the end time.")
        made = Query(compiled(query), [known[name] for name in groups], since, until, self._clock.now())
        self.queries[made.id] = made
        return made

    def watch(self, query_id: str) -> Query:
        query = self.queries.get(query_id)
        if query is None:
            raise ResourceNotFoundException("The query does not exist.")
        since = self._clock.now() - query.submitted
        if query.state in ("Scheduled", "Running"):
            if since >= 2 * self.delay:
                self._run(query)
            elif since >= self.delay:
                query.state = "Running"
        return query

    def stop(self, query_id: str) -> None:
        query = self.watch(query_id)
        if query.state not in ("Scheduled", "Running"):
            raise InvalidParameterException("Query has ended and cannot be stopped.")
        query.state = "Cancelled"

    def deliver(self, time: datetime, record: Record) -> None:
        """Write *record* where a trail has a log group and takes it."""
        for trail in trails(ACCOUNT):
            _, _, name = (trail.cw_log_group_arn or "").partition(":log-group:")
            group = log_groups(trail.region_name).get(name.removesuffix(":*"))
            if group is None or not takes(trail, record):
                continue
            stream = f"{ACCOUNT}_CloudTrail_{record['awsRegion']}"
            if stream not in group.streams:
                group.create_log_stream(stream)
            message = json.dumps(record, separators=(",", ":"))
            group.put_log_events(stream, [{"timestamp": int(time.timestamp() * 1000), "message": message}])

    def _run(self, query: Query) -> None:
        first, last = query.since * 1000, query.until * 1000 + 999
        lines: list[Line] = []
        for group in query.groups:
            for stream in group.streams.values():
                for event in stream.events:
                    if first <= event.timestamp <= last:
                        when = datetime.fromtimestamp(event.timestamp / 1000, UTC)
                        lines.append(
                            line(f"{when:%Y-%m-%d %H:%M:%S}.{event.timestamp % 1000:03}", event.message)
                        )
                        query.bytes_scanned += len(event.message)
        query.scanned = len(lines)
        query.results, query.matched = query.program.run(lines)
        query.state = "Complete"
