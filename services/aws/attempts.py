"""What became of each attempt at one call, as its client's events tell it."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.aws.refusals import from_client_error
from services.aws.skew import clock_ahead, date_of
from services.base import clock

_JSON = ("json", "rest-json")


@dataclass(slots=True)
class Attempts:
    """*unsure* counts those of which nobody knows whether AWS acted; *ahead* is this machine's clock's lead.

    *page* says that the last answer was a page for people, whatever its status.
    """

    begun: int = 0
    unsure: int = 0
    ahead: timedelta | None = None
    page: bool = False
    last: Mapping[str, Any] | None = None
    """Status and headers of the last answer, as ResponseMetadata has them; None where none came."""
    _at: datetime | None = None
    _open: bool = False

    @property
    def unsure_before_the_last(self) -> bool:
        """Whether an attempt that was followed by another may have been acted upon."""
        return self.unsure > self._open

    def begin(self) -> None:
        self.begun += 1
        # Until its answer comes this one is unsure too.
        self.unsure += 1
        self._open, self._at, self.last = True, clock.now(), None

    def hear(self, answer: Mapping[str, Any], protocol: str) -> None:
        """An answer came, and is not read yet."""
        status, headers = int(answer["status_code"]), answer["headers"]
        self.last = {"HTTPStatusCode": status, "HTTPHeaders": headers}
        self.page = _is_page(answer.get("body"), protocol, status)
        if date := date_of(headers):
            self.ahead = clock_ahead(date, self._at or clock.now(), clock.now())

    def end(self, operation: str, status: int, parsed: Mapping[str, Any]) -> None:
        """It could be read."""
        self._open = status < 300 or from_client_error(operation, parsed).outcome_unknown
        self.unsure -= not self._open


_CALL: ContextVar[Attempts] = ContextVar("attempts")


def watched_attempts() -> Attempts:
    """Those of the call that this task sends next."""
    attempts = Attempts()
    _CALL.set(attempts)
    return attempts


def watch(client: Any) -> None:
    """Have *client* tell of its attempts."""
    protocol = client.meta.service_model.resolved_protocol

    def begun(**_: Any) -> None:
        if attempts := _CALL.get(None):
            attempts.begin()

    def heard(response_dict: Any, **_: Any) -> None:
        if attempts := _CALL.get(None):
            attempts.hear(response_dict, protocol)

    def ended(event_name: str, response_dict: Any = None, parsed_response: Any = None, **_: Any) -> None:
        if (attempts := _CALL.get(None)) and response_dict is not None:
            attempts.end(event_name.rpartition(".")[2], response_dict["status_code"], parsed_response or {})

    client.meta.events.register("before-send", begun)
    client.meta.events.register("before-parse", heard)
    client.meta.events.register("response-received", ended)


def _is_page(body: object, protocol: str, status: int) -> bool:
    """Whether *body*, of a success, is none that the service's protocol has."""
    if not isinstance(body, bytes) or status >= 300:
        return False
    start = body[:200].lstrip().lower()
    if protocol in _JSON:
        return bool(start) and not (start.startswith(b"{") and body.rstrip().endswith(b"}"))
    return start.startswith((b"<!doctype html", b"<html"))
