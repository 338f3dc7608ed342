"""The document that ends a user's or a role's older sessions, one statement in one policy of a known name."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.base import clock, documents
from services.rights.policies import counted_text, statements

NAME = "stanch-end-sessions"
SID = "StanchEndSessions"
_KEY = "aws:TokenIssueTime"


def statement(before: datetime) -> dict[str, Any]:
    """Deny everything to sessions opened before that moment: nothing but a session has an issue time."""
    condition = {"DateLessThan": {_KEY: clock.rfc3339(before)}}
    return {"Sid": SID, "Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition}


def ending(before: datetime, present: str | None) -> str:
    """The document with that statement in place of its like; what else is in *present* stays."""
    document = _read(present) or {"Version": "2012-10-17", "Statement": []}
    others = [each for each in statements(document) if each.get("Sid") != SID]
    return json.dumps({**document, "Statement": [*others, statement(before)]})


def taken_back(text: str, ours: str, earlier: str | None) -> str | None:
    """*text* with what ended sessions *earlier* in place of what *ours* does; None where nothing is left."""
    document, own = _read(text), _endings(ours)
    if document is None or not all(each in statements(document) for each in own):
        return text
    left = [each for each in statements(document) if each not in own] + _endings(earlier)
    return json.dumps({**document, "Statement": left}) if left else None


def _endings(text: str | None) -> list[Mapping[str, Any]]:
    return [each for each in statements(_read(text) or {}) if each.get("Sid") == SID]


def ended_before(text: str | None) -> datetime | None:
    """The moment before which sessions are ended by that document; None where it ends none."""
    for each in statements(_read(text) or {}):
        try:
            when = clock.parse(each["Condition"]["DateLessThan"][_KEY])
        except (KeyError, TypeError, ValueError):
            continue
        if each == statement(when):
            return when
    return None


def room(texts: Mapping[str, str], document: str) -> int:
    """Characters that all inline policies take once *document* is among them."""
    return counted_text(document) + sum(counted_text(each) for name, each in texts.items() if name != NAME)


def _read(text: str | None) -> Mapping[str, Any] | None:
    return documents.mapping(text) if text else None
