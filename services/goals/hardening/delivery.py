"""Waiting until CloudTrail has delivered, which proves more than that a trail is set."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.aws.session import AwsSession
from services.base import clock
from services.goals.hardening.standing import look_at

EVERY_SECONDS = 5.0
USUAL_MINUTES = 15
"""CloudTrail takes about five, and promises nothing."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """When something was delivered since the last change, None where nothing was; *trouble* says why."""

    at: datetime | None = None
    trouble: str | None = None

    def as_json(self) -> dict[str, object]:
        return {"delivered": clock.rfc3339(self.at) if self.at else None, "delivery_trouble": self.trouble}


async def first_delivery(
    aws: AwsSession,
    trail: str,
    region: str,
    account: str,
    *,
    since: datetime | None,
    patience: timedelta,
    on_wait: Callable[[str], None] = lambda words: None,
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
) -> Delivered:
    """Ask GetTrailStatus until the trail delivered something after *since*; raises an AwsError."""
    began = time.monotonic()
    while True:
        seen, _ = await look_at(aws, trail, region, account)
        status = seen.state.status if seen else None
        if status is None:
            return Delivered(trouble=f"trail {trail} is deleted")
        if status.delivery_error:
            return Delivered(trouble=f"trail {trail} cannot deliver ({status.delivery_error})")
        if status.delivered and (since is None or status.delivered >= since):
            return Delivered(status.delivered)
        left = patience.total_seconds() - (time.monotonic() - began)
        if left <= 0:
            doctor = aws.where.stanch("doctor")
            return Delivered(trouble=f"trail {trail} has delivered nothing yet: check again with `{doctor}`")
        on_wait(f"waiting for the first object of trail {trail}, {int(left)} s at most…")
        await sleep(min(EVERY_SECONDS, left))
