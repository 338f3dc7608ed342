"""The bodies of the ingestion endpoints, read without a server."""

from __future__ import annotations

import gzip
import json

import pytest

from sandbox.logs.ingest import MAX_BODY, MAX_EVENT, MAX_EVENTS, BadBody, read

HLC, BULK, JSON, OTLP = "/services/collector/event", "/ingest/bulk", "/ingest/json", "/v1/logs"

RECORD = {"timeUnixNano": "1700000000123456789", "body": {"stringValue": "hello"}}
OTLP_BODY = {"resourceLogs": [{"scopeLogs": [{"logRecords": [RECORD, {"body": {"intValue": 1}}]}]}]}


@pytest.mark.parametrize(
    ("path", "body", "events"),
    [
        (HLC, '{"event":"a","time":1.5}{"event":{"k":1}}', [(1500, "a"), (None, '{"k":1}')]),
        (HLC, '\n{"event":"a"}\n \n{"event":"é"}\n', [(None, "a"), (None, "é")]),
        (HLC, '[{"event":"a","time":"2"},{"event":"b"}]', [(2000, "a"), (None, "b")]),
        (BULK, '{"a":1}\n\n"text"\n', [(None, '{"a":1}'), (None, "text")]),
        (JSON, '{"a":1}', [(None, '{"a":1}')]),
        (JSON, '[{"a":1},{"a":2}]', [(None, '{"a":1}'), (None, '{"a":2}')]),
        (
            OTLP,
            json.dumps(OTLP_BODY),
            [
                (1700000000123, json.dumps(RECORD, separators=(",", ":"))),
                (None, '{"body":{"intValue":1}}'),
            ],
        ),
    ],
)
def test_what_each_endpoint_reads(path: str, body: str, events: list[tuple[int | None, str]]) -> None:
    assert read(path, body.encode()) == events
    assert read(path, gzip.compress(body.encode()), "gzip") == events


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (HLC, b""),
        (HLC, b"[]"),
        (HLC, b'{"time":1}'),
        (HLC, b'{"event":""}'),
        (HLC, b'{"event":"a"} trailing'),
        (HLC, b'{"event":"a","time":"soon"}'),
        (HLC, b'{"event":"a","time":1e400}'),
        (HLC, b"\xff\xfe"),
        (BULK, b"{broken"),
        (JSON, b'"text"'),
        (JSON, b'{"a":1}{"a":2}'),
        (JSON, b"[" * 200_000),
        (OTLP, b"[]"),
        (OTLP, b'{"resourceLogs":{}}'),
        (OTLP, b'{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"x"}]}]}]}'),
    ],
)
def test_what_is_refused(path: str, body: bytes) -> None:
    with pytest.raises(BadBody):
        read(path, body)


def test_limits_are_met_and_not_passed() -> None:
    line = b'{"a":1}\n'
    assert len(read(BULK, line * MAX_EVENTS)) == MAX_EVENTS
    with pytest.raises(BadBody, match="more than 10000 events"):
        read(BULK, line * (MAX_EVENTS + 1))
    text = b"x" * MAX_EVENT
    assert read(BULK, b'"%s"' % text) == [(None, text.decode())]
    with pytest.raises(BadBody, match="event is larger"):
        read(BULK, b'"%sx"' % text)
    padding = b" " * (MAX_BODY - 2)
    assert read(JSON, b'{"a":1}'.ljust(MAX_BODY)) == [(None, '{"a":1}')]
    for body, encoding in ((b"{}" + padding + b" ", ""), (gzip.compress(b"{}" + padding + b" "), "gzip")):
        with pytest.raises(BadBody, match="larger than 1048576"):
            read(JSON, body, encoding)
