"""Records that a query or a console laid out in columns, put together again.

Athena, CloudTrail Lake, Logs Insights, the console and LookupEvents each name the same fields in their
own way: ``useridentity``, ``userIdentity.arn``, "User name", ``Username``. One table maps them all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

_CANONICAL = (
    "eventVersion",
    "eventTime",
    "eventName",
    "eventSource",
    "awsRegion",
    "sourceIPAddress",
    "userAgent",
    "eventID",
    "requestID",
    "errorCode",
    "errorMessage",
    "readOnly",
    "managementEvent",
    "eventType",
    "eventCategory",
    "recipientAccountId",
    "sharedEventID",
    "vpcEndpointId",
    "resources",
    "requestParameters",
    "responseElements",
    "additionalEventData",
    "userIdentity",
)
_IDENTITY = (
    "type",
    "principalId",
    "arn",
    "accountId",
    "accessKeyId",
    "credentialId",
    "userName",
    "invokedBy",
    "sessionContext",
)
_PATHS: Mapping[str, tuple[str, ...]] = {
    **{name.lower(): (name,) for name in _CANONICAL},
    **{f"useridentity{name.lower()}": ("userIdentity", name) for name in _IDENTITY},
    # LookupEvents, and the console's download of it.
    "username": ("userIdentity", "userName"),
    "accesskeyid": ("userIdentity", "accessKeyId"),
    "awsaccesskey": ("userIdentity", "accessKeyId"),
    "region": ("awsRegion",),
    "sourceipaddress": ("sourceIPAddress",),
    "sourceip": ("sourceIPAddress",),
}
_NESTED = {"userIdentity", "resources", "requestParameters", "responseElements", "additionalEventData"}
_NOTHING = {"", "-", "null", "None", "N/A"}
_NEEDED = {"eventName"}, {"eventTime", "userIdentity", "eventID"}
_PLAIN = re.compile(r"[^a-z]")


def record_of(columns: Mapping[str, object]) -> dict[str, Any] | None:
    """The record whose fields *columns* holds by whatever names, None where they are no record's."""
    record: dict[str, Any] = {}
    for name, value in columns.items():
        path = _PATHS.get(_PLAIN.sub("", name.lower()))
        if path is None or value is None or (isinstance(value, str) and value.strip() in _NOTHING):
            continue
        inner = record
        for part in path[:-1]:
            found = inner.setdefault(part, {})
            if not isinstance(found, dict):
                break
            inner = found
        else:
            inner.setdefault(path[-1], _value(path[-1], value))
    every, some = _NEEDED
    return record if every <= record.keys() and some & record.keys() else None


def _value(name: str, value: object) -> object:
    if not isinstance(value, str):
        return value
    text = value.strip()
    if name in ("readOnly", "managementEvent"):
        return {"true": True, "false": False}.get(text.lower())
    if name in _NESTED:
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return _struct(text) if name == "userIdentity" else text
    return text


def _struct(text: str) -> dict[str, str] | None:
    """The outermost fields of a struct as Athena prints it: ``{type=IAMUser, username=web, …}``."""
    if not (text.startswith("{") and text.endswith("}")):
        return None
    names = {name.lower(): name for name in _IDENTITY}
    fields: dict[str, str] = {}
    depth, start, inner = 0, 0, text[1:-1]
    for at, letter in enumerate(f"{inner},"):
        if letter in "{[":
            depth += 1
        elif letter in "}]":
            depth -= 1
        elif letter == "," and depth == 0:
            name, equals, value = inner[start:at].strip().partition("=")
            if equals and name.lower() in names and value not in _NOTHING and not value.startswith("{"):
                fields[names[name.lower()]] = value
            start = at + 1
    return fields
