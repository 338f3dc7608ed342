"""Records that a query or a console laid out in columns, put together again.

Athena, CloudTrail Lake, Logs Insights, the console and LookupEvents each name the same fields in their
own way: ``useridentity``, ``userIdentity.arn``, "User name", ``Username``. One table maps them all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from services.base import documents

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
_CONTEXT = ("sessionContext",)
_ISSUER = (*_CONTEXT, "sessionIssuer")
_PATHS: Mapping[str, tuple[str, ...]] = {
    **{name.lower(): (name,) for name in _CANONICAL},
    **{f"useridentity{name.lower()}": ("userIdentity", name) for name in _IDENTITY},
    **{
        f"useridentitysessioncontextsessionissuer{name.lower()}": ("userIdentity", *_ISSUER, name)
        for name in ("type", "principalId", "arn", "accountId", "userName")
    },
    "useridentitysessioncontextattributescreationdate": (
        "userIdentity",
        "sessionContext",
        "attributes",
        "creationDate",
    ),
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
_BESIDE = {name.lower(): name for name in ("requestParameters", "responseElements", "additionalEventData")}
"""Whose parts may have columns of their own: ``additionalEventData.callWithBearerToken``."""
_PARTS = {name.lower(): name for name in ("callWithBearerToken", "bearerTokenType", "protocol", "userName")}
"""Those by which use is told, where queries have them in small letters."""
_NOTHING = {"", "-", "null", "None", "N/A"}
_SPELLED = {name.lower(): name for name in _IDENTITY}
_IN_SESSION = {**_SPELLED, "creationdate": "creationDate", "mfaauthenticated": "mfaAuthenticated"}
_PLAIN = re.compile(r"[^a-z]")


def record_of(columns: Mapping[str, object]) -> dict[str, Any] | None:
    """The record whose fields *columns* holds by whatever names, None where they are no record's.

    Without a caller it is none: nobody could say whose call it was.
    """
    record: dict[str, Any] = {}
    for name, value in columns.items():
        path = _path(name)
        if path is None or value is None or (isinstance(value, str) and value.strip() in _NOTHING):
            continue
        if path[0] == "userIdentity" and path[1:] not in ((), _CONTEXT) and not isinstance(value, str):
            continue
        inner = record
        for part in path[:-1]:
            if not isinstance(inner.get(part), dict):
                inner[part] = {}
            inner = inner[part]
        inner.setdefault(path[-1], _value(path[-1], value))
    return record if "eventName" in record and names_caller(record.get("userIdentity")) else None


def _path(name: str) -> tuple[str, ...] | None:
    """Where in a record the column *name* belongs; None where nowhere."""
    outer, dot, part = name.partition(".")
    if dot and part and (beside := _BESIDE.get(_PLAIN.sub("", outer.lower()))):
        return beside, _PARTS.get(part.lower(), part)
    return _PATHS.get(_PLAIN.sub("", name.lower()))


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
            parsed = documents.parse(text)
        except ValueError:
            if name in _BESIDE.values():
                return _pairs(text, lambda each: _PARTS.get(each.lower(), each)) or text
            return _identity(text) if name == "userIdentity" else text
        return _value(name, parsed) if isinstance(parsed, Mapping) else parsed
    return text


def _identity(text: str) -> dict[str, Any] | None:
    """A caller as a query prints a struct, with the session's issuer: ``{type=IAMUser, username=web, …}``."""
    found = _pairs(text, lambda name: _SPELLED.get(name.lower()))
    context = _pairs(found.pop("sessionContext", ""), str.lower) if found else None
    parts = {
        spelled: inner
        for name, spelled in (("sessionissuer", "sessionIssuer"), ("attributes", "attributes"))
        if context and (inner := _pairs(context.get(name, ""), lambda each: _IN_SESSION.get(each.lower())))
    }
    return {**found, **({"sessionContext": parts} if parts else {})} if found is not None else None


def _pairs(text: str, spelled: Callable[[str], str | None]) -> dict[str, str] | None:
    """The outermost fields of a struct or a map as Athena and Lake print it, by the names *spelled* gives."""
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
            known = spelled(name)
            if equals and known and value not in _NOTHING:
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
