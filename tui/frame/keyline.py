"""Which key this is about: its id whole, its user, its service, its age."""

from __future__ import annotations

from datetime import datetime

from services.aws.iam import Credential
from services.base.keyservices import SESSIONS_ALONE, noun_of, short_service
from services.keys.accesskeys import owner_of
from tui.look import words
from tui.look.lines import Line


def key_line(key: Credential | str, user: str | None, now: datetime) -> Line:
    """*key* is its id alone while the rest is not read."""
    if isinstance(key, str):
        return ((f" {key}", "strong"), (f" · {user}" if user else "", "text"))
    if key.service in SESSIONS_ALONE:
        return ((f" {key.id}", "strong"), (f" · {owner_of(key)} · {noun_of(key.service)}", "text"))
    lasts = "never expires" if key.expires is None else f"expires {words.expiry(key.expires, now)}"
    return (
        (f" {key.id}", "strong"),
        (f" · {key.user} · {short_service(key.service)}", "text"),
        (f" · {words.age((now - key.created).days)} old, {lasts}", "quiet"),
    )
