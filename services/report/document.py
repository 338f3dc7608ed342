"""The report as one JSON document: snake_case, times in RFC 3339."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any

from services.base import clock
from services.base.text import clean
from services.report.intruder import Attack
from services.report.model import Action, Report, SentCall, Use

LONGEST = 20_000
"""Characters of one value; a policy document is the longest there is."""


def to_json(report: Report) -> str:
    document = {"case": clean(report.header.case), **plain(report), "flow": _flow(report)}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _flow(report: Report) -> dict[str, object]:
    reading = report.flow.reading
    shown = plain(reading.as_json()) if reading else {}
    return {"words": plain(report.flow.words), "evidence": plain(report.flow.evidence), **shown}


def plain(value: Any) -> Any:
    """*value* as JSON has it; every string of it safe to show."""
    match value:
        case None | bool() | int() | float():
            return value
        case datetime():
            return clock.rfc3339(value)
        case Action():
            return _fields(value) | {"title": plain(value.title), "states": _states(value)}
        case SentCall():
            return _fields(value) | {"done": value.done}
        case Use() | Attack():
            # Each call's second is for the picture alone; the evidence has every call.
            return {name: part for name, part in _fields(value).items() if not name.startswith("seconds")}
        case Mapping():
            return {clean(name): plain(item) for name, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case _ if is_dataclass(value):
            return _fields(value)
        case _:
            return clean(value, limit=LONGEST)


def _fields(value: Any) -> dict[str, Any]:
    return {field.name: plain(getattr(value, field.name)) for field in fields(value)}


def _states(action: Action) -> dict[str, Any]:
    """The three degrees of certainty, each with its time."""
    return {
        "requested": plain(action.requested),
        "aws_says_so": plain(action.aws_says.at if action.aws_says else None),
        "seen_in_force": plain(action.in_force.at if action.in_force else None),
    }
