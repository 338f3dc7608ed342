"""What an answer that is no success stands for: who gave it, and what AWS said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from services.aws.errors import (
    BY_CODE,
    AwsError,
    ClockOff,
    NoCredentials,
    NotAws,
    Redirected,
    RegionDisabled,
    Unexpected,
)
from services.aws.skew import NOTICED, ahead_by_refusal, ahead_in_words
from services.base.text import clean

_REQUEST_IDS = ("x-amzn-requestid", "x-amz-request-id", "x-amz-id-2")
_REGION = re.compile(r"[a-z]{2,4}(-[a-z]+)+-\d{1,2}")
_CLOCK_CODES = ("RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture")
_CLOCK_WORDS = ("Signature expired", "Signature not yet current", "not within the allowed")
_REGION_CODES = ("OptInRequired", "RegionDisabledException")
_NOT_KNOWN_THERE = ("InvalidClientTokenId", "UnrecognizedClientException", "AuthFailure", "InvalidToken")
_PAGES = {
    401: "wants a password",
    403: "refuses",
    407: "wants a password for the proxy",
    511: "wants you to sign in to the network",
}


def request_id_of(response: Mapping[str, Any]) -> str | None:
    """AWS's request id, by which an answer is known to be AWS's."""
    metadata = response.get("ResponseMetadata") or {}
    headers = metadata.get("HTTPHeaders") or {}
    found = metadata.get("RequestId") or next(
        (headers[name] for name in _REQUEST_IDS if headers.get(name)), None
    )
    return clean(found, limit=200) if found else None


def from_client_error(
    operation: str,
    response: Mapping[str, Any],
    *,
    ahead: timedelta | None = None,
    region: str | None = None,
    known_elsewhere: bool = False,
) -> AwsError:
    """The error that botocore's ClientError *response* stands for.

    *ahead* is how far the clock here is ahead by the answer's Date; *region* where it was asked, and
    *known_elsewhere* whether AWS took these credentials in another.
    """
    error, metadata = response.get("Error") or {}, response.get("ResponseMetadata") or {}
    code = str(error.get("Code") or "")
    status = int(metadata.get("HTTPStatusCode") or 0)
    said = str(error.get("Message") or "") or f"AWS answered {code or status or 'something unreadable'}"
    request_id = request_id_of(response)
    found: dict[str, Any] = {"code": clean(code, limit=100) or None, "request_id": request_id}
    if elsewhere := _elsewhere(operation, error, metadata, status, found):
        return elsewhere
    if request_id is None:
        return NotAws(operation, _not_aws(status), code=str(status))
    cause = _cause_of(
        operation,
        said,
        ahead=ahead,
        region=region,
        known_elsewhere=known_elsewhere,
        code=code,
        request_id=request_id,
    )
    if cause:
        return cause
    kind = BY_CODE.get(code) or (Unexpected if status >= 500 else BY_CODE.get(str(status), Unexpected))
    return kind(operation, said, **found)


def _cause_of(
    operation: str,
    said: str,
    *,
    code: str,
    request_id: str | None,
    ahead: timedelta | None,
    region: str | None,
    known_elsewhere: bool,
) -> AwsError | None:
    """What a refusal of the signature or of the credentials has for its cause, where that is not they."""
    found: dict[str, Any] = {"code": clean(code, limit=100) or None, "request_id": request_id}
    if _is_of_the_clock(code, said):
        off = ahead if ahead is not None and abs(ahead) >= NOTICED else ahead_by_refusal(said)
        return ClockOff(operation, f"AWS rejected the time of the request: {_off(off, said)}", **found)
    if code in _REGION_CODES:
        return RegionDisabled(
            operation, f"the Region {region} is not enabled in this account ({said})", **found
        )
    if code in _NOT_KNOWN_THERE and known_elsewhere and region:
        words = (
            f"Region {region} not enabled in this account: AWS accepts these credentials elsewhere, not there"
        )
        error = RegionDisabled(operation, words, **found)
        error.inferred = True
        return error
    return None


def unreadable(operation: str, metadata: Mapping[str, Any]) -> AwsError | None:
    """What an answer that is no success and that nobody can read stands for; None for one of a success."""
    response = {"ResponseMetadata": metadata}
    status, found = int(metadata["HTTPStatusCode"]), {"request_id": request_id_of(response)}
    if status < 300:
        return None
    return _elsewhere(operation, {}, metadata, status, found) or NotAws(operation, _not_aws(status), **found)


def _elsewhere(
    operation: str, error: Mapping[str, Any], metadata: Mapping[str, Any], status: int, found: dict[str, Any]
) -> Redirected | None:
    headers = metadata.get("HTTPHeaders") or {}
    code = error.get("Code")
    region = str(headers.get("x-amz-bucket-region") or error.get("Region") or "")
    wrong_region = status == 400 and region and code in ("AuthorizationHeaderMalformed", "400")
    if not (300 <= status < 400 or wrong_region):
        return None
    known = region if found["request_id"] and _REGION.fullmatch(region) else None
    if known:
        return Redirected(operation, f"the bucket is in {known}", region=known, **found)
    host = _host(str(headers.get("location") or ""))
    where = f" to {host}" if host else ""
    words = f"the endpoint redirects{where} ({status}), and no redirect is followed"
    return Redirected(operation, words, **found)


def _host(location: str) -> str:
    try:
        return clean(urlsplit(location).hostname or "", limit=100)
    except ValueError:
        return ""


def _not_aws(status: int) -> str:
    words = f"something other than AWS answered {status}"
    if more := _PAGES.get(status):
        words = f"something other than AWS {more} ({status})"
    return f"{words}: a proxy, a gateway or a guest network"


def _is_of_the_clock(code: str, said: str) -> bool:
    if code in _CLOCK_CODES:
        return True
    return BY_CODE.get(code) in (NoCredentials, None) and any(words in said for words in _CLOCK_WORDS)


def _off(ahead: timedelta | None, said: str) -> str:
    if ahead is not None and abs(ahead) >= NOTICED:
        return ahead_in_words(ahead)
    return f"this machine's clock is wrong ({said})"
