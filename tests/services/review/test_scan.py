"""One object's bytes, to the subject's events and a true count of the rest."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from services.review import scan as scanning
from services.review.gunzip import gunzip
from services.review.match import Matcher
from services.review.model import Subject, Window
from services.review.scan import Scan, Scanner

Record = Callable[..., dict[str, Any]]
Packed = Callable[..., bytes]


@pytest.fixture
def scanner(window: Window) -> Scanner:
    return Scanner(Matcher(Subject("alice")), window)


def ids(scan: Scan) -> list[str]:
    return [event.event_id for _, event in scan.events]


def said(scan: Scan) -> list[tuple[str, str]]:
    return [(each.what, each.error) for each in scan.unreadable]


def test_only_the_subjects_records_become_events(scanner: Scanner, record: Record, packed: Packed) -> None:
    records = [
        record(user=user, eventID=f"{user}{n}") for n in range(3) for user in ("alice", "bob", "alice2")
    ]
    scan = scanner.object("o", packed(*records))
    assert ids(scan) == ["alice0", "alice1", "alice2"]
    assert (scan.objects, scan.records, scan.records_bad, scan.unreadable) == (1, 9, 0, [])


def test_records_are_counted_where_none_is_looked_at(
    scanner: Scanner, record: Record, packed: Packed
) -> None:
    nested = {"requestParameters": {"policyDocument": '{"eventVersion":"1.0"}', "userName": "x"}}
    scan = scanner.object("o", packed(*[record(user="bob", **nested) for _ in range(7)]))
    assert (scan.events, scan.records) == ([], 7)


def test_records_without_a_version_are_counted_too(scanner: Scanner) -> None:
    one = '{"eventName":"A","userIdentity":{"type":"Root"}}'
    assert scanner.object("o", f'{{"Records":[{one},{one}]}}'.encode()).records == 2


@pytest.mark.parametrize(("minutes", "inside"), [(-1441, False), (-1440, True), (1440, True), (1441, False)])
def test_the_window_includes_its_ends(
    scanner: Scanner, record: Record, packed: Packed, minutes: int, inside: bool
) -> None:
    assert bool(ids(scanner.object("o", packed(record(minutes=minutes))))) is inside


def test_a_second_that_the_window_begins_in_belongs_to_it(
    window: Window, record: Record, packed: Packed
) -> None:
    late = Window(window.since + timedelta(days=1, milliseconds=900), window.until)
    assert ids(Scanner(Matcher(Subject("alice")), late).object("o", packed(record())))


def test_a_cut_object_keeps_what_could_be_read_and_is_named(
    scanner: Scanner, record: Record, packed: Packed
) -> None:
    records = [record(eventID=str(n), x=str(hash(str(n)))) for n in range(200)]
    whole = packed(*records)
    scan = scanner.object("s3://b/k", whole[: len(whole) * 2 // 3])
    assert 50 < len(scan.events) < 200
    assert ids(scan) == [str(n) for n in range(len(scan.events))]
    assert said(scan) == [("s3://b/k", "cut off")]


def test_a_cut_object_is_named_even_where_nothing_in_it_is_the_subjects(
    scanner: Scanner, record: Record, packed: Packed
) -> None:
    whole = packed(*[record(user="bob") for _ in range(50)])
    assert said(scanner.object("o", whole[:-30])) == [("o", "cut off")]
    plain = gzip.decompress(whole)[:-300]
    assert said(scanner.object("o", plain)) == [("o", "cut off or damaged")]


def test_bombs_are_bounded_by_their_ratio_and_named(
    monkeypatch: pytest.MonkeyPatch, scanner: Scanner, record: Record
) -> None:
    monkeypatch.setattr("services.review.scan.gunzip", partial(gunzip, limit=100_000))
    monkeypatch.setattr("services.review.gunzip.UNPACKED_LIMIT", 100_000)
    document = b'{"Records":[' + json.dumps(record(eventID="one")).encode() + b"," + b" " * 50_000_000
    scan = scanner.object("o", gzip.compress(document, 1))
    assert ids(scan) == ["one"]
    assert scan.bytes_read < 20_000_000
    assert ("o", "packed more than 200 to 1, as bombs are: the rest was left unread") in said(scan)


@pytest.mark.parametrize("shape", ["trail", "indented", "lines", "csv"])
@pytest.mark.parametrize("zipped", [True, False])
def test_what_is_larger_than_can_be_held_is_read_to_its_end(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    scanner: Scanner,
    record: Record,
    shape: str,
    zipped: bool,
) -> None:
    monkeypatch.setattr(scanning, "UNPACKED_LIMIT", 20_000)
    monkeypatch.setattr(scanning, "PACKED_LIMIT", 1_000)
    monkeypatch.setattr(scanning, "BLOCK", 4_096)
    records = [record(user="alice" if n % 7 == 0 else "bob", eventID=str(n)) for n in range(300)]
    match shape:
        case "trail":
            text = json.dumps({"Records": records}, separators=(",", ":"))
        case "indented":
            text = json.dumps({"Records": records}, indent=2)
        case "lines":
            text = "\n".join(map(json.dumps, records))
        case _:
            out = io.StringIO()
            writer = csv.writer(out)
            writer.writerow(["@timestamp", "@message"])
            writer.writerows([(each["eventTime"], json.dumps(each, indent=1)) for each in records])
            text = out.getvalue()
    path = tmp_path / "large"
    path.write_bytes(gzip.compress(text.encode()) if zipped else text.encode())
    scan = scanner.files([path])
    assert ids(scan) == [str(n) for n in range(0, 300, 7)]
    assert (scan.objects, scan.records, scan.unreadable, scan.left) == (1, 300, [], {})


@pytest.mark.parametrize(
    "data",
    [b"", b"not JSON", gzip.compress(b""), gzip.compress(b"<html>"), b"\x1f\x8b"],
    ids=["empty", "text", "packed nothing", "packed HTML", "a header alone"],
)
def test_objects_that_hold_nothing_are_named(scanner: Scanner, data: bytes) -> None:
    scan = scanner.object("o", data)
    assert (scan.objects, scan.records, len(scan.unreadable) + len(scan.left)) == (1, 0, 1)


def test_a_bad_record_is_counted_and_named_and_ends_nothing(
    scanner: Scanner, record: Record, packed: Packed
) -> None:
    bad = record(eventTime="never")
    scan = scanner.object("o", packed(record(eventID="1"), bad, record(eventID="2")))
    assert ids(scan) == ["1", "2"]
    assert (scan.records, scan.records_bad) == (3, 1)
    assert said(scan) == [("a record of o", "no readable eventTime")]


def test_names_of_objects_are_cleaned(scanner: Scanner) -> None:
    ((what, _),) = said(scanner.object("k\x1b[2J\u202e", gzip.compress(b"x")[:-3]))
    assert what == "k�[2J�"


def test_files_are_read_in_any_shape(
    tmp_path: Path, scanner: Scanner, record: Record, packed: Packed
) -> None:
    (tmp_path / "a.json.gz").write_bytes(packed(record(eventID="a")))
    (tmp_path / "b.json").write_text(json.dumps([record(eventID="b")]))
    (tmp_path / "c.jsonl").write_text("\n".join(json.dumps(record(eventID=each)) for each in "cd"))
    paths = [*sorted(tmp_path.iterdir()), tmp_path / "gone.json"]
    scan = scanner.files(paths)
    assert ids(scan) == ["a", "b", "c", "d"]
    assert (scan.objects, scan.records) == (4, 4)
    assert said(scan) == [(str(tmp_path / "gone.json"), "No such file or directory")]


def test_one_value_larger_than_what_is_held_at_once_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scanner: Scanner
) -> None:
    monkeypatch.setattr(scanning, "UNPACKED_LIMIT", 20_000)
    monkeypatch.setattr("services.review.pieces.UNPACKED_LIMIT", 20_000)
    monkeypatch.setattr(scanning, "BLOCK", 4_096)
    path = tmp_path / "all.json"
    path.write_text(json.dumps({"events": ["x" * 1000] * 100}))
    assert said(scanner.files([path])) == [(str(path), "one document in it is larger than 0 MB")]


def test_a_page_of_the_history(scanner: Scanner, record: Record) -> None:
    mine, others = record(eventID="mine"), record(user="bob", requestParameters={"userName": "alice"})
    events = [
        {"Username": "x", "CloudTrailEvent": json.dumps(each)} for each in (mine, others, record(user="c"))
    ]
    scan = scanner.object("events.json", json.dumps({"Events": events}, indent=4).encode())
    assert [(role, event.event_id) for role, event in scan.events] == [
        ("by", "mine"),
        ("on", others["eventID"]),
    ]
    assert (scan.records, scan.unreadable) == (3, [])
