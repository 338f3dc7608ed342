"""Inference on `bedrock-mantle`, which takes Bedrock API keys as bearer tokens; no model answers here."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass

from werkzeug.wrappers import Response

from sandbox.account.world import HOME_REGION, BearerCall, World
from sandbox.iam.grants import IamHistory
from sandbox.iam.policy import Access
from sandbox.iam.tokens import Refused, Token, permit, read_token
from sandbox.wire.call import Request
from sandbox.wire.observe import source_ip, user_agent
from sandbox.wire.wire import Handler

SERVICE = "bedrock.amazonaws.com"
PATHS = ("/v1/chat/completions", "/v1/responses")
ANSWER = {"object": "chat.completion", "choices": [{"message": {"role": "assistant", "content": "…"}}]}


@dataclass(frozen=True, slots=True)
class Mantle:
    """Answers the inference endpoints, and leaves everything else to *inner*."""

    world: World
    inner: Handler

    def __call__(self, request: Request) -> Response:
        if request.path not in PATHS or request.signed:
            return self.inner(request)
        request_id, refusal = str(uuid.uuid4()), None
        with self.world.lock:
            iam = self.world.part(IamHistory).seen()
            token = read_token(request, SERVICE, iam, self.world.clock.now())
            try:
                key = token.proved()
                context = {"aws:username": key.user, "aws:sourceip": source_ip(request)}
                for action in ("CallWithBearerToken", "CreateInference"):
                    access = Access(f"bedrock-mantle:{action}", "*", context)
                    permit(iam.grants(key.user, token.account), access, key.user, token.account)
            except Refused as refused:
                refusal = refused
            self._tell(request, token, refusal, request_id)
        body = {"error": {"code": refusal.code, "message": str(refusal)}} if refusal else ANSWER
        status = refusal.status if refusal else 200
        headers = {"x-amzn-RequestId": request_id}
        return Response(json.dumps(body), status, headers, content_type="application/json")

    def _tell(self, request: Request, token: Token, refusal: Refused | None, request_id: str) -> None:
        call = BearerCall(
            time=self.world.clock.now(),
            account=token.account,
            region=HOME_REGION,
            path=request.path,
            user=token.user,
            credential_id=token.credential_id,
            log_group=None,
            log_stream=None,
            source_ip=source_ip(request),
            user_agent=user_agent(request),
            request_id=request_id,
            status=refusal.status if refusal else 200,
            error_code=refusal.code if refusal else None,
            error_message=str(refusal) if refusal else None,
            service="bedrock-mantle",
        )
        for listener in list(self.world.on_bearer_call):
            listener(call)
