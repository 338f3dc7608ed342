"""Puts a file where an answer of AWS said: the URL is a permission, and stands in no error."""

from __future__ import annotations

import asyncio
import re
from typing import Any
from urllib.parse import urlsplit

from services.aws import endpoints
from services.aws.errors import NotAws, Rejected, TimedOut
from services.aws.failures import from_exception
from services.aws.sending import CALL_SECONDS
from services.aws.transport import put

_OPERATION = "PutObject"


async def upload(client: Any, service: str, url: str, content: bytes) -> None:
    """Put *content* there, once; raises NotAws where that is no place of AWS's, and then nothing was sent."""
    if not leads_to_aws(url, client.meta.endpoint_url, service):
        raise NotAws(_OPERATION, "the upload URL does not lead to Amazon S3, so nothing was sent there")
    try:
        async with asyncio.timeout(CALL_SECONDS):
            status = await put(client._endpoint.http_session, url, content)
    except TimeoutError:
        raise _unsure(TimedOut(_OPERATION, f"no answer within {CALL_SECONDS:.0f} s")) from None
    except Exception as error:  # noqa: BLE001 - whatever a library makes of what a network sends
        raise _unsure(from_exception(_OPERATION, error, endpoint=url.partition("?")[0])) from None
    if not 200 <= status < 300:
        redirected = " (redirects are not followed)" if 300 <= status < 400 else ""
        raise Rejected(_OPERATION, f"Amazon S3 answered {status}{redirected}", code=str(status))


def _unsure(error: Any) -> Any:
    error.outcome_unknown = True
    return error


def leads_to_aws(url: str, endpoint: str, service: str) -> bool:
    """Whether it is S3's as AWS has it, or of the *endpoint* that was configured in the place of AWS's."""
    try:
        parts, own = urlsplit(url), urlsplit(endpoint)
        there, here = (parts.scheme, parts.hostname, parts.port), (own.scheme, own.hostname, own.port)
    except ValueError:
        return False
    if "@" in parts.netloc or re.search(r"[\s\\]", url):
        return False
    if there == here and not endpoints.is_own(endpoint, service):
        return True
    # A bucket's name comes first, and may have dots.
    _, found, rest = f".{parts.hostname}".rpartition(".s3.")
    host = f"s3.{rest}" if found else str(parts.hostname)
    port = f":{parts.port}" if parts.port else ""
    return endpoints.is_own(f"{parts.scheme}://{host}{port}", "s3")
