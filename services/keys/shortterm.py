"""Short-term API keys: a signed request in base64, which names the session it came from and its end."""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

from services.base.keyservices import KeyService
from services.keys.keyid import account_in, is_key_id
from services.keys.kinds import KeyKind

MARK = "-api-key-"
_SERVICES = {"bedrock": KeyService.BEDROCK, "aws-external-anthropic": KeyService.CLAUDE}
_SCOPE = re.compile(
    r"(?P<id>[A-Z0-9]{20})/\d{8}/(?P<region>[a-z0-9-]{1,32})/(?P<service>[\w-]{1,64})/aws4_request"
)
_PLAIN = re.compile(rb"[\x21-\x7e]*")
_LONGEST_SECONDS = 7 * 24 * 3600
"""That a signed request can be good for."""
_MOST_FIELDS = 64
"""That are looked at; a signed request has some ten."""


@dataclass(frozen=True, slots=True)
class ShortTermKey:
    """*access_key_id* is of the session or the access key that signed it; never its signature or token."""

    prefix: str
    service: str
    access_key_id: str
    region: str
    signed: datetime | None = None
    expires: datetime | None = None
    """At the latest: it ends with its session, which may be earlier."""
    looks_cut: bool = False

    @property
    def kind(self) -> KeyKind:
        return KeyKind.SHORT_TERM

    @property
    def name(self) -> str:
        signed = f" signed {self.signed:%Y-%m-%dT%H:%M:%SZ}" if self.signed else ""
        return f"{self.prefix}… of {self.access_key_id}{signed}"

    @property
    def account(self) -> str | None:
        return account_in(self.access_key_id)

    @property
    def user(self) -> None:
        return None


def decode_short_term(prefix: str, encoded: bytes) -> ShortTermKey | None:
    """The key of that *prefix* (``bedrock-api-key-``) and base64, whole or cut; None where it is none."""
    request = _PLAIN.match(decode_base64(encoded.rstrip(b"=")))
    assert request is not None
    query = request[0].decode("ascii").partition("?")[2].split("&", _MOST_FIELDS)
    fields = parse_qs("&".join(query[:_MOST_FIELDS]))
    scope = _SCOPE.fullmatch(fields.get("X-Amz-Credential", [""])[0])
    if scope is None or not is_key_id(scope["id"]):
        return None
    signed = _time(fields.get("X-Amz-Date", [""])[0])
    seconds = fields.get("X-Amz-Expires", [""])[0]
    lasts = int(seconds) if re.fullmatch(r"\d{1,6}", seconds, re.ASCII) else None
    return ShortTermKey(
        prefix,
        _SERVICES.get(prefix.removesuffix(MARK), f"{scope['service']}.amazonaws.com"),
        scope["id"],
        scope["region"],
        signed,
        _later(signed, min(lasts, _LONGEST_SECONDS)) if signed and lasts is not None else None,
        looks_cut=not re.fullmatch(r"[0-9a-f]{64}", fields.get("X-Amz-Signature", [""])[0]),
    )


def decode_base64(encoded: bytes) -> bytes:
    """As much as there is, without padding; one sign too many is no byte."""
    over = len(encoded) & 3
    whole = encoded if over > 1 else encoded[: len(encoded) - over]
    return binascii.a2b_base64(whole + b"=" * (-len(whole) % 4))


def _time(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None


def _later(begin: datetime, seconds: int) -> datetime | None:
    try:
        return begin + timedelta(seconds=seconds)
    except OverflowError:
        return None
