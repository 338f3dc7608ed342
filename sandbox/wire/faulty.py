"""Where the faults in force strike the signed calls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from werkzeug.wrappers import Response

from sandbox.wire import errors
from sandbox.wire.call import Request
from sandbox.wire.faults import Fault, FaultBoard
from sandbox.wire.wire import ConnectionDropped, Handler

RUBBISH = "<!doctype html><html><head><title>Sign in</title></head><body><h1>It works!</h1></body></html>"

REFUSALS: dict[str, Callable[[Request], errors.AwsError]] = {
    "throttle": errors.throttled,
    "500": errors.internal_failure,
    "deny": errors.access_denied,
    "expired": errors.expired_token,
}


@dataclass(frozen=True, slots=True)
class Faulty:
    """Answers as *inner* does, but for what the board has in force."""

    board: FaultBoard
    inner: Handler

    def __call__(self, request: Request) -> Response:
        if not request.signed:
            return self.inner(request)
        released = self.board.released
        faults = {fault.kind: fault for fault in self.board.striking(request.service, request.operation)}
        if latency := faults.get("latency"):
            released.wait(latency.seconds)
        if refusal := self._refusal(request, faults):
            return refusal
        if "drop-before" in faults:
            raise ConnectionDropped(None)
        for action in self.board.hooks(request.operation, "before"):
            action()
        answer = self.inner(request)
        for action in self.board.hooks(request.operation, "after"):
            action()
        if timeout := faults.get("timeout"):
            released.wait(timeout.seconds)
        if "drop" in faults:
            raise ConnectionDropped(answer)
        return answer

    @staticmethod
    def _refusal(request: Request, faults: dict[str, Fault]) -> Response | None:
        for kind, error in REFUSALS.items():
            if kind in faults:
                return error(request).answer(request)
        if "rubbish" in faults:
            return Response(RUBBISH, 200, content_type="text/html")
        return None
