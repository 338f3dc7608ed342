"""AWS's side of signing in, on this machine: STS, SSO, sign-in, containers and instances; codes good once."""

from __future__ import annotations

import json
import re
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self
from urllib.parse import parse_qs, urlsplit

from tests.signin.proxy import Proxy, Request, Response

ACCOUNT = "123456789012"
SERIAL = f"arn:aws:iam::{ACCOUNT}:mfa/ann"
_SIGNED = re.compile(r"Credential=([^/]+)/\d+/([^/]*)/([^/]+)/")


def role(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


@dataclass(frozen=True, order=True)
class Seen:
    """One request: what was asked, of which host, signed with which key for which Region."""

    what: str
    host: str
    key: str = ""
    region: str = ""


@dataclass
class Aws:
    """`seen` is every request; the other fields are how AWS behaves, to be set by a test."""

    folder: Path
    lifetime: float = 3600
    """Seconds that a role's session is good for."""
    bad_codes: set[str] = field(default_factory=lambda: {"000000"})
    refused: dict[str, str] = field(default_factory=dict)
    """Error codes by the access key ids that are answered with them."""
    tokens: set[str] = field(default_factory=lambda: {"sso-token"})
    """SSO access tokens that are good."""
    accounts: dict[str, str] = field(default_factory=dict)
    """Other accounts than the usual, by access key id."""
    disabled: set[str] = field(default_factory=set)
    """Regions that the account has not enabled."""
    clock_is_off: bool = False
    """Whether every signature is refused for its time."""
    numbered: bool = False
    """Whether each session has a key id of its own, as AWS has it."""

    def __post_init__(self) -> None:
        self.seen: list[Seen] = []
        self._lock = threading.Lock()
        self._used: set[str] = set()
        self._ends: dict[str, float] = {}
        self._made = 0
        self.proxy = Proxy(self.folder, self._answer)

    def __enter__(self) -> Self:
        self.proxy.__enter__()
        return self

    def __exit__(self, *ended: object) -> None:
        self.proxy.__exit__(None, None, None)

    def count(self, what: str) -> int:
        return sum(each.what == what for each in self.seen)

    def _answer(self, request: Request) -> Response:
        with self._lock:
            query = {
                name: value[0] for name, value in parse_qs(request.body.decode(errors="replace")).items()
            }
            seen = _seen(request, query)
            self.seen.append(seen)
            if seen.key and seen.region in self.disabled:
                return _error(seen, "UnrecognizedClientException", "The security token is invalid")
            if seen.key and self.clock_is_off:
                times = "20261126T020000Z is now earlier than 20261126T025500Z (20261126T030000Z - 5 min.)"
                said = f"Signature expired: {times}"
                return _error(seen, "SignatureDoesNotMatch", said)
            if seen.key and (code := self._refusal(seen.key)):
                return _error(seen, code, "The security token included in the request is expired")
            return self._reply(seen, request, query)

    def _refusal(self, key: str) -> str | None:
        if time.monotonic() > self._ends.get(key, float("inf")):
            return "ExpiredToken"
        return self.refused.get(key)

    def _reply(self, seen: Seen, request: Request, query: dict[str, str]) -> Response:
        match seen.what:
            case "AssumeRole" | "AssumeRoleWithWebIdentity":
                if "SerialNumber" in query and not self._takes(query.get("TokenCode", "")):
                    said = "MultiFactorAuthentication failed with invalid MFA one time pass code. "
                    return _error(seen, "AccessDenied", said)
                return self._role(seen, query["RoleArn"])
            case "GetCallerIdentity":
                account = self.accounts.get(seen.key, ACCOUNT)
                arn = f"arn:aws:sts::{account}:assumed-role/Responder/ann"
                return _xml(seen, f"<UserId>AIDA</UserId><Account>{account}</Account><Arn>{arn}</Arn>")
            case "ListAccountAliases":
                return _xml(seen, "<IsTruncated>false</IsTruncated><AccountAliases/>")
            case "ListServiceSpecificCredentials":
                return _xml(seen, "<IsTruncated>false</IsTruncated><ServiceSpecificCredentials/>")
            case "ListBuckets":
                return Response(200, b"<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>")
            case "GetRoleCredentials":
                return self._sso(request)
            case "CreateToken":
                self.tokens.add("sso-token-2")
                return _json({"accessToken": "sso-token-2", "expiresIn": 28800, "tokenType": "Bearer"})
            case "CreateOAuth2Token":
                return self._login()
            case "container":
                return _json(_metadata("ASIACONTAINER"))
            case "instance":
                return _instance(request)
        return _json({"logGroups": []})

    def _takes(self, code: str) -> bool:
        """Each once."""
        good = code not in self.bad_codes | self._used and len(code) == 6
        self._used.add(code)
        return good

    def _role(self, seen: Seen, arn: str) -> Response:
        key = self._mint(arn.rpartition("/")[2])
        end = datetime.now(UTC) + timedelta(seconds=self.lifetime)
        return _xml(
            seen,
            f"<Credentials><AccessKeyId>{key}</AccessKeyId><SecretAccessKey>s</SecretAccessKey>"
            f"<SessionToken>t</SessionToken><Expiration>{end.isoformat()}</Expiration></Credentials>"
            f"<AssumedRoleUser><AssumedRoleId>AROA:x</AssumedRoleId><Arn>{arn}</Arn></AssumedRoleUser>",
        )

    def _mint(self, name: str) -> str:
        self._made += 1
        key = "ASIA" + re.sub(r"[^A-Z0-9]", "", name.upper()) + (str(self._made) if self.numbered else "")
        self._ends[key] = time.monotonic() + self.lifetime
        return key

    def _login(self) -> Response:
        made = {"accessKeyId": self._mint("login"), "secretAccessKey": "s", "sessionToken": "t"}
        return _json({"accessToken": made, "expiresIn": 900, "refreshToken": "r2", "tokenType": "aws_sigv4"})

    def _sso(self, request: Request) -> Response:
        if request.headers.get("x-amz-sso_bearer_token") not in self.tokens:
            body = {"__type": "UnauthorizedException", "message": "Session token not found or invalid"}
            return _json(body, 401)
        name = parse_qs(urlsplit(request.path).query)["role_name"][0]
        made = {
            "accessKeyId": self._mint(f"SSO{name}"),
            "secretAccessKey": "s",
            "sessionToken": "t",
            "expiration": int((time.time() + self.lifetime) * 1000),
        }
        return _json({"roleCredentials": made})


def _seen(request: Request, query: dict[str, str]) -> Seen:
    path, _, _ = request.path.partition("?")
    host = request.host + ("" if request.host.startswith("127.") is False else path.rstrip("/"))
    signed = _SIGNED.search(request.headers.get("authorization", ""))
    key, region, service = signed.groups() if signed else ("", "", "")
    host = re.sub(r"^127\.0\.0\.1:\d+", "127.0.0.1", host)
    target = request.headers.get("x-amz-target", "").rpartition(".")[2]
    if path.startswith("/federation/credentials"):
        what, host = "GetRoleCredentials", request.host
    elif path == "/token":
        what = "CreateToken"
    elif path == "/v1/token":
        what = "CreateOAuth2Token"
    elif path.startswith("/container"):
        what = "container"
    elif path.startswith("/latest/"):
        what, host = "instance", "127.0.0.1"
    else:
        what = query.get("Action") or target or ("ListBuckets" if service == "s3" else request.path)
    return Seen(what, host, key, region)


def _xml(seen: Seen, result: str) -> Response:
    name = seen.what
    text = (
        f"<{name}Response><{name}Result>{result}</{name}Result>"
        f"<ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></{name}Response>"
    )
    return Response(200, text.encode())


def _error(seen: Seen, code: str, message: str) -> Response:
    if _in_json(seen):
        return _json({"__type": code, "message": message}, 400)
    text = f"<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error>"
    return Response(403, f"{text}<RequestId>r-1</RequestId></ErrorResponse>".encode())


def _in_json(seen: Seen) -> bool:
    return seen.host.startswith("logs.")


def _json(body: object, status: int = 200) -> Response:
    return Response(status, json.dumps(body).encode(), "application/json")


def _metadata(key: str) -> dict[str, str]:
    end = datetime.now(UTC) + timedelta(hours=6)
    return {
        "Code": "Success",
        "Type": "AWS-HMAC",
        "AccessKeyId": key,
        "SecretAccessKey": "s",
        "Token": "t",
        "Expiration": end.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "LastUpdated": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def _instance(request: Request) -> Response:
    if request.path == "/latest/api/token":
        return Response(200, b"token", "text/plain")
    if request.path.endswith("/placement/availability-zone/"):
        return Response(200, b"eu-west-3a", "text/plain")
    if request.path.endswith("/security-credentials/"):
        return Response(200, b"machine", "text/plain")
    return _json(_metadata("ASIAINSTANCE"))
