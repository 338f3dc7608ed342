"""Keeps out what this machine's browsers send: pages of other origins, and names that only lead here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from werkzeug.wrappers import Response

from sandbox.wire.call import Request
from sandbox.wire.wire import Handler

NAMES = ("127.0.0.1", "localhost")


@dataclass(frozen=True, slots=True)
class Door:
    """Answers as *inner* does whoever calls the sandbox by its own address, and no web page."""

    port: Callable[[], int]
    inner: Handler

    def __call__(self, request: Request) -> Response:
        # A request line may name a host too, and it is that one's.
        if not {request.header("host"), request.authority or request.header("host")} <= self._hosts():
            return _forbidden("This host isn't the sandbox's.")
        if "Origin" in request.headers:
            return _forbidden("Web pages aren't served.")
        return self.inner(request)

    def _hosts(self) -> set[str]:
        port = self.port()
        return {f"{name}:{port}" for name in NAMES} | (set(NAMES) if port == 80 else set())


def _forbidden(why: str) -> Response:
    return Response(f"{why}\n", 403, content_type="text/plain")
