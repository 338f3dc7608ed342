"""Which key this is about: its id whole, its user, its service, its age."""

from __future__ import annotations

from datetime import datetime

from services.aws.iam import Credential
from services.base.keyservices import short_service
from tui.look import words
from tui.look.lines import Line


def key_line(key: Credential | str, user: str | None, now: datetime) -> Line:
    """*key* is its id alone while the rest is not read."""
    if isinstance(key, str):
        return ((f" {key}", "strong"), (f" · {user}" if user else "", "text"))
    lasts = "never expires" if key.expires is None else f"expires {words.expiry(key.expires, now)}"
    return (
        (f" {key.id}", "strong"),
        (f" · {key.user} · {short_service(key.service)}", "text"),
        (f" · {words.age((now - key.created).days)} old, {lasts}", "quiet"),
    )
