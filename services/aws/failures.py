"""What no answer, or one that nobody can read, stands for: what libraries raise becomes the error tree."""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit
from urllib.request import getproxies

import aiohttp
import urllib3
from botocore import exceptions as boto
from botocore.parsers import ResponseParserError

from services.aws.errors import (
    AwsError,
    BadSetup,
    NoAuthorities,
    NoCredentials,
    NotAws,
    ProxyFailed,
    Rejected,
    TimedOut,
    Unreachable,
    Untrusted,
)
from services.aws.transport import TooLong
from services.base.text import clean

_OF_CREDENTIALS = (
    boto.NoCredentialsError,
    boto.PartialCredentialsError,
    boto.ProfileNotFound,
    boto.CredentialRetrievalError,
    boto.TokenRetrievalError,
    boto.SSOError,
    boto.LoginError,
    boto.MetadataRetrievalError,
)
_OF_THE_REQUEST = (boto.ParamValidationError, boto.ValidationError)


def from_exception(operation: str, error: Exception, *, sent: bool = True, endpoint: str = "") -> AwsError:
    """The error that *error* stands for; *sent* says whether a request may have gone out to *endpoint*."""
    if isinstance(error, AwsError):
        return error
    if isinstance(error, _OF_CREDENTIALS):
        return NoCredentials(operation, _words(error))
    if isinstance(error, _OF_THE_REQUEST):
        return Rejected(operation, _words(error))
    if isinstance(error, TooLong):
        return NotAws(operation, f"{error}, so it isn't from AWS")
    if isinstance(error, OSError) and error.filename:
        # A network has no file's name: it is what signing in has run or read.
        return NoCredentials(operation, f"{error.filename}: {_reason(error)}")
    if found := _of_the_way(operation, error, _host(error) or _named(endpoint) or "the endpoint"):
        return found
    if isinstance(error, ResponseParserError):
        return NotAws(operation, "the answer is not from AWS")
    if isinstance(error, boto.BotoCoreError):
        return NotAws(operation, _words(error)) if sent else BadSetup(operation, _words(error))
    if not sent:
        return BadSetup(operation, _words(error) or type(error).__name__)
    return NotAws(
        operation, f"the answer cannot be read ({type(error).__name__}), so it may not come from AWS"
    )


def _of_the_way(operation: str, error: Exception, host: str) -> AwsError | None:
    """Of the connection: the certificate, the proxy, the host."""
    causes = list(_causes(error))
    if other := _other_proxy(causes):
        return ProxyFailed(operation, f"{other} proxies aren't supported: HTTP and HTTPS proxies are")
    for cause in causes:
        if isinstance(cause, aiohttp.ClientConnectorCertificateError):
            reason = getattr(cause.certificate_error, "verify_message", "") or str(cause.certificate_error)
            return Untrusted(operation, f"the certificate of {cause.host} is not trusted ({reason})")
        if isinstance(cause, boto.InvalidProxiesConfigError):
            return ProxyFailed(operation, "the proxy's address isn't valid")
        if isinstance(cause, aiohttp.ClientHttpProxyError):
            proxy = _proxy(error)
            return ProxyFailed(
                operation, f"{proxy} refused to connect to {host} ({cause.status} {cause.message})"
            )
        if isinstance(cause, aiohttp.ClientProxyConnectionError):
            return ProxyFailed(operation, f"{_proxy(error)} cannot be reached ({_reason(cause.os_error)})")
        if isinstance(cause, aiohttp.ClientConnectorError) and _named(cause.host) != host.partition(":")[0]:
            # It was a proxy that was gone to, by whatever name aiohttp has for it.
            return ProxyFailed(
                operation,
                f"the proxy {clean(cause.host, limit=200)} cannot be reached ({_reason(cause.os_error)})",
            )
        if isinstance(cause, aiohttp.ClientConnectorError):
            return Unreachable(operation, f"no connection to {cause.host} ({_reason(cause.os_error)})")
        if isinstance(cause, aiohttp.ClientSSLError):
            return Untrusted(operation, f"no secure connection to {host} ({cause})")
        if isinstance(cause, aiohttp.http_exceptions.HttpProcessingError | aiohttp.ClientResponseError):
            return NotAws(operation, f"{host} answered something that isn't HTTP")
    # botocore's own clients, which sign in, are of urllib3.
    if isinstance(error, boto.SSLError):
        return Untrusted(operation, f"the certificate of {host} is not trusted ({_of_urllib3(causes)})")
    if isinstance(error, boto.ProxyConnectionError):
        return ProxyFailed(operation, f"{_proxy(error)} cannot be used ({_of_urllib3(causes)})")
    if isinstance(error, boto.ConnectTimeoutError):
        return Unreachable(operation, f"no connection to {host} in time")
    if isinstance(error, boto.ReadTimeoutError):
        return Unreachable(operation, f"no answer from {host} in time")
    if isinstance(error, boto.ConnectionClosedError | aiohttp.ClientPayloadError):
        return Unreachable(operation, f"no answer: {host} ended the connection")
    if isinstance(error, asyncio.TimeoutError):
        return TimedOut(operation, "no answer in time")
    if isinstance(error, boto.HTTPClientError | boto.ConnectionError):
        inner = next((cause for cause in causes if cause is not error), error)
        if _is_of_a_file(inner):
            return NoAuthorities(operation, f"the certificates to trust cannot be read ({_reason(inner)})")
        if isinstance(inner, urllib3.exceptions.LocationParseError):
            return BadSetup(operation, "the proxy's or the endpoint's address isn't valid")
        if isinstance(inner, urllib3.exceptions.HTTPError):
            return Unreachable(operation, f"no connection to {host} ({_of_urllib3(causes)})")
        if not isinstance(inner, OSError | aiohttp.ClientError):
            words = f"{host} cannot be asked, or sent what cannot be read ({type(inner).__name__})"
            return NotAws(operation, words)
        return Unreachable(operation, f"no answer from {host} ({_reason(inner)})")
    if isinstance(error, aiohttp.ClientError | OSError):
        return Unreachable(operation, f"no answer ({_reason(error)})")
    return None


