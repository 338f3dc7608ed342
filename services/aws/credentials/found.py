"""Credentials as they were found: what signs until it ends."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from services.aws.credentials.source import Source

RENEW_SECONDS = 300.0
"""Before its end a session is renewed; sooner where it lives for less than four times this."""


@dataclass(frozen=True, slots=True)
class Found:
    """*expires* is None where it is not known; *began* is when they were found."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(repr=False, default=None)
    account: str | None = None
    expires: datetime | None = None
    source: Source = field(default_factory=lambda: Source("explicit"))
    began: datetime = field(default_factory=lambda: datetime.now(UTC))

    def ends_soon(self) -> bool:
        if self.expires is None:
            return False
        lived = (self.expires - self.began).total_seconds()
        left = (self.expires - datetime.now(UTC)).total_seconds()
        return left <= min(RENEW_SECONDS, lived / 4)

    def ended(self) -> bool:
        return self.expires is not None and self.expires <= datetime.now(UTC)
