"""How bytes come from AWS: with the shared TLS context, never more than are wanted, and in the end."""

from __future__ import annotations

from typing import Any

import aiohttp
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError

import services.aws.directly  # noqa: F401 - who sends follows no redirect
from services.aws.tls import HttpSession as SharedTls

MOST_BYTES = 64 << 20
"""Of an answer that is read whole; AWS's longest pages have some MB."""


class TooLong(Exception):
    """An answer of which no end was seen."""


class HttpSession(SharedTls):
    """aiobotocore's own, but that it reads no more than MOST_BYTES of what is not streamed."""

    async def send(self, request: Any) -> Any:
        streamed, request.stream_output = request.stream_output, True
        try:
            answer = await super().send(request)
        finally:
            request.stream_output = streamed
        if not streamed or answer.status_code >= 300:
            answer._content = await _whole(answer.raw, request)
        return answer


async def put(session: Any, url: str, content: bytes) -> int:
    """Put *content* at a URL that is signed already, unless something is there; answers with the status."""
    from botocore.awsrequest import AWSRequest

    headers = {"If-None-Match": "*", "Content-Type": "application/octet-stream"}
    return int((await session.send(AWSRequest("PUT", url, headers, content).prepare())).status_code)


async def _whole(raw: Any, request: Any) -> bytes:
    parts, size = list[bytes](), 0
    try:
        while part := await raw.content.readany():
            parts.append(part)
            size += len(part)
            if size > MOST_BYTES:
                raise TooLong(f"the answer has more than {MOST_BYTES >> 20} MB")
    except BaseException as error:
        raw.close()
        if isinstance(error, aiohttp.ClientPayloadError | aiohttp.ServerDisconnectedError):
            raise ConnectionClosedError(error=error, request=request, endpoint_url=request.url) from None
        if isinstance(error, TimeoutError):
            raise ReadTimeoutError(endpoint_url=request.url, error=error) from None
        raise
    return b"".join(parts)
