"""Records are found in whatever they were wrapped in, packed in and escaped by, or the file is named."""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
import tarfile
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from services.review.envelope import TOO_DEEP, opened
from services.review.model import Subject, Window
from services.review.review import run_review
from tests.services.review.wrapped import (
    COLUMNS,
    CONSOLE,
    ENVELOPES,
    MINE,
    OTHER,
    PACKERS,
    Record,
    escaped,
    ids,
    scan,
    tarred,
    text,
    zipped,
)


@pytest.mark.parametrize("name", ENVELOPES)
@pytest.mark.parametrize("indent", [None, 2])
def test_every_envelope(name: str, indent: int | None) -> None:
    wrapped = ENVELOPES[name](MINE)
    assert ids(scan(json.dumps(wrapped, indent=indent).encode())) == ["mine"]
    lines = "\n".join(json.dumps(ENVELOPES[name](each)) for each in (OTHER, MINE, OTHER))
    found = scan(lines.encode())
    assert (ids(found), found.records, found.unreadable) == (["mine"], 3, [])


@pytest.mark.parametrize("name", PACKERS)
def test_every_way_to_pack_them(name: str) -> None:
    data = json.dumps({"Records": [OTHER, MINE]}).encode()
    found = scan(PACKERS[name](data))
    assert (ids(found), found.records, found.unreadable, found.left) == (["mine"], 2, [], {})


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from(sorted(ENVELOPES)), max_size=3),
    st.lists(
        st.sampled_from([name for name in sorted(PACKERS) if "utf" not in name and name != "mark"]),
        max_size=2,
    ),
    st.integers(0, 10**6),
    st.sampled_from([None, 1]),
)
def test_envelopes_in_envelopes_in_archives_in_any_spelling(
    envelopes: list[str], packers: list[str], seed: int, indent: int | None
) -> None:
    value: Any = MINE
    for name in envelopes:
        # A wrapper that wants a record's own fields gets them from what it wraps.
        value = ENVELOPES[name](
            value if isinstance(value, dict) and "eventID" in value else {"eventID": "w", "v": value}
        )
    data = escaped(json.dumps(value, indent=indent), random.Random(seed)).encode()
    for name in packers:
        data = PACKERS[name](data)
    found = scan(data)
    named = found.unreadable or found.strange or found.left
    assert ids(found) == ["mine"] or named, (envelopes, packers)
    if len(packers) < 2 or "tar" not in packers:
        assert ids(found) == ["mine"], (envelopes, packers, found)


def test_tables_with_a_record_in_a_cell_or_laid_out_in_columns() -> None:
    for heading, row in (
        (["@timestamp", "@message"], ["2026", text(MINE)]),
        (["_time", "_raw", "host"], ["2026", text(MINE), "h"]),
        (list(COLUMNS), list(COLUMNS.values())),
        (list(CONSOLE), list(CONSOLE.values())),
        (
            ["eventTime", "eventName", "userIdentity.userName", "eventID"],
            ["2026-11-20 10:00:00.000", "X", "ops+2", "mine"],
        ),
    ):
        for delimiter in ",\t":
            out = io.StringIO()
            writer = csv.writer(out, delimiter=delimiter)
            writer.writerow(heading)
            writer.writerow(row)
            found = scan(out.getvalue().encode())
            assert (ids(found), found.unreadable, found.left) == (["mine"], [], {}), heading


@pytest.mark.parametrize("when", ["1795168800000", 1795168800, 1795168800.0, "2026-11-20 10:00:00.000"])
def test_times_as_other_tools_write_them(when: object) -> None:
    found = scan(json.dumps(MINE | {"eventTime": when}).encode())
    assert [f"{event.time:%F %T}" for _, event in found.events] == ["2026-11-20 10:00:00"]
    without = {name: value for name, value in MINE.items() if name != "eventTime"}
    found = scan(json.dumps(without | {"@timestamp": when}).encode())
    assert [f"{event.time:%F %T}" for _, event in found.events] == ["2026-11-20 10:00:00"]


