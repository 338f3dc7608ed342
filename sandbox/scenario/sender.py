"""A client of the bearer endpoints: one kept-alive connection, as log forwarders have."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
from urllib.parse import quote, urlsplit

PATH = "/services/collector/event"
TIMEOUT = 5.0


class Sender:
    """Posts log events; not for use by several threads, but abort() may be called from any."""

    def __init__(self, endpoint_url: str, log_group: str, log_stream: str) -> None:
        self._address = urlsplit(endpoint_url).netloc
        self._path = f"{PATH}?logGroup={quote(log_group, safe='')}&logStream={quote(log_stream, safe='')}"
        self._connection: http.client.HTTPConnection | None = None

    def post(self, token: str, body: bytes, *, address: str, agent: str) -> int | None:
        """The status answered, or None where there was no answer; *address* is where it says it is from."""
        connection = self._connection = self._connection or http.client.HTTPConnection(
            self._address, timeout=TIMEOUT
        )
        headers: dict[str, str | bytes] = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "User-Agent": agent.encode(),  # as it is: no header is refused for what a terminal makes of it
            "X-Forwarded-For": address,
        }
        try:
            connection.request("POST", self._path, body, headers)
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            self.close()
            return None
        return answer.status

    def abort(self) -> None:
        """End a post that waits for its answer."""
        connection = self._connection
        if connection is not None and isinstance(connection.sock, socket.socket):
            with contextlib.suppress(OSError):
                connection.sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def collector_body(line: str, size: int) -> bytes:
    """Events of one line each, *size* bytes of messages in all, in the collector's format."""
    item = json.dumps({"event": line}).encode()
    return b"\n".join([item] * max(1, round(size / len(line.encode()))))
