"""HTTP requests signed by botocore and sent as they are, for what no SDK would send."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from http.client import HTTPConnection
from urllib.parse import urlsplit

import botocore.auth
import pytest
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from sandbox.wire.server import Sandbox
from tests.patience import PATIENCE


def headers_of(
    sandbox: Sandbox,
    service: str,
    method: str = "POST",
    path: str = "/",
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    *,
    key: tuple[str, ...] | None = None,
    at: datetime | None = None,
) -> dict[str, str]:
    """The headers that make this a signed request of the responder's, or of *key*'s, made *at* that time."""
    request = AWSRequest(method, sandbox.endpoint_url + path, dict(headers or {}), body)
    credentials = Credentials(*(key or (sandbox.access_key_id, sandbox.secret_access_key)))
    signer = S3SigV4Auth if service == "s3" else SigV4Auth
    with pytest.MonkeyPatch.context() as clock:
        if at:
            clock.setattr(botocore.auth, "get_current_datetime", lambda: at)
        signer(credentials, service, "us-east-1").add_auth(request)
    return dict(request.headers.items())


def connect(sandbox: Sandbox) -> HTTPConnection:
    return HTTPConnection(urlsplit(sandbox.endpoint_url).netloc, timeout=PATIENCE)


def send(
    connection: HTTPConnection,
    method: str,
    path: str,
    body: bytes | Iterable[bytes] = b"",
    headers: Mapping[str, str] | None = None,
) -> tuple[int, bytes]:
    """Status, and body with the kind of error behind it; the headers are those and nothing else."""
    connection.request(method, path, body, dict(headers or {}), encode_chunked=not isinstance(body, bytes))
    answer = connection.getresponse()
    return answer.status, answer.read() + answer.getheader("x-amzn-ErrorType", "").encode()
