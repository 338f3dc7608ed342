"""No request goes anywhere but where it was signed for, nor twice unasked: no client follows a redirect.

aiohttp follows a redirect with all headers, a 307 with the body too, and aiobotocore does not pass on that it
should not; S3's clients send a call again to the Region that the refusal names. Importing this ends both, for
the clients that aiobotocore makes by itself as well: of STS, SSO, sign-in, the instance's and the container's
credentials.

aiohttp sends a PUT, a DELETE or a GET again by itself where the connection ends without an answer; that is
for botocore to decide, which knows what goes out once.
"""

from __future__ import annotations

from typing import Any

from aiobotocore.httpsession import AIOHTTPSession
from aiobotocore.utils import AioS3RegionRedirector, AioS3RegionRedirectorv2


class _Direct:
    """An aiohttp session as far as aiobotocore uses one."""

    def __init__(self, session: Any) -> None:
        self._session = session

    async def request(self, method: str, **how: Any) -> Any:
        answer = await self._session.request(method, **how | {"allow_redirects": False})
        try:
            for header in answer.raw_headers:
                b": ".join(header).decode()
        except UnicodeDecodeError:
            # aiobotocore stumbles over them, and leaves the connection open.
            answer.close()
            raise
        return answer


_get_session = AIOHTTPSession._get_session


async def _direct_session(self: Any, proxy_url: str | None) -> _Direct:
    session = await _get_session(self, proxy_url)
    session._retry_connection = False
    return _Direct(session)


async def _stay(self: Any, *args: Any, **kwargs: Any) -> None:
    """Where the bucket is says the error: `services.aws.s3` asks there, where that is a Region."""


AIOHTTPSession._get_session = _direct_session
for _redirector in (AioS3RegionRedirector, AioS3RegionRedirectorv2):
    _redirector.redirect_from_error = _stay
