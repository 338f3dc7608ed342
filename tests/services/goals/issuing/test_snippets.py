"""The snippets parse as what they are for, whatever the stream is called, and name no secret."""

from __future__ import annotations

import shlex
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

from services.goals.issuing.snippets import Sending, snippets

AWS = "https://logs.eu-west-1.amazonaws.com"
STREAMS = ["default", 'it\'s "a" $HOME {{x}} é', "a\\b #c", "- [x]: 'y"]


@pytest.mark.parametrize("stream", [name.replace(":", "") for name in STREAMS])
def test_the_settings_are_where_each_product_looks_for_them(stream: str) -> None:
    found = snippets(Sending(AWS, "/app/web", stream, "file:/home/it's/web.key"))
    doubled = stream.replace("$", "$$")
    headers = {"x-aws-log-group": "/app/web", "x-aws-log-stream": doubled}

    otel = yaml.safe_load(found["opentelemetry"])
    exporter = otel["exporters"]["otlphttp/cloudwatch"]
    assert (exporter["logs_endpoint"], exporter["headers"]) == (f"{AWS}/v1/logs", headers)
    assert exporter["auth"]["authenticator"] in otel["service"]["extensions"]
    assert otel["extensions"]["bearertokenauth"] == {"token": "${env:LOGS_API_KEY}"}

    (output,) = yaml.safe_load(found["fluent_bit"])["pipeline"]["outputs"]
    assert (output["host"], output["port"], output["uri"]) == (urlsplit(AWS).hostname, 443, "/ingest/bulk")
    assert (output["tls"], output["format"]) == (True, "json_lines")
    assert output["header"] == [
        "Authorization Bearer ${LOGS_API_KEY}",
        "x-aws-log-group /app/web",
        f"x-aws-log-stream {stream}",
    ]

    sink = yaml.safe_load(found["vector"])["sinks"]["cloudwatch"]
    assert (sink["type"], sink["uri"]) == ("http", f"{AWS}/ingest/bulk")
    assert sink["auth"] == {"strategy": "bearer", "token": "${LOGS_API_KEY}"}
    assert sink["request"]["headers"] == headers
    assert sink["batch"]["max_bytes"] <= 1024 * 1024

    words = shlex.split(found["curl"].partition("| ")[2].replace("\\\n", ""))
    (url,) = [word for word in words if word.startswith("https:")]
    assert parse_qs(urlsplit(url).query) == {"logGroup": ["/app/web"], "logStream": [stream]}


@pytest.mark.parametrize(
    ("place", "read", "told"),
    [
        ("file:/a b/k", "$(cat '/a b/k')", "it is in the file /a b/k."),
        ("secretsmanager:stanch/web", "--secret-id stanch/web", "it is in Secrets Manager as stanch/web."),
        ("screen", "$LOGS_API_KEY", "it is wherever you stored it."),
        (None, "$LOGS_API_KEY", "it is wherever you stored it."),
    ],
)
def test_the_secret_is_named_by_its_place(place: str | None, read: str, told: str) -> None:
    found = snippets(Sending(AWS, "/app/web", "default", place))
    assert read in found["curl"]
    assert all(told in found[name] for name in ("opentelemetry", "fluent_bit", "vector"))
