"""moto behind one handler: the services that are needed, and a plain answer for what moto lacks."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache
from typing import Any

from moto.core import responses
from moto.moto_server import werkzeug_app
from werkzeug.wrappers import Response

from sandbox.account.world import World
from sandbox.wire import errors
from sandbox.wire.call import Request
from sandbox.wire.models import has

SERVICE = "sandbox.service"
NEEDED = "athena cloudtrail cloudwatch iam kms logs organizations s3 secretsmanager sts"
MOUNTED = frozenset(NEEDED.split())
"""What the scenarios need of moto. Others are left out: some would run code, or reach other machines."""

responses.method_names_from_class = cache(responses.method_names_from_class)
werkzeug_app.DISABLE_GLOBAL_CORS = True  # else any web page could read the answers


class Dispatcher(werkzeug_app.DomainDispatcherApplication):
    """moto's own, but that the service is the one that was signed for, whatever path and host say."""

    def get_application(self, environ: dict[str, Any]) -> Any:
        service = environ[SERVICE]
        if service not in MOUNTED:
            raise NotImplementedError(service)
        if service not in self.app_instances:
            self.app_instances[service] = self.create_app(service)
        return self.app_instances[service]


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
        request.environ |= {"wsgi.input": io.BytesIO(request.body), SERVICE: request.service}
        try:
            with self.world.lock:
                answer = Response.from_app(_application(), request.environ, buffered=True)
        except NotImplementedError:
            return errors.not_implemented(request).answer(request)
        except Exception:
            if has(request):
                raise
            # moto stumbles over what the service does not have, as a call that was meant for another one.
            return errors.unknown_operation(request).answer(request)
        # S3 has a route for everything, and answers HEAD without a body of its own.
        unrouted = answer.status_code == 404 and answer.mimetype == "text/html" and request.service != "s3"
        return errors.not_implemented(request).answer(request) if unrouted else answer


@cache
def _application() -> Dispatcher:
    """For the life of the process: to bind a service's routes costs more than to answer a call."""
    return Dispatcher(werkzeug_app.create_backend_app)
