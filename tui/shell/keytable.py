"""A key as a row of a printed table."""

from __future__ import annotations

from datetime import datetime

from services.keys.inventory import Key
from tui.look import words

HEADER = (" ", "KEY ID", "USER", "SERVICE", "STATUS", "AGE", "EXPIRES", "RISKS")

SIGNS = {"high": "‼", "medium": "!", "info": "·", None: " "}


def matches(key: Key, service: str | None) -> bool:
    return service is None or service.casefold() in (key.service, key.short_service)


def cells(key: Key, now: datetime) -> tuple[str, ...]:
    return (
        SIGNS[key.worst],
        key.id,
        key.user,
        key.short_service,
        key.status.lower(),
        f"{key.age_days(now)}d",
        words.expiry(key.credential.expires, now),
        " ".join(risk.name for risk in key.risks),
    )
