"""CloudWatch Logs where moto's differs: the bearer switch of log groups, and counted ingestion."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar, TypeAlias

import moto.logs.urls
from moto.logs.exceptions import InvalidParameterException, ResourceNotFoundException
from moto.logs.models import LogEvent, LogGroup, logs_backends
from moto.logs.responses import LogsResponse

from sandbox.account.world import ACCOUNT, World
from sandbox.logs.meter import Meter

Entry: TypeAlias = tuple[int, str]
"""An event to store: its time in milliseconds and its message."""

KEPT_EVENTS = 10_000
"""How many events a stream keeps, for moto holds them all in memory."""


def log_groups(region: str, account: str = ACCOUNT) -> dict[str, LogGroup]:
    found: dict[str, LogGroup] = logs_backends[account][region].groups
    return found


def bearer_enabled(group: LogGroup) -> bool:
    return getattr(group, "bearer_token_authentication", False)


def enable_bearer(group: LogGroup, enabled: bool) -> None:
    group.bearer_token_authentication = enabled


def store(world: World, group: LogGroup, stream: str, entries: Sequence[Entry], now: datetime) -> int:
    """Put events into a stream that exists and count them; answers with their size in bytes."""
    size = sum(len(message.encode()) for _, message in entries)
    group.put_log_events(stream, [{"timestamp": at, "message": text} for at, text in sorted(entries)])
    forget_old_events(group, stream)
    world.part(Meter).add(group.region, group.name, now, size, len(entries), account=group.account_id)
    return size


def forget_old_events(group: LogGroup, stream: str) -> None:
    del group.streams[stream].events[:-KEPT_EVENTS]
    LogEvent.instances_tracked.clear()


class LogOperations(LogsResponse):
    """One request; moto makes one of these for each, so install() leaves what they share on the class."""

    world: ClassVar[World]

    @property
    def _groups(self) -> dict[str, LogGroup]:
        return log_groups(self.region, self.current_account)

    def put_bearer_token_authentication(self) -> str:
        enabled = self._get_param("bearerTokenAuthenticationEnabled")
        if not isinstance(enabled, bool):
            raise InvalidParameterException("bearerTokenAuthenticationEnabled must be true or false.")
        identifier = self._get_param("logGroupIdentifier") or ""
        group = self._groups.get(_name(identifier))
        if group is None:
            raise ResourceNotFoundException()
        enable_bearer(group, enabled)
        return "{}"

    def describe_log_groups(self) -> str:
        prefix, pattern = self._get_param("logGroupNamePrefix"), self._get_param("logGroupNamePattern")
        if prefix and pattern:
            raise InvalidParameterException(
                "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters."
            )
        limit = self._get_param("limit") or 50
        if not 1 <= limit <= 50:
            raise InvalidParameterException(
                constraint="Member must have value between 1 and 50", parameter="limit", value=limit
            )
        identifiers = [_name(each) for each in self._get_param("logGroupIdentifiers") or ()]
        after = base64.b64decode(self._get_param("nextToken") or "").decode()
        names = [
            name
            for name in sorted(self._groups)
            if name > after
            and name.startswith(prefix or "")
            and (pattern or "") in name
            and (not identifiers or name in identifiers)
        ]
        answer: dict[str, Any] = {
            "logGroups": [self._described(name, briefly=bool(pattern)) for name in names[:limit]]
        }
        if len(names) > limit:
            answer["nextToken"] = base64.b64encode(names[limit - 1].encode()).decode()
        return json.dumps(answer)

    def put_log_events(self) -> str:
        answer: str = super().put_log_events()
        name, stream = self._get_param("logGroupName"), self._get_param("logStreamName")
        events = self._get_param("logEvents") or []
        size = sum(len(event["message"].encode()) for event in events)
        forget_old_events(self._groups[name], stream)
        now = self.world.clock.now()
        self.world.part(Meter).add(self.region, name, now, size, len(events), account=self.current_account)
        return answer

    def _described(self, name: str, *, briefly: bool) -> dict[str, Any]:
        group = self._groups[name]
        described: dict[str, Any] = group.to_describe_dict()
        if briefly:
            return {each: described[each] for each in ("arn", "creationTime", "logGroupName")}
        return described | {"bearerTokenAuthenticationEnabled": bearer_enabled(group)}


def _name(identifier: str) -> str:
    """The name in a log group's name or ARN."""
    _, found, name = identifier.partition(":log-group:")
    return (name if found else identifier).removesuffix(":*")


def install(world: World) -> None:
    """Give moto's CloudWatch Logs the operations; the world must have its Meter."""
    LogOperations.world = world
    moto.logs.urls.url_paths["{0}/$"] = LogOperations.dispatch
