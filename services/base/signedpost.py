"""Posts a signed JSON document to one address: no redirect is followed, and no server holds anyone up."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import ssl
import threading
from contextlib import closing
from dataclasses import dataclass, field
from time import sleep, time
from urllib.parse import urlsplit

from services.base.version import VERSION

SECONDS = 5.0
"""For one attempt, whatever the server sends meanwhile."""
WAITS = (0.5, 2.0)
"""Before the second attempt and the third."""
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True, slots=True)
class Address:
    """*secret* signs what is sent."""

    url: str
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Delivery:
    """*message* says in words what became of it."""

    delivered: bool
    attempts: int
    message: str


def problem(url: str) -> str | None:
    """Why nothing is sent there."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "it isn't a URL"
    if parts.scheme == "https" and host:
        return None
    if parts.scheme == "http" and host in _LOOPBACK:
        return None
    return "it has to begin with https:// (http:// only for this machine)"


def headers(secret: bytes, body: bytes, event: str, at: int) -> dict[str, str]:
    """The signature is the HMAC-SHA256 of the timestamp, a full stop, and the body."""
    digest = hmac.new(secret, f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return {
        "Content-Type": "application/json",
        "User-Agent": f"stanch/{VERSION}",
        "X-Stanch-Event": event,
        "X-Stanch-Timestamp": str(at),
        "X-Stanch-Signature": f"sha256={digest}",
    }


def deliver(address: Address, body: bytes, event: str) -> Delivery:
    """Post *body*, again where the server or the way to it failed; raises nothing."""
    answer = "nothing was tried"
    for attempt, wait in enumerate((0.0, *WAITS), 1):
        sleep(wait)
        status, answer = _post(address, body, event)
        if status is not None and 200 <= status < 300:
            return Delivery(True, attempt, answer)
        if status is not None and status < 500 and status != 429:
            return Delivery(False, attempt, answer)
    return Delivery(False, 1 + len(WAITS), answer)


def _post(address: Address, body: bytes, event: str) -> tuple[int | None, str]:
    """The status of the answer, if there was one, and words on it."""
    parts = urlsplit(address.url)
    assert parts.hostname
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        context = ssl.create_default_context()
        connection = http.client.HTTPSConnection(parts.hostname, parts.port, timeout=SECONDS, context=context)
    else:
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=SECONDS)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    with closing(connection):
        # A server that sends a byte now and then never runs into the time-out of a socket.
        limit = threading.Timer(SECONDS, _cut, [connection])
        limit.daemon = True
        limit.start()
        try:
            connection.request("POST", path, body, headers(address.secret, body, event, int(time())))
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException, ValueError) as error:
            why = "no answer in time" if isinstance(error, TimeoutError) else type(error).__name__
            return None, f"it could not be reached ({why})"
        finally:
            limit.cancel()
    redirected = " (redirects are not followed)" if 300 <= status < 400 else ""
    return status, f"answered {status}{redirected}"


def _cut(connection: http.client.HTTPConnection) -> None:
    if connection.sock is not None:
        connection.sock.close()
