"""Tells the world of every signed management call, whatever its answer."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from xml.sax.saxutils import unescape

from botocore.parsers import ResponseParser, create_parser
from moto.core.parse import PROTOCOL_PARSERS
from werkzeug.wrappers import Response

from sandbox.account.world import HOME_REGION, ApiCall, World
from sandbox.wire.call import S3_OBJECT, Request
from sandbox.wire.identity import signer
from sandbox.wire.models import operation_model
from sandbox.wire.wire import ConnectionDropped, Handler

SERVICES = {"iam", "sts", "logs", "cloudtrail", "s3", "secretsmanager", "kms", "organizations"}
GLOBAL = {"iam", "organizations"}
DATA_CALLS = {"PutLogEvents", "ListObjects", "ListObjectsV2", *S3_OBJECT.values()}
READS = re.compile(r"(Get|List|Describe|Head|Lookup|Filter|Test|Simulate|Start(Live)?Query|Generate)")
SECRETS = {
    "ciphertextBlob",
    "newPassword",
    "oldPassword",
    "password",
    "plaintext",
    "secretAccessKey",
    "secretBinary",
    "secretString",
    "serviceCredentialSecret",
    "servicePassword",
    "sessionToken",
}
XML_ERROR = re.compile(r"<Code>(.*?)</Code>\s*<Message>(.*?)</Message>", re.S)


@dataclass(frozen=True, slots=True)
class Observed:
    """Answers as *inner* does, and lets the world's listeners know."""

    world: World
    inner: Handler

    def __call__(self, request: Request) -> Response:
        if request.service not in SERVICES or request.operation in DATA_CALLS | {""}:
            return self.inner(request)
        began, actor = self.world.clock.now(), signer(request)
        try:
            answer = self.inner(request)
        except ConnectionDropped as dropped:
            if dropped.answer is not None:
                self._tell(api_call(request, dropped.answer, began, actor=actor))
            raise
        self._tell(api_call(request, answer, began, actor=actor))
        return answer

    def _tell(self, call: ApiCall) -> None:
        with self.world.lock:
            for listener in list(self.world.on_api_call):
                listener(call)


def source_ip(request: Request) -> str:
    """The first hop of X-Forwarded-For, so that one machine can play many."""
    forwarded = request.headers.get("X-Forwarded-For", "").partition(",")[0].strip()
    return forwarded or request.remote_addr or ""


def user_agent(request: Request) -> str:
    """The header as the UTF-8 it may be; WSGI hands headers over as Latin-1."""
    return request.headers.get("User-Agent", "").encode("latin-1", "replace").decode("utf-8", "replace")


def api_call(request: Request, answer: Response, began: datetime, **more: Any) -> ApiCall:
    code, message = error_in(request, answer)
    read_only = READS.match(request.operation) is not None
    # What reads answer is left out, but for the ids of the sessions that they open.
    answered = not read_only or request.operation in ("GetFederationToken", "GetSessionToken")
    return ApiCall(
        time=began,
        account=more["actor"].account,
        region=HOME_REGION if request.service in GLOBAL else request.region,
        service=request.service,
        operation=request.operation,
        params=parameters(request),
        source_ip=source_ip(request),
        user_agent=user_agent(request),
        request_id=answer.headers.get("x-amzn-requestid") or str(uuid.uuid4()),
        read_only=read_only,
        error_code=code,
        error_message=message,
        response=response_elements(request, answer) if answered and not code else None,
        **more,
    )


def error_in(request: Request, answer: Response) -> tuple[str | None, str | None]:
    if answer.status_code < 400:
        return None, None
    text = answer.get_data(as_text=True)
    if request.protocol in {"query", "s3"}:
        found = XML_ERROR.search(text)
        return (unescape(found[1]), unescape(found[2])) if found else ("InternalFailure", None)
    try:
        error = json.loads(text)
    except ValueError:
        return "InternalFailure", None
    return error.get("__type", "").rpartition("#")[2], error.get("message") or error.get("Message")


def parameters(request: Request) -> Mapping[str, object]:
    """The call's parameters as CloudTrail spells them; secrets are left out."""
    match request.protocol:
        case "query":
            return dict(spelled(_query_parameters(request)))
        case "s3":
            bucket = request.path.lstrip("/").partition("/")[0]
            return {"bucketName": bucket} if bucket else {}
        case _:
            return dict(spelled(request.json_fields))


def _query_parameters(request: Request) -> Any:
    operation = operation_model(request.service, request.operation)
    if operation is None:
        return {}
    parser = PROTOCOL_PARSERS["query"](operation)
    return parser.parse({"values": request.form_fields, "headers": request.headers, "body": request.body})


def response_elements(request: Request, answer: Response) -> Mapping[str, object] | None:
    operation = operation_model(request.service, request.operation)
    if operation is None or operation.output_shape is None or request.protocol not in {"query", "json"}:
        return None
    parsed = _parser(request.protocol).parse(
        {
            "status_code": answer.status_code,
            "headers": dict(answer.headers.items()),
            "body": answer.get_data(),
        },
        operation.output_shape,
    )
    parsed.pop("ResponseMetadata", None)
    return spelled(parsed) or None


@cache
def _parser(protocol: str) -> ResponseParser:
    return create_parser(protocol)


def spelled(value: Any) -> Any:
    """JSON in CloudTrail's spelling: lower camel keys, its dates, no secrets."""
    match value:
        case Mapping():
            named = ((name[:1].lower() + name[1:], inner) for name, inner in value.items())
            return {
                name: spelled(inner) for name, inner in named if name not in SECRETS and inner is not None
            }
        case list():
            return [spelled(inner) for inner in value]
        case datetime():
            return f"{value:%b %-d, %Y, %-I:%M:%S %p}"
        case bytes():
            return value.decode("utf-8", "replace")
        case _:
            return value
