"""How to send with the new key: a curl to try it, and the settings of three collectors; never the secret.

The names of settings are those of the products' own manuals: the OpenTelemetry Collector's otlphttp exporter
with the bearertokenauth extension, Fluent Bit's http output, and Vector's http sink.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from string import Template
from urllib.parse import urlsplit

from services.aws import ingestion
from services.aws.call import Call
from services.aws.where import Where
from services.cases.deposit import words_of
from services.goals.issuing.trial import FIRST_EVENT
from services.quoting.settings import comment, yaml_string
from services.quoting.shell import word
from services.quoting.sql import Unquotable

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
    where: Where = field(default_factory=Where)
    secret_region: str | None = None
    """Where it lies in Secrets Manager, as far as that is known."""


def snippets(sending: Sending) -> Mapping[str, str]:
    """By product, curl first."""
    base = urlsplit(sending.endpoint)
    tls = base.scheme == "https"
    fields = {
        "place": comment(_place(sending.secret)),
        "variable": VARIABLE,
        "logs_endpoint": yaml_string(sending.endpoint + ingestion.OTLP_PATH),
        "bulk_url": yaml_string(sending.endpoint + ingestion.BULK_PATH),
        "bulk_path": ingestion.BULK_PATH,
        "host": yaml_string(base.hostname or ""),
        "port": str(base.port or (443 if tls else 80)),
        "tls": "on" if tls else "off",
        # What the other two would take for a variable of theirs is doubled; Fluent Bit knows no doubling.
        "log_group": yaml_string(sending.log_group.replace("$", "$$")),
        "log_stream": yaml_string(sending.log_stream.replace("$", "$$")),
        "group_header": yaml_string(f"x-aws-log-group {sending.log_group}"),
        "stream_header": yaml_string(f"x-aws-log-stream {sending.log_stream}"),
    }
    found = {"curl": _curl(sending)}
    return found | {name: Template(text).substitute(fields) for name, text in _TEMPLATES.items()}


def _curl(sending: Sending) -> str:
    """The secret goes by a pipe: among a command's arguments every user of the machine could read it."""
    try:
        return Template(_CURL).substitute(
            secret=_read(sending),
            body=word(ingestion.event_body(FIRST_EVENT)),
            url=word(ingestion.event_url(sending.endpoint, sending.log_group, sending.log_stream)),
        )
    except Unquotable as error:
        return f"# no command can be printed: {error}"


def _read(sending: Sending) -> str:
    """What of a shell reads the secret, between double quotes."""
    kind, _, name = (sending.secret or "").partition(":")
    match kind:
        case "file":
            # One whose name begins with a dash would be an option.
            return f"$(cat {'-- ' if name.startswith('-') else ''}{word(name)})"
        case "secretsmanager":
            word(name)
            read = Call("secretsmanager", "GetSecretValue", {"SecretId": name}, sending.secret_region)
            return f"$({sending.where.aws(read, '--query', 'SecretString', '--output', 'text')})"
        case _:
            return f"${VARIABLE}"


def _place(secret: str | None) -> str:
    where = f"in {words_of(secret)}" if secret and secret != "screen" else "wherever you stored it"
    return f"{VARIABLE} is the key's secret: it is {where}."
