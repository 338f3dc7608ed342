"""Finds CloudTrail's records in whatever they were wrapped in.

What is looked at is the content alone: an object with CloudTrail's own fields is a record, and whatever holds
one (EventBridge's ``detail``, a subscription's ``logEvents[].message``, LookupEvents' ``CloudTrailEvent``,
Splunk's ``event``, Elastic's ``_source``, a string, gzip in base64) is opened, to a bounded depth.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from services.base.text import clean
from services.review.columns import names_caller, of_grid, record_of
from services.review.intext import prefixed, unpacked
from services.review.split import split

DEPTH = 40
"""Levels of nesting that are opened; beyond it the rest is named."""

_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ARRAY = msgspec.json.Decoder(list[msgspec.Raw])
_STRING = msgspec.json.Decoder(str)
_ANY = msgspec.json.Decoder()
_encode = msgspec.json.encode

_MARKS = frozenset(
    {"eventVersion", "eventName", "eventSource", "eventTime", "eventID", "userIdentity", "awsRegion"}
)
UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
CATEGORIES = ("Management", "Data", "NetworkActivity")
_CATEGORY = re.compile(rb'"eventCategory"(?!:"(?:Management|Data|NetworkActivity)")')
_NOTHING = (b"[]", b"{}", b"null", b'""')
LOOKED_UP = "CloudTrailEvent"
"""LookupEvents' field for the record as it was written."""
TOO_DEEP = "envelopes nested too deep"
NO_CALLER = "records that name no caller"
_WITHOUT = "JSON objects without a CloudTrail record"

_SEEMS: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"digestStartTime", "digestEndTime"}), "CloudTrail digest files"),
    (frozenset({"insightDetails"}), "CloudTrail Insights events"),
    (frozenset({"schemaVersion", "severity", "type"}), "GuardDuty findings"),
    (frozenset({"SchemaVersion", "ProductArn"}), "Security Hub findings"),
    (frozenset({"configurationItems"}), "AWS Config snapshots"),
    (frozenset({"Records", "Sns"}), "SNS messages"),
    (frozenset({"srcaddr", "dstaddr"}), "VPC flow logs"),
    (frozenset({"query_name", "srcids"}), "DNS query logs"),
    (frozenset({"httpRequest", "webaclId"}), "WAF logs"),
    (frozenset({"class_uid", "metadata"}), "OCSF events"),
    (frozenset({"@timestamp", "ecs"}), "ECS events without the original record"),
    (frozenset({"Version", "Statement"}), "policy documents"),
)


@dataclass(slots=True)
class Opened:
    """*records* as their own bytes, and how many *strange* objects held none, by what they seem to be."""

    records: list[bytes] = field(default_factory=list)
    strange: dict[str, int] = field(default_factory=dict)

    def add_strange(self, what: str, count: int = 1) -> None:
        self.strange[what] = self.strange.get(what, 0) + count

    def add(self, more: Opened) -> None:
        self.records += more.records
        for what, count in more.strange.items():
            self.add_strange(what, count)


def is_record(raw: bytes) -> bool:
    """Whether *raw* begins as CloudTrail itself writes a record, so that it need not be looked into."""
    return raw.startswith(b'{"eventVersion":"1.') and _CATEGORY.search(raw) is None


def opened(raw: bytes) -> Opened:
    """The records in one JSON value; bytes that are no JSON are one record, which its decoder names."""
    found = Opened()
    try:
        fields = _OBJECT.decode(raw)
    except UNREADABLE:
        if raw[:1] == b"{":
            return Opened([raw])
        _open(raw, DEPTH, found)
        if not (found.records or found.strange or raw in _NOTHING):
            found.add_strange("JSON values without a CloudTrail record")
    else:
        _open_object(raw, fields, DEPTH, found)
    return found


def _open(raw: bytes, depth: int, found: Opened) -> None:
    if depth == 0:
        found.add_strange(TOO_DEEP)
        return
    try:
        match raw[:1]:
            case b"{":
                _open_object(raw, _OBJECT.decode(raw), depth, found)
            case b"[":
                _open_array(_ARRAY.decode(raw), depth, found)
            case b'"':
                _open_text(_STRING.decode(raw), depth, found)
            case _:
                pass
    except UNREADABLE:
        found.add_strange("JSON that can't be read")


def _open_object(raw: bytes, fields: Mapping[str, msgspec.Raw], depth: int, found: Opened) -> None:
    marks = len(_MARKS & fields.keys())
    if "insightDetails" in fields:
        found.add_strange("CloudTrail Insights events")
    elif marks and bytes(fields.get("eventSource", b"")).startswith(b'"aws:'):
        _open_notification(fields, depth, found)
    elif marks > 1 and (category := _category(fields)) and category not in CATEGORIES:
        found.add_strange(
            f"{category.lower()} records, which summarize calls and name no caller"
            if category == "Aggregated"
            else f"records of the unknown category {category}"
        )
    elif marks > 1 and names_caller(_decoded(fields.get("userIdentity"))):
        found.records.append(raw)
    else:
        _look_into(raw, fields, depth, found)


