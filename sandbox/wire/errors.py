"""AWS errors in the wire format of the call that gets them."""

from __future__ import annotations

import json
import struct
import uuid
from dataclasses import dataclass
from xml.sax.saxutils import escape

from werkzeug.wrappers import Response

from sandbox.iam.actions import action
from sandbox.wire.call import Request
from sandbox.wire.identity import signer


@dataclass(frozen=True, slots=True)
class AwsError:
    """What AWS says; *status* is the HTTP status."""

    code: str
    message: str
    status: int

    def answer(self, request: Request) -> Response:
        request_id = str(uuid.uuid4())
        code, message = escape(self.code), escape(self.message)
        kind = "Sender" if self.status < 500 else "Receiver"
        headers = {"x-amzn-requestid": request_id}
        body: str | bytes
        match request.protocol:
            case "query":
                content_type = "text/xml"
                body = (
                    f"<ErrorResponse><Error><Type>{kind}</Type><Code>{code}</Code><Message>{message}</Message>"
                    f"</Error><RequestId>{request_id}</RequestId></ErrorResponse>"
                )
            case "s3":
                content_type = "application/xml"
                headers["x-amz-request-id"] = request_id
                body = (
                    f"<Error><Code>{code}</Code><Message>{message}</Message>"
                    f"<RequestId>{request_id}</RequestId></Error>"
                )
            case "cbor":
                content_type = "application/cbor"
                headers["smithy-protocol"] = "rpc-v2-cbor"
                body = cbor_map({"__type": self.code, "message": self.message})
            case "json":
                content_type = "application/x-amz-json-1.1"
                body = json.dumps({"__type": self.code, "message": self.message})
            case "rest":
                content_type = "application/json"
                headers["x-amzn-ErrorType"] = self.code
                body = json.dumps({"message": self.message})
        return Response(body, self.status, headers, content_type=content_type)


def cbor_map(fields: dict[str, str]) -> bytes:
    """A CBOR map of text to text (fewer than 24 fields)."""

    def text(value: str) -> bytes:
        octets = value.encode()
        return b"\x79" + struct.pack(">H", len(octets)) + octets

    return bytes([0xA0 | len(fields)]) + b"".join(text(k) + text(v) for k, v in fields.items())


def _named(request: Request, query: str, json_name: str, s3: str) -> str:
    """The services differ in what they call the same error."""
    return {"query": query, "s3": s3}.get(request.protocol, json_name)


def throttled(request: Request) -> AwsError:
    code = _named(request, "Throttling", "ThrottlingException", "SlowDown")
    return AwsError(code, "Rate exceeded", 503 if request.protocol == "s3" else 400)


def internal_failure(request: Request) -> AwsError:
    code = _named(request, "InternalFailure", "InternalFailure", "InternalError")
    return AwsError(code, "We encountered an internal error. Please try again.", 500)


def not_implemented(request: Request) -> AwsError:
    return AwsError("NotImplemented", f"The sandbox has no {request.service} {request.operation}.", 501)


def unknown_operation(request: Request) -> AwsError:
    """Of a call that the service it was signed for does not have."""
    code = _named(request, "InvalidAction", "UnknownOperationException", "MethodNotAllowed")
    message = f"Could not find operation {request.operation or 'of that path'} of {request.service}"
    return AwsError(code, message, 405 if request.protocol == "s3" else 400)


def expired_token(request: Request) -> AwsError:
    code = _named(request, "ExpiredToken", "ExpiredTokenException", "ExpiredToken")
    message = "The security token included in the request is expired"
    return AwsError(code, message, 403 if request.protocol == "query" else 400)


def access_denied(request: Request, because: str | None = None) -> AwsError:
    """What AWS says to one who may not; *because* is its reason, by default that no policy allows it."""
    code = _named(request, "AccessDenied", "AccessDeniedException", "AccessDenied")
    wanted = action(request)
    because = because or f"because no identity-based policy allows the {wanted} action"
    message = (
        f"User: {signer(request).arn} is not authorized to perform: {wanted} "
        f"on resource: {resource(request)} {because}"
    )
    return AwsError(code, message, 400 if request.protocol == "json" else 403)


def resource(request: Request) -> str:
    """What a call is about, as the refusal of it names it."""
    if request.service == "iam":
        if name := request.form_fields.get("UserName"):
            return f"user {name}"
        if arn := request.form_fields.get("PolicyArn"):
            return f"policy {arn}"
        if request.operation in {"ListUsers", "ListServiceSpecificCredentials"}:
            return f"arn:aws:iam::{signer(request).account}:user/"
        return "*"
    if request.service == "logs":
        group = request.json_fields.get("logGroupName") or request.json_fields.get("logGroupIdentifier") or ""
        if str(group).startswith("arn:"):
            return str(group)
        return f"arn:aws:logs:{request.region}:{signer(request).account}:log-group:{group}:log-stream:"
    if request.service == "s3":
        return f"arn:aws:s3:::{request.path.lstrip('/')}"
    return "*"
