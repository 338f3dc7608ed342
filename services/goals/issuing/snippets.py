"""How to send with the new key: a curl to try it, and the settings of three collectors; never the secret.

The names of settings are those of the products' own manuals: the OpenTelemetry Collector's otlphttp exporter
with the bearertokenauth extension, Fluent Bit's http output, and Vector's http sink.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from string import Template
from urllib.parse import urlsplit

from services.aws import ingestion
from services.cases.deposit import words_of
from services.goals.issuing.trial import FIRST_EVENT

VARIABLE = "LOGS_API_KEY"
"""Of the environment, for the collectors."""

_CURL = """\
printf 'Authorization: Bearer %s\\n' "$secret" | curl -sS -w ' %{http_code}\\n' -H @- \\
  -H 'Content-Type: application/json' -d $body $url"""

_OTEL = """\
# $place
extensions:
  bearertokenauth:
    token: $${env:$variable}
exporters:
  otlphttp/cloudwatch:
    logs_endpoint: $logs_endpoint
    headers:
      x-aws-log-group: $log_group
      x-aws-log-stream: $log_stream
    auth:
      authenticator: bearertokenauth
service:
  extensions: [bearertokenauth]
  pipelines:
    logs:
      receivers: [otlp]  # yours
      exporters: [otlphttp/cloudwatch]"""

_FLUENT_BIT = """\
# $place
pipeline:
  outputs:
    - name: http
      match: '*'
      host: $host
      port: $port
      tls: $tls
      uri: $bulk_path
      format: json_lines
      json_date_key: timestamp
      json_date_format: iso8601
      header:
        - Authorization Bearer $${$variable}
        - $group_header
        - $stream_header"""

_VECTOR = """\
# $place
sinks:
  cloudwatch:
    type: http
    inputs: ['*']  # yours
    uri: $bulk_url
    encoding:
      codec: json
    framing:
      method: newline_delimited
    auth:
      strategy: bearer
      token: "$${$variable}"
    request:
      headers:
        x-aws-log-group: $log_group
        x-aws-log-stream: $log_stream
    batch:
      max_bytes: 1000000
      max_events: 10000"""

_TEMPLATES = {"opentelemetry": _OTEL, "fluent_bit": _FLUENT_BIT, "vector": _VECTOR}


@dataclass(frozen=True, slots=True)
class Sending:
    """Where to; *secret* is its place, ``kind:name`` as the journal says it, None where that is not known."""

    endpoint: str
    log_group: str
    log_stream: str
    secret: str | None


def snippets(sending: Sending) -> Mapping[str, str]:
    """By product, curl first."""
    base = urlsplit(sending.endpoint)
    tls = base.scheme == "https"
    fields = {
        "place": _place(sending.secret),
        "variable": VARIABLE,
        "logs_endpoint": sending.endpoint + ingestion.OTLP_PATH,
        "bulk_url": sending.endpoint + ingestion.BULK_PATH,
        "bulk_path": ingestion.BULK_PATH,
        "host": base.hostname or "",
        "port": str(base.port or (443 if tls else 80)),
        "tls": "on" if tls else "off",
        # What the other two would take for a variable of theirs is doubled; Fluent Bit knows no doubling.
        "log_group": json.dumps(sending.log_group.replace("$", "$$")),
        "log_stream": json.dumps(sending.log_stream.replace("$", "$$")),
        "group_header": json.dumps(f"x-aws-log-group {sending.log_group}"),
        "stream_header": json.dumps(f"x-aws-log-stream {sending.log_stream}"),
    }
    found = {"curl": _curl(sending)}
    return found | {name: Template(text).substitute(fields) for name, text in _TEMPLATES.items()}


def _curl(sending: Sending) -> str:
    """The secret goes by a pipe: among a command's arguments every user of the machine could read it."""
    return Template(_CURL).substitute(
        secret=_read(sending.secret),
        body=shlex.quote(ingestion.event_body(FIRST_EVENT)),
        url=shlex.quote(ingestion.event_url(sending.endpoint, sending.log_group, sending.log_stream)),
    )


def _read(secret: str | None) -> str:
    """What of a shell reads it."""
    kind, _, name = (secret or "").partition(":")
    match kind:
        case "file":
            return f"$(cat {shlex.quote(name)})"
        case "secretsmanager":
            told = f"--secret-id {shlex.quote(name)} --query SecretString --output text"
            return f"$(aws secretsmanager get-secret-value {told})"
        case _:
            return f"${VARIABLE}"


def _place(secret: str | None) -> str:
    where = words_of(secret) if secret and secret != "screen" else "with whoever keeps it"
    return f"{VARIABLE} is the key's secret: it is {'' if where.startswith('with') else 'in '}{where}."
