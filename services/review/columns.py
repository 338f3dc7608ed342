"""Records that a query or a console laid out in columns, put together again.

Athena, CloudTrail Lake, Logs Insights, the console and LookupEvents each name the same fields in their
own way: ``useridentity``, ``userIdentity.arn``, "User name", ``Username``. One table maps them all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
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
    # Names that queries give to the parts of the identity, and tools to the time.
    "user": ("userIdentity", "userName"),
    "arn": ("userIdentity", "arn"),
    "userarn": ("userIdentity", "arn"),
    "principalid": ("userIdentity", "principalId"),
    "timestamp": ("@timestamp",),
    "time": ("@timestamp",),
    "timegenerated": ("@timestamp",),
}
_NESTED = {"userIdentity", "resources", "requestParameters", "responseElements", "additionalEventData"}
_NOTHING = {"", "-", "null", "None", "N/A"}
_SPELLED = {name.lower(): name for name in _IDENTITY}
_PLAIN = re.compile(r"[^a-z]")


def record_of(columns: Mapping[str, object]) -> dict[str, Any] | None:
    """The record whose fields *columns* holds by whatever names, None where they are no record's.

    Without a caller it is none: nobody could say whose call it was.
    """
    record: dict[str, Any] = {}
    for name, value in columns.items():
        path = _PATHS.get(_PLAIN.sub("", name.lower()))
        if path is None or value is None or (isinstance(value, str) and value.strip() in _NOTHING):
            continue
        if path[:-1] and path[-1] != "sessionContext" and not isinstance(value, str):
            continue
        inner = record
        for part in path[:-1]:
            if not isinstance(inner.get(part), dict):
                inner[part] = {}
            inner = inner[part]
        inner.setdefault(path[-1], _value(path[-1], value))
    return record if "eventName" in record and names_caller(record.get("userIdentity")) else None


def is_heading(cells: Iterable[str]) -> bool:
    """Whether *cells* are the names of a record's fields, and not what such fields hold."""
    known = [_PLAIN.sub("", cell.lower()) in _PATHS for cell in cells]
    return sum(known) > 1


def names_caller(identity: object) -> bool:
    """Whether *identity* is a record's, with its fields as CloudTrail spells them."""
    return (
        isinstance(identity, Mapping) and any(name in identity for name in _IDENTITY) and not _odd(identity)
    )


def _odd(identity: Mapping[str, object]) -> bool:
    return any(_PLAIN.sub("", name.lower()) in _SPELLED and name not in _IDENTITY for name in identity)


def _value(name: str, value: object) -> object:
    if name == "userIdentity" and isinstance(value, Mapping):
        return {_SPELLED.get(_PLAIN.sub("", each.lower()), each): part for each, part in value.items()}
    if not isinstance(value, str):
        return value
    text = value.strip()
    if name in ("readOnly", "managementEvent"):
        return {"true": True, "false": False}.get(text.lower())
    if name in _NESTED:
        try:
            parsed = json.loads(text)
        except (ValueError, RecursionError):
            return _struct(text) if name == "userIdentity" else text
        return _value(name, parsed) if isinstance(parsed, Mapping) else parsed
    return text


def _struct(text: str) -> dict[str, str] | None:
    """The outermost fields of a struct as Athena prints it: ``{type=IAMUser, username=web, …}``."""
    if not (text.startswith("{") and text.endswith("}")):
        return None
    fields: dict[str, str] = {}
    depth, start, inner = 0, 0, text[1:-1]
    for at, letter in enumerate(f"{inner},"):
        if letter in "{[":
            depth += 1
        elif letter in "}]":
            depth -= 1
        elif letter == "," and depth == 0:
            name, equals, value = inner[start:at].strip().partition("=")
            known = _SPELLED.get(name.lower())
            if equals and known and value not in _NOTHING and not value.startswith("{"):
                fields[known] = value
            start = at + 1
    return fields


def of_grid(answer: Mapping[str, Any]) -> list[dict[str, str]]:
    """The rows of GetQueryResults' *answer* (its ResultSet), each by the names of its columns."""
    rows = [
        [str(cell.get("VarCharValue") or "") for cell in row.get("Data") or ()]
        for row in answer.get("Rows") or ()
    ]
    columns = (answer.get("ResultSetMetadata") or {}).get("ColumnInfo") or ()
    names = [str(column.get("Name")) for column in columns] or (rows[0] if rows else [])
    # The first page alone has a row of names.
    return [dict(zip(names, row, strict=False)) for row in rows if row != names]
