"""Refuses signed calls that their caller's policies do not allow, where the settings ask for it."""

from __future__ import annotations

from dataclasses import dataclass

from werkzeug.wrappers import Response

from sandbox.account.world import World
from sandbox.iam.actions import UNRESTRICTED, access
from sandbox.iam.grants import grants_of_actor
from sandbox.iam.policy import Decision, Grants, evaluate
from sandbox.wire import errors
from sandbox.wire.call import Request
from sandbox.wire.identity import signer
from sandbox.wire.wire import Handler


@dataclass(frozen=True, slots=True)
class Enforced:
    """Answers as *inner* does whatever IAM allows; everything, unless `settings.enforce_policies`."""

    world: World
    inner: Handler

    def __call__(self, request: Request) -> Response:
        if self.world.settings.enforce_policies and request.signed and request.operation:
            refusal = self._refusal(request)
            if refusal:
                return refusal.answer(request)
        return self.inner(request)

    def _refusal(self, request: Request) -> errors.AwsError | None:
        with self.world.lock:
            asked, grants = access(self.world, request), grants_of_actor(signer(request))
        if asked.action in UNRESTRICTED:
            return None
        decision = evaluate(grants, asked)
        if decision is Decision.ALLOWED:
            return None
        if decision is Decision.EXPLICITLY_DENIED:
            return errors.access_denied(request, "with an explicit deny in an identity-based policy")
        unbounded = evaluate(Grants(grants.documents), asked)
        kind = "permissions boundary" if unbounded is Decision.ALLOWED else "identity-based policy"
        return errors.access_denied(request, f"because no {kind} allows the {asked.action} action")
