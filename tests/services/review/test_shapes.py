"""Forms that people's tools give to records: each is read whole, or what was not understood is named."""

from __future__ import annotations

import asyncio
import base64
import bz2
import csv
import gzip
import io
import json
import lzma
import random
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from services.review.model import Subject, Window
from services.review.pieces import pieces
from services.review.review import run_review
from services.review.scan import Scan
from services.review.split import split
from tests.services.review.wrapped import (
    COLUMNS,
    ENVELOPES,
    MINE,
    OTHER,
    PACKERS,
    Record,
    escaped,
    ids,
    scan,
    text,
)

FLAT = {
    "eventTime": MINE["eventTime"],
    "eventName": "X",
    "eventID": "mine",
    "userIdentity.userName": "ops+2",
}


def compact(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def lines(*parts: str | bytes, before: str = "", end: str = "\n") -> bytes:
    return b"".join(
        before.encode() + (part if isinstance(part, bytes) else part.encode()) + end.encode()
        for part in parts
    )


def table(*rows: list[str], **options: Any) -> bytes:
    out = io.StringIO()
    csv.writer(out, **options).writerows(rows)
    return out.getvalue().encode()


def without(found: Scan) -> list[Any]:
    return [*found.unreadable, *found.strange, *found.left]


READ: dict[str, bytes] = {
    "daemon's lines": lines(text(OTHER), text(MINE), before="Nov 20 10:00:00 host trail[123]: "),
    "syslog": lines(text(MINE), before='<165>1 2026-11-20T10:00:00Z h a 1 ID [x@1 iut="3"] '),
    "lines with a time in brackets": lines(text(OTHER), text(MINE), before="[2026-11-20 10:00:00] "),
    "lines of Windows": lines(text(OTHER), text(MINE), end="\r\n\r\n"),
    "text sequence": lines(text(OTHER), text(MINE), before="\x1e"),
    "padded": compact(MINE) + b"\0" * 512,
    "one string": json.dumps(text(MINE)).encode(),
    "strings, line by line": lines(json.dumps(text(OTHER)), json.dumps(text(MINE))),
    "base64 of other alphabet": compact({"d": base64.urlsafe_b64encode(text(MINE).encode()).decode()}),
    "base64 of zstd": compact({"d": base64.b64encode(zstandard.compress(compact(MINE))).decode()}),
    "flat": compact(FLAT),
    "flat in a trail's form": compact({"Records": [{"eventVersion": "1.08"} | FLAT]}),
    "other spelling": compact(
        {"event_time": MINE["eventTime"], "event_name": "X", "event_id": "mine"}
        | {"user_identity": {"user_name": "ops+2", "type": "IAMUser"}}
    ),
    "small letters": compact(
        {"eventtime": MINE["eventTime"], "eventname": "X", "eventid": "mine"}
        | {"useridentity": {"type": "IAMUser", "username": "ops+2"}}
    ),
    "lake's columns": compact(
        {
            "QueryResultRows": [
                [
                    {"eventTime": MINE["eventTime"]},
                    {"eventName": "X"},
                    {"eventID": "mine"},
                    {"userIdentity": "{type=IAMUser, principalId=A, username=ops+2}"},
                ]
            ]
        }
    ),
    "athena's columns": compact(
        {
            "ResultSet": {
                "Rows": [
                    {"Data": [{"VarCharValue": each} for each in row]}
                    for row in (FLAT.keys(), ["2026", "X", "other", "ops"], FLAT.values())
                ]
            }
        }
    ),
    "envelope among records": compact({"Records": [OTHER, {"EventId": "x", "CloudTrailEvent": text(MINE)}]}),
    "nested among records": compact({"Records": [OTHER, {"detail": MINE}]}),
    "beside the records": compact({"Records": [OTHER], "more": [MINE]}),
    "beside the answer": compact(
        {"Events": [{"EventId": "mine", "CloudTrailEvent": text(MINE)}], "ResponseMetadata": {"a": {"b": 1}}}
    ),
    "two tars": PACKERS["tar"](compact(OTHER)) + PACKERS["tar"](compact(MINE)),
    "two bzip2": bz2.compress(compact(OTHER)) + bz2.compress(b"\n" + compact(MINE)),
    "two xz": lzma.compress(compact(OTHER)) + lzma.compress(b"\n" + compact(MINE)),
    "archives in archives": PACKERS["zip"](gzip.compress(PACKERS["tar"](PACKERS["zip"](compact(MINE))))),
    "table of a spreadsheet": b"sep=;\r\n" + table(list(COLUMNS), list(COLUMNS.values()), delimiter=";"),
    "table behind empty lines": b"\n\n" + table(list(COLUMNS), list(COLUMNS.values()), delimiter="|"),
    "table of one column": table(["@message"], [text(OTHER)], [text(MINE)]),
    "table without a heading": table(["2026", text(OTHER)], ["2026", text(MINE)]),
    "table in single quotes": table(
        list(COLUMNS), list(COLUMNS.values()), quotechar="'", quoting=csv.QUOTE_ALL
    ),
    "table of a database": table(
        ["eventtime", "record"],
        ["2026", text(OTHER)],
        ["2026", text(MINE)],
        doublequote=False,
        escapechar="\\",
        quoting=csv.QUOTE_ALL,
    ),
    "table below titles": b"CloudTrail of 2026\r\n\r\n" + table(list(COLUMNS), list(COLUMNS.values())),
    "table of Hive": table(list(COLUMNS), list(COLUMNS.values()), delimiter="\x01"),
    "table with spaces": b"eventtime, eventname, useridentity, eventid\n2026-11-20T10:00:00Z, X, "
    b'"{""type"":""IAMUser"",""username"":""ops+2""}", mine\n',
    "two downloads": table(["Event name", "Event time", "User name"], ["X", "2026-11-20T10:00:00Z", "ops"])
    + table(["User name", "Event time", "Event name", "Event ID"], ["ops+2", MINE["eventTime"], "Y", "mine"]),
    "text in text": compact(json.dumps(text(MINE))),
    "a queue's lambda": compact(
        {"Records": [{"eventSource": "aws:sqs", "awsRegion": "x", "body": text({"Message": text(MINE)})}]}
    ),
    "a stream's lambda": compact(
        {
            "Records": [
                {
                    "eventSource": "aws:kinesis",
                    "eventID": "shard:1",
                    "kinesis": {"data": base64.b64encode(gzip.compress(compact(MINE))).decode()},
                }
            ]
        }
    ),
    "table of UTF-16": table(list(COLUMNS), list(COLUMNS.values())).decode().encode("utf-16"),
    "identity as JSON": table(
        ["eventtime", "eventname", "useridentity", "eventid"],
        ["2026-11-20T10:00:00Z", "X", '{"type":"IAMUser","username":"ops+2"}', "mine"],
    ),
    "identity by its ARN": table(
        ["eventtime", "eventname", "user_arn", "eventid"],
        ["2026-11-20T10:00:00Z", "X", "arn:aws:iam::111122223333:user/team/ops+2", "mine"],
    ),
    "insights' own time": table(
        ["@timestamp", "userIdentity.userName", "eventName", "eventID", "@ptr"],
        ["2026-11-20 10:00:00.000", "ops+2", "X", "mine", "abc"],
    ),
}


@pytest.mark.parametrize("name", READ)
def test_what_peoples_tools_write_is_read(name: str) -> None:
    found = scan(READ[name])
    assert (ids(found), without(found)) == (["mine"], [])
    assert [f"{event.time:%F %T}" for _, event in found.events] == ["2026-11-20 10:00:00"]


NAMED: dict[str, tuple[bytes, list[str], str]] = {
    "text around": (
        b"# YAML\n- CloudTrailEvent: '" + compact(MINE) + b"'\n",
        ["mine"],
        "has other text beside",
    ),
    "cut at a record's end": (compact({"Records": [OTHER, MINE]})[:-2], ["mine"], "cut off or damaged"),
    "array cut at a record's end": (compact([OTHER, MINE])[:-1], ["mine"], "cut off or damaged"),
    "behind bzip2": (bz2.compress(compact(OTHER)) + compact(MINE), [], "there is other data behind its end"),
    "behind xz": (lzma.compress(compact(OTHER)) + compact(MINE), [], "there is other data behind its end"),
    "behind gzip": (gzip.compress(compact(OTHER)) + compact(MINE), [], "data that isn't gzip after its end"),
    "behind tar": (PACKERS["tar"](compact(OTHER)) + b"\x01" * 600, [], "binary files"),
    "no caller": (
        compact({k: v for k, v in FLAT.items() if "user" not in k}),
        [],
        "records that name no caller",
    ),
    "a text alone": (b'"nothing"', [], "JSON values without a CloudTrail record"),
    "a notification": (
        compact({"Records": [{"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "s3": {"a": 1}}]}),
        [],
        "event notifications",
    ),
    "a table without callers": (
        table(["eventtime", "eventname", "eventid"], ["2026-11-20T10:00:00Z", "X", "mine"]),
        [],
        "records that name no caller",
    ),
    "a new category": (
        compact({"Records": [OTHER | {"eventCategory": "New"}, MINE]}),
        ["mine"],
        "records of the unknown category New",
    ),
    "a new category among others": (
        compact({"Records": [OTHER | {"eventCategory": "Data"}, OTHER | {"eventCategory": "New"}]}),
        [],
        "records of the unknown category New",
    ),
    "insights among records": (
        compact({"Records": [OTHER, OTHER | {"eventCategory": "Insight", "insightDetails": {}}]}),
        [],
        "CloudTrail Insights events",
    ),
    "other schemas": (
        compact({"class_uid": 3002, "metadata": {}, "actor": {"user": {"name": "ops+2"}}}),
        [],
        "OCSF",
    ),
    "damaged in base64": (
        compact({"d": base64.b64encode(gzip.compress(b"\n".join([compact(MINE)] * 99))[:-9]).decode()}),
        ["mine"],
        "packed texts that are cut off or damaged",
    ),
}


@pytest.mark.parametrize("name", NAMED)
def test_what_is_not_read_is_named(name: str) -> None:
    data, there, words = NAMED[name]
    found = scan(data)
    assert sorted(set(ids(found))) == there
    assert words in str(without(found))


@pytest.mark.parametrize(
    "when", [1795168800000000000, "1795168800000000000", 1795168800000000, "Fri, 20 Nov 2026 10:00:00 GMT"]
)
def test_times_of_any_unit(when: object) -> None:
    found = scan(compact(MINE | {"eventTime": when}))
    assert [f"{event.time:%F %T}" for _, event in found.events] == ["2026-11-20 10:00:00"]


def test_pieces_of_a_large_document_are_whole() -> None:
    data = json.dumps({"Records": [OTHER] * 20}, indent=1).encode()
    blocks = [data[at : at + 700] for at in range(0, len(data), 700)]
    assert [split(piece.data).trouble for piece in pieces(blocks)] == [None] * len(list(pieces(blocks)))
    assert sum(len(split(piece.data).records) for piece in pieces(blocks)) == 20


ENDINGS = ("", ".log", ".JSON", ".csv", ".png", ".gz", " odd\n+2", ".tar")


def _file(rng: random.Random, number: int) -> tuple[bytes, set[str]]:
    """Records in an envelope and packing at random, and the ids of those that are looked for."""
    records: list[Record] = [
        (MINE if rng.random() < 0.5 else OTHER) | {"eventID": f"{number}-{each}"}
        for each in range(rng.randint(1, 4))
    ]
    wanted = {each["eventID"] for each in records if each["userIdentity"]["userName"] == "ops+2"}
    envelope = ENVELOPES[rng.choice(sorted(ENVELOPES))]
    match rng.choice(["document", "lines", "joined", "table"]):
        case "document":
            data = json.dumps({"Records": records}, indent=rng.choice([None, 1]))
        case "lines":
            data = "\n".join(json.dumps(envelope(each)) for each in records)
        case "joined":
            data = "".join(json.dumps(envelope(each)) for each in records)
        case _:
            data = table(["@timestamp", "@message"], *[["2026", text(each)] for each in records]).decode()
            return PACKERS[rng.choice(sorted(PACKERS))](data.encode()), wanted
    return PACKERS[rng.choice(sorted(PACKERS))](escaped(data, rng).encode()), wanted


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**9))
def test_every_record_of_a_folder_is_found_or_its_file_named(
    seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    rng, folder = random.Random(seed), tmp_path_factory.mktemp("folder")
    wanted: dict[str, set[str]] = {}
    for number in range(6):
        data, ids_there = _file(rng, number)
        Path(folder, f"{number}{rng.choice(ENDINGS)}").write_bytes(data)
        wanted[str(number)] = ids_there
    review = asyncio.run(run_review(None, Subject("ops+2"), Window.all_time(), source=str(folder)))
    found = {event.event_id for event in review.events}
    assert found <= set.union(*wanted.values())
    for file, ids_there in wanted.items():
        named = any(f"/{file}" in each.what for each in review.unreadable)
        assert ids_there <= found or named, (seed, file, review.unreadable)
    assert len(found) >= sum(map(len, wanted.values())) // 2
