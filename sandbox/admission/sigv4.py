"""Signature Version 4 as the receiver computes it: what was signed, and with which signature it should be."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import quote, unquote

from botocore.utils import normalize_url_path

from sandbox.wire.call import Request

ALGORITHM = "AWS4-HMAC-SHA256"
UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD"
_FIELDS = re.compile(
    rf"{ALGORITHM} Credential=(?P<id>[^/,\s]+)/"
    r"(?P<day>\d{8})/(?P<region>[^/,\s]+)/(?P<service>[^/,\s]+)/aws4_request,"
    r"\s*SignedHeaders=(?P<headers>[a-z0-9;_.-]+),\s*Signature=(?P<signature>[0-9a-f]{64})"
)
_DATE = "%Y%m%dT%H%M%SZ"


class BadSignature(Exception):
    """The call isn't signed in a way that can be checked; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Signature:
    """What an Authorization header says; *service* is the name it was signed for."""

    access_key_id: str
    day: str
    region: str
    service: str
    headers: tuple[str, ...]
    value: str
    time: datetime

    def is_of(self, secret: str, request: Request) -> bool:
        """Whether *secret* made this signature over *request* as it came."""
        text = "\n".join((ALGORITHM, f"{self.time:{_DATE}}", self._scope, _digest(self._canonical(request))))
        key = _signing_key(secret, self.day, self.region, self.service)
        return hmac.compare_digest(_hmac(key, text).hex(), self.value)

    @property
    def _scope(self) -> str:
        return f"{self.day}/{self.region}/{self.service}/aws4_request"

    def _canonical(self, request: Request) -> bytes:
        path, _, query = request.target.partition("?")
        if self.service != "s3":
            path = quote(normalize_url_path(path), safe="/~")
        # The bytes that came, which http.client reads as Latin-1.
        headers = "".join(f"{name}:{request.header(name)}\n" for name in self.headers).encode("latin-1")
        return b"\n".join(
            (
                request.method.encode(),
                path.encode("latin-1"),
                _canonical_query(query).encode(),
                headers,
                ";".join(self.headers).encode(),
                (request.headers.get("x-amz-content-sha256") or _digest(request.body)).encode(),
            )
        )


def read_signature(request: Request) -> Signature:
    """The signature of a call, with all that AWS wants signed in it; raises BadSignature."""
    found = _FIELDS.fullmatch(request.headers.get("Authorization", ""))
    if found is None:
        raise BadSignature("Authorization header requires 'Credential', 'SignedHeaders' and 'Signature'.")
    dates = request.header("x-amz-date")
    try:
        time = datetime.strptime(dates, _DATE).replace(tzinfo=UTC)
    except ValueError:
        raise BadSignature("Authorization header requires a valid 'X-Amz-Date' header.") from None
    if found["day"] != dates[:8]:
        raise BadSignature("Date in Credential scope does not match the date of the request.")
    signed = tuple(found["headers"].split(";"))
    if unsigned := sorted(_to_sign(request) - set(signed)):
        raise BadSignature(f"There were headers present in the request which were not signed: {unsigned}")
    return Signature(
        found["id"], found["day"], found["region"], found["service"], signed, found["signature"], time
    )


def payload_is_signed(request: Request) -> bool:
    """Whether the body is the one whose hash was signed; S3 takes bodies that were left out of it."""
    told = request.headers.get("x-amz-content-sha256")
    if told == UNSIGNED_PAYLOAD:
        return request.service == "s3"
    return told is None or told == _digest(request.body)


def _to_sign(request: Request) -> set[str]:
    names = {name.lower() for name, _ in request.sent}
    return {"host", *(name for name in names if name.startswith("x-amz-"))}


def _canonical_query(query: str) -> str:
    pairs = (pair.partition("=") for pair in query.split("&") if pair)
    return "&".join(
        f"{name}={value}" for name, value in sorted((_encoded(n), _encoded(v)) for n, _, v in pairs)
    )


def _encoded(text: str) -> str:
    return quote(unquote(text, errors="surrogateescape"), safe="-_.~", errors="surrogateescape")


@lru_cache(maxsize=256)
def _signing_key(secret: str, *scope: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in (*scope, "aws4_request"):
        key = _hmac(key, part)
    return key


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
