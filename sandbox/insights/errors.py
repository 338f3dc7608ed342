"""How Logs Insights refuses a query."""

from __future__ import annotations

from moto.logs.exceptions import LogsClientError


class Malformed(LogsClientError):
    def __init__(self, message: str) -> None:
        super().__init__("MalformedQueryException", message)
