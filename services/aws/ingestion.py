"""The ingestion endpoints of CloudWatch Logs, which take API keys and no signature."""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from services.aws.session import AwsSession
from services.base import documents
from services.base.text import clean

EVENT_PATH = "/services/collector/event"
BULK_PATH = "/ingest/bulk"
OTLP_PATH = "/v1/logs"
SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Answered:
    """*status* is None where no answer came; *said* is what the answer, or its lack, says."""

    status: int | None
    said: str


async def endpoint(aws: AwsSession, region: str) -> str:
    """Where *region*'s is: AWS's own, or what AWS_ENDPOINT_URL or AWS_ENDPOINT_URL_LOGS names."""
    found: str = (await aws.client("logs", region)).meta.endpoint_url
    return found.rstrip("/")


def event_url(base: str, log_group: str, log_stream: str) -> str:
    return f"{base}{EVENT_PATH}?{urlencode({'logGroup': log_group, 'logStream': log_stream})}"


def event_body(message: str) -> str:
    return json.dumps({"event": message})


def safe(base: str) -> bool:
    """Whether a key may be sent there: not in the clear, but to this machine."""
    parts = urlsplit(base)
    return parts.scheme == "https" or parts.hostname in ("127.0.0.1", "::1", "localhost")


async def post_event(base: str, token: str, log_group: str, log_stream: str, message: str) -> Answered:
    """Send one event; raises nothing."""
    import aiohttp

    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    timeout = aiohttp.ClientTimeout(total=SECONDS)
    try:
        async with (
            aiohttp.ClientSession(trust_env=True, timeout=timeout) as session,
            session.post(
                event_url(base, log_group, log_stream),
                data=event_body(message),
                headers=headers,
                # Elsewhere the key has no business.
                allow_redirects=False,
            ) as answer,
        ):
            said = (await answer.content.read(2048)).decode(errors="replace")
            return Answered(answer.status, _message(said))
    except Exception as error:  # noqa: BLE001 - whatever a library makes of what a network sends
        return Answered(None, f"no answer ({type(error).__name__})")


def _message(text: str) -> str:
    try:
        found = documents.parse(text)
        text = str(found.get("message") or "")
    except (ValueError, AttributeError):
        pass
    return clean(text, limit=200)
