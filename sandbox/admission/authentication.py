"""Lets in calls that a key of the account signed, and those of the bearer endpoints, which check tokens."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from werkzeug.wrappers import Response

from sandbox.account.world import World
from sandbox.admission import refusals
from sandbox.admission.keys import SigningKey, find_key
from sandbox.admission.sigv4 import BadSignature, payload_is_signed, read_signature
from sandbox.bedrock.mantle import PATHS
from sandbox.logs import ingest
from sandbox.wire.call import Request
from sandbox.wire.errors import AwsError, expired_token
from sandbox.wire.wire import Handler

BEARER_PATHS = frozenset({*ingest.READERS, *PATHS})
PATIENCE = timedelta(minutes=5)
"""How far a call's date may be from now."""


@dataclass(frozen=True, slots=True)
class Authenticated:
    """Answers as *inner* does whoever proves to be of the account, and refuses everybody else as AWS does."""

    world: World
    inner: Handler

    def __call__(self, request: Request) -> Response:
        if request.path in BEARER_PATHS and not request.signed:
            return self.inner(request)
        refusal = self._refusal(request)
        return refusal.answer(request) if refusal else self.inner(request)

    def _refusal(self, request: Request) -> AwsError | None:
        if not request.signed:
            return refusals.unsigned(request)
        try:
            signature = read_signature(request)
        except BadSignature as bad:
            return refusals.incomplete(request, str(bad))
        with self.world.lock:
            key = find_key(signature.access_key_id)
        if key is None or not key.active:
            return refusals.unknown_key(request)
        now = datetime.now(UTC)
        if abs(now - signature.time) > PATIENCE:
            return refusals.stale(request, signature.time, now, PATIENCE)
        if not signature.is_of(key.secret, request) or not payload_is_signed(request):
            return refusals.wrong_signature(request)
        return self._of_session(request, key)

    def _of_session(self, request: Request, key: SigningKey) -> AwsError | None:
        token = request.headers.get("x-amz-security-token", "")
        if not hmac.compare_digest(token.encode(), (key.token or "").encode()):
            return refusals.wrong_token(request)
        if key.expires and key.expires <= self.world.clock.now():
            return expired_token(request)
        if request.service == "iam" and not key.may_use_iam:
            return refusals.wrong_token(request)
        return None
