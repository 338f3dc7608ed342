"""One TLS context for all clients: to read the authorities' certificates costs more than to make a client."""

from __future__ import annotations

import ssl
from functools import cache
from typing import Any

from aiobotocore.httpsession import AIOHTTPSession


class HttpSession(AIOHTTPSession):  # type: ignore[misc]
    """aiobotocore's own, but that it shares the context where nothing of the client's own goes into it."""

    def _build_ssl_contexts(self, proxy_url: str | None) -> Any:
        if proxy_url or self._cert_file:
            return super()._build_ssl_contexts(proxy_url)
        return shared_context(self._verify), None


@cache
def shared_context(verify: bool | str) -> ssl.SSLContext:
    """What checks by *verify*: True, False, or the path of a bundle of authorities."""
    context: ssl.SSLContext = AIOHTTPSession(verify=verify)._build_verify_context()
    return context
