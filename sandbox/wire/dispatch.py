"""moto behind one handler: every service, and a plain answer for what moto lacks."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache
from typing import Any

from moto.core import responses
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.wrappers import Response

from sandbox.account.world import World
from sandbox.wire import errors
from sandbox.wire.call import Request

_BACKENDS: dict[str | None, Any] = {}
"""By host, for the life of the process: moto would list its own folder twice for every call."""

responses.method_names_from_class = cache(responses.method_names_from_class)


class Dispatcher(DomainDispatcherApplication):
    """moto's own, but that it prints nothing about a service it does not know."""

    def get_backend_for_host(self, host: str | None) -> Any:
        if host not in _BACKENDS:
            _BACKENDS[host] = self._find_backend(host)
        return _BACKENDS[host]

    def _find_backend(self, host: str | None) -> Any:
        known = host in (None, "moto_api") or any(
            pattern.match(f"http://{host}") for _, pattern in self.backend_url_patterns
        )
        if not known:
            raise NotImplementedError(host)
        return super().get_backend_for_host(host)


@dataclass(frozen=True, slots=True)
class Moto:
    """Answers from moto's backends, one call at a time, for they are not made for threads.

    moto binds a service's routes when the first request for it comes: make this after
    every extension has put its own in place.
    """

    world: World

    def __call__(self, request: Request) -> Response:
        if request.protocol == "cbor":
            return errors.not_implemented(request).answer(request)
        request.environ["wsgi.input"] = io.BytesIO(request.body)
        try:
            with self.world.lock:
                answer = Response.from_app(_application(), request.environ, buffered=True)
        except NotImplementedError:
            return errors.not_implemented(request).answer(request)
        # S3 has a route for everything, and answers HEAD without a body of its own.
        unrouted = answer.status_code == 404 and answer.mimetype == "text/html" and request.service != "s3"
        return errors.not_implemented(request).answer(request) if unrouted else answer


@cache
def _application() -> Dispatcher:
    """For the life of the process: to bind a service's routes costs more than to answer a call."""
    return Dispatcher(create_backend_app)
