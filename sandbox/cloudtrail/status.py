"""What GetTrailStatus says of one trail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.account.world import Clock


@dataclass
class TrailStatus:
    """Stands in for moto's, which reports a delivery at every question."""

    clock: Clock
    is_logging: bool = False
    started: datetime | None = None
    stopped: datetime | None = None
    delivered: datetime | None = None
    attempted: datetime | None = None
    error: str | None = None
    digested: datetime | None = None

    def start_logging(self) -> None:
        self.is_logging = True
        self.started = self.clock.now()

    def stop_logging(self) -> None:
        self.is_logging = False
        self.stopped = self.clock.now()

    def delivery(self, error: str | None) -> None:
        """Note one delivery to the bucket, and the S3 error code where it failed."""
        self.attempted = self.clock.now()
        self.error = error
        if error is None:
            self.delivered = self.attempted

    def description(self) -> dict[str, Any]:
        described: dict[str, Any] = {
            "IsLogging": self.is_logging,
            "LatestDeliveryError": self.error,
            "LatestDeliveryTime": _epoch(self.delivered),
            "LatestDeliveryAttemptTime": _text(self.attempted),
            "LatestDeliveryAttemptSucceeded": _text(self.delivered),
            "LatestNotificationAttemptTime": "",
            "LatestNotificationAttemptSucceeded": "",
            "LatestDigestDeliveryTime": _epoch(self.digested),
            "StartLoggingTime": _epoch(self.started),
            "StopLoggingTime": _epoch(self.stopped),
            "TimeLoggingStarted": _text(self.started),
            "TimeLoggingStopped": _text(self.stopped),
        }
        return {name: value for name, value in described.items() if value is not None}


def _epoch(time: datetime | None) -> float | None:
    return None if time is None else round(time.timestamp(), 3)


def _text(time: datetime | None) -> str:
    return "" if time is None else time.strftime("%Y-%m-%dT%H:%M:%SZ")