def _open_notification(fields: Mapping[str, msgspec.Raw], depth: int, found: Opened) -> None:
    """Of a queue, a stream or a bucket: what was sent may hold records."""
    inner = Opened()
    for name in fields.keys() - _MARKS:
        _open(bytes(fields[name]), depth - 1, inner)
    if inner.records or TOO_DEEP in inner.strange:
        found.add(inner)
    else:
        found.add_strange("event notifications")


def _look_into(raw: bytes, fields: Mapping[str, msgspec.Raw], depth: int, found: Opened) -> None:
    inner = Opened()
    # What LookupEvents says beside the record is made of it.
    wanted = [fields[LOOKED_UP]] if LOOKED_UP in fields else fields.values()
    for value in map(bytes, wanted):
        beside = Opened()
        _open(value, depth - 1, beside)
        if value[:1] == b"{" and not beside.records:
            # What an envelope says of itself is no record, and none is missed in it.
            beside.strange = {
                what: count for what, count in beside.strange.items() if not what.startswith(_WITHOUT)
            }
        inner.add(beside)
    if inner.records or TOO_DEEP in inner.strange:
        found.add(inner)
    elif rows := _rows(fields):
        for row in rows:
            _open_object(raw, row, depth - 1, found)
    elif rebuilt := _rebuilt(fields):
        found.records.append(rebuilt)
    elif len(_MARKS & fields.keys()) > 1:
        found.add_strange(NO_CALLER)
    elif what := _named(fields):
        found.add_strange(what)
    elif inner.strange:
        found.add(inner)
    elif not all(bytes(value) in _NOTHING for value in fields.values()):
        found.add_strange(f"{_WITHOUT} (with {', '.join(sorted(fields)[:4])})")


def _open_array(items: list[msgspec.Raw], depth: int, found: Opened) -> None:
    raws = [bytes(item) for item in items]
    if row := _row(raws):
        _open(row, depth - 1, found)
        return
    for raw in raws:
        _open(raw, depth - 1, found)


def _open_text(text: str, depth: int, found: Opened) -> None:
    stripped = text.strip()
    if stripped[:1] in ("{", "[", '"'):
        _open_document(stripped.encode("utf-8", "surrogatepass"), depth - 1, found)
    elif packed := unpacked(stripped):
        data, whole = packed
        _open_document(data, depth - 1, found)
        if not whole:
            found.add_strange("packed texts that are cut off or damaged")
    elif (rest := prefixed(stripped)) is not None:
        _open_document(rest.encode("utf-8", "surrogatepass"), depth - 1, found)


def _open_document(data: bytes, depth: int, found: Opened) -> None:
    """JSON that stood in a string: one value, or one after the other."""
    if depth <= 0:
        found.add_strange(TOO_DEEP)
        return
    for raw in split(data).records:
        _open(raw, depth, found)


def _row(raws: list[bytes]) -> bytes | None:
    """A row that a query answered with, as one object; each cell is a field and its value."""
    columns: dict[str, msgspec.Raw] = {}
    for raw in raws:
        try:
            cell = _OBJECT.decode(raw)
        except UNREADABLE:
            return None
        if cell.keys() == {"field", "value"}:
            try:
                columns[_STRING.decode(cell["field"])] = cell["value"]
            except UNREADABLE:
                return None
        elif len(cell) == 1:
            columns |= cell
        else:
            return None
    return _encode(columns) if len(columns) > 1 and len(columns) == len(raws) else None


def _rebuilt(fields: Mapping[str, msgspec.Raw]) -> bytes | None:
    """The record that stands in *fields* as columns."""
    columns: dict[str, object] = {}
    for name, value in fields.items():
        columns[name] = _decoded(value)
    record = record_of(columns)
    return _encode(record) if record else None


def _rows(fields: Mapping[str, msgspec.Raw]) -> list[dict[str, msgspec.Raw]]:
    """The rows of a table, as Athena's API answers with it."""
    answer = _decoded(fields.get("ResultSet")) if "ResultSet" in fields else None
    try:
        rows = of_grid(answer) if isinstance(answer, Mapping) else []
    except (AttributeError, TypeError):
        return []
    return [{name: msgspec.Raw(_encode(cell)) for name, cell in row.items()} for row in rows]


def _decoded(value: msgspec.Raw | None) -> Any:
    try:
        return None if value is None else _ANY.decode(value)
    except UNREADABLE:
        return None


def _category(fields: Mapping[str, msgspec.Raw]) -> str:
    try:
        return clean(_STRING.decode(fields.get("eventCategory", msgspec.Raw(b'""'))), limit=64)
    except UNREADABLE:
        return ""


def _named(fields: Mapping[str, msgspec.Raw]) -> str | None:
    return next((what for keys, what in _SEEMS if keys <= fields.keys()), None)


def open_texts(texts: Iterable[str], found: Opened) -> None:
    """Open each of *texts*, such as the cells of a table."""
    for text in texts:
        _open_text(text, DEPTH, found)