@pytest.mark.parametrize(
    ("value", "what"),
    [
        ({"detail": {"a": 1}, "source": "x"}, "JSON objects without a CloudTrail record"),
        ({"digestStartTime": "x", "digestEndTime": "y", "logFiles": []}, "CloudTrail digest files"),
        (MINE | {"insightDetails": {}}, "CloudTrail Insights events"),
        (MINE | {"eventCategory": "Aggregated"}, "aggregated records"),
        (MINE | {"eventCategory": "New\x1b"}, "records of the unknown category New"),
        (
            {"Records": [{"eventVersion": "2.1", "eventSource": "aws:s3", "eventName": "Put"}]},
            "event notifications",
        ),
        ({"schemaVersion": "2.0", "severity": 8, "type": "x"}, "GuardDuty findings"),
    ],
)
def test_what_is_no_record_is_counted_and_named_and_never_read(value: Record, what: str) -> None:
    found = scan(json.dumps(value).encode())
    assert found.records == 0
    ((seems, count),) = found.strange.items()
    assert seems.startswith(what)
    assert (count, "\x1b" in seems) == (1, False)


def test_aggregated_records_are_counted_in_a_trails_object_too() -> None:
    data = json.dumps({"Records": [OTHER, MINE | {"eventCategory": "Aggregated"}]}, separators=(",", ":"))
    found = scan(gzip.compress(data.encode()))
    assert (ids(found), found.records, sum(found.strange.values())) == ([], 1, 1)


def test_envelopes_are_opened_to_a_bounded_depth() -> None:
    value: Any = MINE
    for _ in range(100):
        value = {"detail": value}
    assert opened(json.dumps(value).encode()).strange == {TOO_DEEP: 1}
    assert opened(b'{"a":' * 100_000 + b"1" + b"}" * 100_000).records


async def test_every_file_of_a_folder_is_looked_at_by_its_content(tmp_path: Path) -> None:
    data = json.dumps({"Records": [MINE]}).encode()
    for number, name in enumerate(("plain", "x.log", "y.JSON", "z.txt", ".hidden", "archive.bin")):
        record = MINE | {"eventID": str(number)}
        (tmp_path / name).write_bytes(
            PACKERS["zip" if name == "archive.bin" else "gzip"](text(record).encode())
        )
    (tmp_path / "nested").mkdir()
    (tmp_path / "nested" / "loop").symlink_to(tmp_path)
    (tmp_path / "CloudTrail-Digest-notes.json").write_bytes(data)
    logs = tmp_path / "AWSLogs" / "111122223333" / "CloudTrail-Digest"
    logs.mkdir(parents=True)
    (logs / "d.json").write_bytes(data)
    for name in ("a.png", "b.png", "c"):
        (tmp_path / name).write_bytes(b"\x89PNG\r\n")
    review = await run_review(None, Subject("ops+2"), Window.all_time(), source=str(tmp_path))
    assert {event.event_id for event in review.events} == {"0", "1", "2", "3", "4", "5", "mine"}
    assert [each.error for each in review.unreadable] == ["pictures"]
    assert review.unreadable[0].what.startswith("3 files (")


@pytest.mark.parametrize(
    "broken",
    [
        zipped(b"x" * 1000)[:-30],
        tarred(b"x" * 1000)[:600],
        zstandard.compress(b"x" * 10_000)[:20],
        b"BZh9" + b"x" * 99,
    ],
    ids=["zip", "tar", "zstd", "bzip2"],
)
async def test_broken_archives_are_named_and_the_review_goes_on(tmp_path: Path, broken: bytes) -> None:
    (tmp_path / "a").write_bytes(broken)
    (tmp_path / "b").write_text(text(MINE))
    review = await run_review(None, Subject("ops+2"), Window.all_time(), source=str(tmp_path))
    assert [event.event_id for event in review.events] == ["mine"]
    assert review.unreadable
    assert all(str(tmp_path / "a") in each.what for each in review.unreadable)


def test_an_encrypted_member_and_a_link_are_named() -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo("link")
        info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(info)
    assert [(each.what, each.error) for each in scan(out.getvalue()).unreadable] == [
        ("o: link", "a link or a device, which isn't followed")
    ]


def test_a_table_with_a_large_cell_is_read(tmp_path: Path) -> None:
    large = MINE | {"requestParameters": {"x": "y" * 1_000_000}}
    out = io.StringIO()
    csv.writer(out).writerows([["@timestamp", "@message"], ["1", text(large)]])
    assert ids(scan(out.getvalue().encode())) == ["mine"]
