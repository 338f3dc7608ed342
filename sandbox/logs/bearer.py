"""The HTTP ingestion endpoints of CloudWatch Logs, which take API keys as bearer tokens."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass

from moto.logs.models import logs_backends
from werkzeug.wrappers import Response

from sandbox.account.world import ACCOUNT, HOME_REGION, BearerCall, World
from sandbox.iam.credentials import Credential
from sandbox.iam.grants import IamHistory, Past, Present
from sandbox.iam.policy import Access
from sandbox.iam.tokens import Refused, permit, read_token
from sandbox.logs import ingest
from sandbox.logs.logs import bearer_enabled, log_groups, store
from sandbox.wire.call import Request
from sandbox.wire.observe import source_ip, user_agent
from sandbox.wire.wire import Handler

SERVICE = "logs.amazonaws.com"


@dataclass(slots=True)
class Attempt:
    """What is known so far of one call."""

    account: str = ACCOUNT
    user: str | None = None
    credential_id: str | None = None
    group: str | None = None
    stream: str | None = None
    size: int = 0
    events: int = 0


@dataclass(frozen=True, slots=True)
class Bearer:
    """Answers the ingestion endpoints, and leaves everything else to *inner*."""

    world: World
    inner: Handler

    def __call__(self, request: Request) -> Response:
        if request.path not in ingest.READERS or request.signed:
            return self.inner(request)
        attempt, request_id = Attempt(), str(uuid.uuid4())
        refusal: Refused | None = None
        with self.world.lock:
            try:
                self._accept(request, attempt)
            except Refused as refused:
                refusal = refused
            self._tell(request, attempt, refusal, request_id)
        status = refusal.status if refusal else 200
        body = {"code": refusal.code, "message": str(refusal)} if refusal else {}
        headers = {"x-amzn-RequestId": request_id}
        return Response(json.dumps(body), status, headers, content_type="application/json")

    def _accept(self, request: Request, attempt: Attempt) -> None:
        if request.method != "POST":
            raise Refused(405, "MethodNotAllowed", "Only POST is allowed here.")
        iam = self.world.part(IamHistory).seen()
        attempt.group, attempt.stream = _destination(request)
        credential = self._authenticated(request, attempt, iam)
        if not attempt.group or not attempt.stream:
            raise Refused(400, "InvalidParameterException", "Name the log group and the log stream.")
        region = _region(request)
        if region not in logs_backends[attempt.account]:
            raise Refused(400, "InvalidParameterException", "There is no such Region.")
        self._authorize(request, attempt, iam, credential.user, region)
        group = log_groups(region, attempt.account).get(attempt.group)
        if group is None:
            raise Refused(404, "ResourceNotFoundException", "The specified log group does not exist.")
        if not bearer_enabled(group):
            message = "Bearer token authentication is not enabled for the log group."
            raise Refused(403, "AccessDeniedException", message)
        if attempt.stream not in group.streams:
            raise Refused(404, "ResourceNotFoundException", "The specified log stream does not exist.")
        try:
            events = ingest.read(request.path, request.body, request.headers.get("Content-Encoding", ""))
        except ingest.BadBody as bad:
            raise Refused(400, "InvalidParameterException", str(bad)) from None
        now = self.world.clock.now()
        moment = int(now.timestamp() * 1000)
        entries = [(moment if at is None else at, message) for at, message in events]
        attempt.size = store(self.world, group, attempt.stream, entries, now)
        attempt.events = len(entries)

    def _authenticated(self, request: Request, attempt: Attempt, iam: Present | Past) -> Credential:
        token = read_token(request, SERVICE, iam, self.world.clock.now())
        attempt.account, attempt.user, attempt.credential_id = token.account, token.user, token.credential_id
        return token.proved()

    def _authorize(
        self, request: Request, attempt: Attempt, iam: Present | Past, user: str, region: str
    ) -> None:
        grants, account = iam.grants(user, attempt.account), attempt.account
        context = {"aws:username": user, "aws:sourceip": source_ip(request), "aws:securetransport": "false"}
        stream = f"arn:aws:logs:{region}:{account}:log-group:{attempt.group}:log-stream:{attempt.stream}"
        for action, resource in (("logs:CallWithBearerToken", "*"), ("logs:PutLogEvents", stream)):
            permit(grants, Access(action, resource, context), user, account)

    def _tell(self, request: Request, attempt: Attempt, refusal: Refused | None, request_id: str) -> None:
        call = BearerCall(
            time=self.world.clock.now(),
            account=attempt.account,
            region=_region(request),
            path=request.path,
            user=attempt.user,
            credential_id=attempt.credential_id,
            log_group=attempt.group,
            log_stream=attempt.stream,
            source_ip=source_ip(request),
            user_agent=user_agent(request),
            request_id=request_id,
            status=refusal.status if refusal else 200,
            bytes_in=attempt.size,
            events_in=attempt.events,
            error_code=refusal.code if refusal else None,
            error_message=str(refusal) if refusal else None,
        )
        for listener in list(self.world.on_bearer_call):
            listener(call)


def _destination(request: Request) -> tuple[str | None, str | None]:
    """The log group and stream, of the query (but for OTLP) or else of the headers."""
    query = {} if request.path == "/v1/logs" else request.args
    return (
        query.get("logGroup") or request.headers.get("x-aws-log-group"),
        query.get("logStream") or request.headers.get("x-aws-log-stream"),
    )


def _region(request: Request) -> str:
    return request.headers.get("X-Sandbox-Region") or HOME_REGION