def _other_proxy(causes: Sequence[BaseException]) -> str | None:
    """The kind of proxy that is configured and that botocore does not know: it takes the kind for a host."""
    asked = {_named(str(getattr(each, "host", None) or "")) for each in causes}
    asked |= {_named(str((getattr(each, "kwargs", None) or {}).get("proxy_url") or "")) for each in causes}
    kinds = {url.partition("://")[0].strip().lower() for url in getproxies().values() if "://" in url}
    return next((clean(kind, limit=20) for kind in sorted(kinds - {"http", "https"}) if kind in asked), None)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """*error* and what it was made of, by botocore's own keeping."""
    found: BaseException | None = error
    for _ in range(10):
        if found is None:
            return
        yield found
        kept = getattr(found, "kwargs", None) or {}
        inner = kept.get("error")
        found = inner if isinstance(inner, BaseException) else found.__cause__


def _is_of_a_file(error: BaseException) -> bool:
    """Whether it is of a file, which only the bundle of authorities can be."""
    if isinstance(error, ssl.SSLError):
        return error.reason in ("NO_CERTIFICATE_OR_CRL_FOUND", "NO_START_LINE", "BAD_BASE64_DECODE")
    return isinstance(error, FileNotFoundError | IsADirectoryError | NotADirectoryError | PermissionError)


def _of_urllib3(causes: Sequence[BaseException]) -> str:
    """The system's own reason, which urllib3 has wrapped several times."""
    found = causes[-1]
    for _ in range(10):
        following = getattr(found, "reason", None) or next(iter(found.args), None) or found.__cause__
        if isinstance(found, OSError) or not isinstance(following, BaseException):
            break
        found = following
    if isinstance(found, ssl.SSLCertVerificationError):
        return found.verify_message
    if isinstance(found, OSError):
        return _reason(found)
    # "HTTPConnection(…): Failed to establish a new connection: [Errno 111] Connection refused"
    return clean(str(found).rpartition("] ")[2], limit=200) or type(found).__name__


def _host(error: Exception) -> str:
    url = str((getattr(error, "kwargs", None) or {}).get("endpoint_url") or "")
    return _named(url)


def _proxy(error: Exception) -> str:
    """Its host and port alone: a password may stand before them."""
    named = _named(str((getattr(error, "kwargs", None) or {}).get("proxy_url") or ""))
    return f"the proxy {named}" if named else "the proxy"


def _named(url: str) -> str:
    try:
        parts = urlsplit(url if "//" in url else f"//{url}")
        return clean(f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname or "", limit=200)
    except ValueError:
        return ""


def _reason(error: BaseException) -> str:
    if isinstance(error, ssl.SSLError):
        return (error.reason or str(error)).replace("_", " ").lower()
    if isinstance(error, OSError) and error.errno and error.errno > 0:
        # asyncio's own words for it name the address once more.
        return os.strerror(error.errno)
    if isinstance(error, OSError) and error.strerror:
        return str(error.strerror)
    return str(error) or type(error).__name__


def _words(error: Exception) -> str:
    return " ".join(str(error).split())
