"""HTTP requests signed by botocore and sent as they are, for what no SDK would send."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from http.client import HTTPConnection
from urllib.parse import urlsplit

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from sandbox.server import Sandbox
from tests.patience import PATIENCE


def headers_of(
    sandbox: Sandbox,
    service: str,
    method: str = "POST",
    path: str = "/",
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    *,
    key: tuple[str, str] | None = None,
    token: str | None = None,
) -> dict[str, str]:
    """The headers that make this a signed request of the responder's, or of *key*'s."""
    request = AWSRequest(method, sandbox.endpoint_url + path, dict(headers or {}), body)
    credentials = Credentials(*(key or (sandbox.access_key_id, sandbox.secret_access_key)), token)
    signer = S3SigV4Auth if service == "s3" else SigV4Auth
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
    """Status and body; Host and the rest are what *headers* say, and nothing is added that stands there."""
    connection.request(method, path, body, dict(headers or {}), encode_chunked=not isinstance(body, bytes))
    answer = connection.getresponse()
    return answer.status, answer.read()
