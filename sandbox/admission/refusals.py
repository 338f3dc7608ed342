"""AWS's answers to who can't prove who they are; services differ in what they call the same."""

from __future__ import annotations

from datetime import datetime, timedelta

from sandbox.wire.call import Request
from sandbox.wire.errors import AwsError

_MISMATCH = (
    "The request signature we calculated does not match the signature you provided. "
    "Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
)
_INVALID = "The security token included in the request is invalid."


def unsigned(request: Request) -> AwsError:
    return _refusal(
        request,
        query=("MissingAuthenticationToken", "Request is missing Authentication Token"),
        json=("MissingAuthenticationTokenException", "Missing Authentication Token"),
        s3=("AccessDenied", "Access Denied"),
    )


def incomplete(request: Request, message: str) -> AwsError:
    return _refusal(
        request,
        query=("IncompleteSignature", message),
        json=("IncompleteSignatureException", message),
        s3=("AuthorizationHeaderMalformed", message),
        status=400,
    )


def unknown_key(request: Request) -> AwsError:
    """The same for a key that is inactive: AWS doesn't tell them apart."""
    return _refusal(
        request,
        query=("InvalidClientTokenId", _INVALID),
        json=("UnrecognizedClientException", _INVALID),
        s3=("InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records."),
    )


def wrong_token(request: Request) -> AwsError:
    return _refusal(
        request,
        query=("InvalidClientTokenId", _INVALID),
        json=("UnrecognizedClientException", _INVALID),
        s3=("InvalidToken", "The provided token is malformed or otherwise invalid."),
    )


def wrong_signature(request: Request) -> AwsError:
    return _refusal(
        request,
        query=("SignatureDoesNotMatch", _MISMATCH),
        json=("InvalidSignatureException", _MISMATCH),
        s3=("SignatureDoesNotMatch", _MISMATCH),
    )


def stale(request: Request, signed: datetime, now: datetime, patience: timedelta) -> AwsError:
    bound, word, how = (
        (now - patience, "expired", "is now earlier than")
        if signed < now
        else (now + patience, "not yet current", "is still later than")
    )
    sign, minutes = ("-" if signed < now else "+"), patience.seconds // 60
    message = f"Signature {word}: {_text(signed)} {how} {_text(bound)} ({_text(now)} {sign} {minutes} min.)"
    return _refusal(
        request,
        query=("SignatureDoesNotMatch", message),
        json=("InvalidSignatureException", message),
        s3=(
            "RequestTimeTooSkewed",
            "The difference between the request time and the current time is too large.",
        ),
    )


def _refusal(
    request: Request,
    *,
    query: tuple[str, str],
    json: tuple[str, str],
    s3: tuple[str, str],
    status: int | None = None,
) -> AwsError:
    code, message = {"query": query, "s3": s3}.get(request.protocol, json)
    return AwsError(code, message, status or (400 if request.protocol in ("json", "cbor") else 403))


def _text(time: datetime) -> str:
    return f"{time:%Y%m%dT%H%M%SZ}"
