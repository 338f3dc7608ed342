"""The bodies the HTTP ingestion endpoints take, read into log events."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

Event: TypeAlias = tuple[int | None, str]
"""Time in milliseconds, None where the event does not say, and message."""

SPACE = re.compile(r"\s*")
MAX_BODY = 1024 * 1024
MAX_EVENTS = 10_000
MAX_EVENT = 256 * 1024


class BadBody(Exception):
    """Says what is wrong with a body."""


def read(path: str, body: bytes, encoding: str = "") -> list[Event]:
    """The events of a request to the endpoint at *path*; raises BadBody."""
    if encoding.lower() == "gzip":
        body = _gunzip(body)
    if len(body) > MAX_BODY:
        raise BadBody(f"The request is larger than {MAX_BODY} bytes.")
    try:
        events = list(READERS[path](body.decode()))
    except UnicodeDecodeError:
        raise BadBody("The request is not UTF-8.") from None
    except json.JSONDecodeError as error:
        raise BadBody(f"The request is not valid JSON: {error.msg}.") from None
    except RecursionError:
        raise BadBody("The request is nested too deeply.") from None
    if not events:
        raise BadBody("The request holds no events.")
    if len(events) > MAX_EVENTS:
        raise BadBody(f"The request holds more than {MAX_EVENTS} events.")
    if any(len(message.encode()) > MAX_EVENT for _, message in events):
        raise BadBody(f"An event is larger than {MAX_EVENT} bytes.")
    return events


def _gunzip(body: bytes) -> bytes:
    try:
        return zlib.decompressobj(31).decompress(body, MAX_BODY + 1)
    except zlib.error:
        raise BadBody("The request is not valid gzip.") from None


def _hlc(text: str) -> Iterator[Event]:
    """Splunk's collector format: objects one after another, or in an array, each with an `event`."""
    for item in _each(_concatenated(text)):
        if not isinstance(item, dict) or item.get("event") in (None, "", {}):
            raise BadBody("Each item must be an object with an event.")
        yield _milliseconds(item.get("time")), _message(item["event"])


def _bulk(text: str) -> Iterator[Event]:
    for line in text.splitlines():
        if line.strip():
            yield None, _message(json.loads(line))


def _json(text: str) -> Iterator[Event]:
    for item in _each([json.loads(text)]):
        if not isinstance(item, dict):
            raise BadBody("Each item must be an object.")
        yield None, _message(item)


def _otlp(text: str) -> Iterator[Event]:
    document = json.loads(text)
    for resource in _objects(document, "resourceLogs"):
        for scope in _objects(resource, "scopeLogs"):
            for record in _objects(scope, "logRecords"):
                nanoseconds = record.get("timeUnixNano") or record.get("observedTimeUnixNano")
                try:
                    at = int(nanoseconds) // 1_000_000 if nanoseconds else None
                except (TypeError, ValueError):
                    raise BadBody("A log record's time is no number.") from None
                yield at, _message(record)


def _concatenated(text: str) -> Iterator[Any]:
    decoder, at, text = json.JSONDecoder(), 0, text.rstrip()
    while at < len(text):
        item, at = decoder.raw_decode(text, SPACE.match(text, at).end())  # type: ignore[union-attr]
        yield item


def _each(items: Any) -> Iterator[Any]:
    for item in items:
        yield from item if isinstance(item, list) else [item]


def _objects(holder: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    found = holder.get(name, []) if isinstance(holder, dict) else None
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise BadBody(f"{name} must be an array of objects.")
    return found


def _message(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _milliseconds(time: Any) -> int | None:
    if time is None:
        return None
    try:
        return int(float(time) * 1000)
    except (TypeError, ValueError, OverflowError):
        raise BadBody("An event's time is no number of seconds.") from None


READERS: Mapping[str, Callable[[str], Iterator[Event]]] = {
    "/services/collector/event": _hlc,
    "/ingest/bulk": _bulk,
    "/ingest/json": _json,
    "/v1/logs": _otlp,
}
