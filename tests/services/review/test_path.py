"""A review of files alone, without AWS."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from services.review.review import Progress, SourceUnavailable, Subject, Window, run_review
from services.review.sources import path as path_source
from tests.deep import deep_folder, long_folder

Record = Callable[..., dict[str, Any]]
Packed = Callable[..., bytes]
ALICE = Subject("alice")


async def test_a_folder_as_a_trail_lays_it_out(
    tmp_path: Path, window: Window, bearer: Record, packed: Packed
) -> None:
    logs = tmp_path / "AWSLogs" / "123456789012"
    day = logs / "CloudTrail" / "us-east-1" / "2026" / "11" / "20"
    day.mkdir(parents=True)
    (day / "1_CloudTrail_x.json.gz").write_bytes(packed(bearer(eventID="2", minutes=2)))
    (day / "2_CloudTrail_x.json.gz").write_bytes(packed(bearer(eventID="1"), bearer(eventID="2", minutes=2)))
    for other in ("CloudTrail-Digest", "CloudTrail-Insight"):
        (logs / other).mkdir()
        (logs / other / f"1_{other}_x.json.gz").write_bytes(packed(bearer(eventID=other)))
    (tmp_path / "README.md").write_text("alice")
    progress: list[Progress] = []
    review = await run_review(None, ALICE, window, source=str(tmp_path), on_progress=progress.append)
    assert [event.event_id for event in review.events] == ["1", "2"]
    assert review.records_scanned == 3
    assert [(Path(each.what).name, each.error) for each in review.unreadable] == [
        ("README.md", "text without CloudTrail records")
    ]
    assert (review.verdict, review.complete) == ("used", False)
    assert [(row.covers, row.note) for row in review.coverage] == [
        ("unknown", "files cannot show what was not delivered")
    ]
    assert (progress[-1].objects_done, progress[-1].objects_total, progress[-1].matches) == (3, 3, 3)


async def test_a_file_whatever_its_name(tmp_path: Path, window: Window, record: Record) -> None:
    path = tmp_path / "evidence.txt"
    path.write_text(json.dumps(record()))
    assert len((await run_review(None, ALICE, window, source=str(path))).events) == 1


async def test_many_files_are_all_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, window: Window, record: Record, packed: Packed
) -> None:
    monkeypatch.setattr(path_source, "GROUP_FILES", 7)
    for number in range(100):
        (tmp_path / f"{number}.json.gz").write_bytes(packed(record(eventID=str(number)), record(user="bob")))
    review = await run_review(None, ALICE, window, source=str(tmp_path))
    assert {event.event_id for event in review.events} == {str(number) for number in range(100)}
    assert review.records_scanned == 200


async def test_what_cannot_be_read_is_named_and_the_rest_is_read(
    tmp_path: Path, window: Window, record: Record, packed: Packed
) -> None:
    (tmp_path / "a.json.gz").write_bytes(packed(*[record(eventID=str(n)) for n in range(30)])[:-40])
    (tmp_path / "b.json").write_text("<html>")
    (tmp_path / "c.json.gz").write_bytes(packed(record(eventID="c"), record(eventTime="?")))
    (tmp_path / "d.json").symlink_to(tmp_path / "nowhere")
    review = await run_review(None, ALICE, window, source=str(tmp_path))
    assert {Path(each.what.removeprefix("a record of ")).name for each in review.unreadable} == {
        "a.json.gz",
        "b.json",
        "c.json.gz",
        "d.json",
    }
    assert review.records_unreadable == 1
    assert "c" in {event.event_id for event in review.events}
    assert not review.complete


async def test_links_pipes_and_empty_files_end_nothing(
    tmp_path: Path, window: Window, record: Record, packed: Packed
) -> None:
    top = tmp_path / "evidence"
    (top / "within").mkdir(parents=True)
    (top / "a-empty.json").touch()
    os.mkfifo(top / "b-pipe.json")
    (top / "c-zero.json").symlink_to("/dev/zero")
    (top / "d-endless.json").symlink_to("/proc/self/status")
    (top / "elsewhere").symlink_to("/")
    (top / "loop").symlink_to(".")
    (top / "linked").symlink_to("within")
    (top / "within" / "z.json.gz").write_bytes(packed(record(eventID="z")))
    review = await run_review(None, ALICE, window, source=str(top))
    assert {event.event_id for event in review.events} == {"z"}
    named = {Path(each.what).name for each in review.unreadable}
    assert named >= {"b-pipe.json", "c-zero.json", "d-endless.json", "elsewhere"}
    assert not review.complete


async def test_folders_a_thousand_deep_are_read(
    tmp_path: Path, window: Window, record: Record, packed: Packed
) -> None:
    with deep_folder(tmp_path, 1500) as deepest:
        (deepest / "a.json.gz").write_bytes(packed(record(eventID="deep")))
        (tmp_path / "b.json.gz").write_bytes(packed(record(eventID="later")))
        review = await run_review(None, ALICE, window, source=str(tmp_path))
    assert {event.event_id for event in review.events} == {"deep", "later"}
    assert review.unreadable == ()


async def test_folders_whose_path_is_too_long_are_named(
    tmp_path: Path, window: Window, record: Record, packed: Packed
) -> None:
    long_folder(tmp_path)
    (tmp_path / "z.json.gz").write_bytes(packed(record(eventID="later")))
    review = await run_review(None, ALICE, window, source=str(tmp_path))
    assert {event.event_id for event in review.events} == {"later"}
    assert [each.error for each in review.unreadable] == ["File name too long"]


async def test_troubles_beyond_count_are_counted(tmp_path: Path, window: Window) -> None:
    for number in range(230):
        (tmp_path / f"{number}.json").write_text(
            '{"Records":[{"eventName":"A","userIdentity":{"type":"Root"}},{"'
        )
    unreadable = (await run_review(None, ALICE, window, source=str(tmp_path))).unreadable
    assert len(unreadable) == 201
    assert unreadable[-1].what == "30 more"


async def test_an_empty_folder_is_unknown(tmp_path: Path, window: Window) -> None:
    review = await run_review(None, ALICE, window, source=str(tmp_path))
    assert (review.verdict, review.complete, review.records_scanned) == ("unknown", False, 0)
    assert "what these files do not contain" in review.verdict_words


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("lake", "Without AWS only files"),
        ("athena", "Without AWS only files"),
        ("insights", "Without AWS only files"),
        ("./nowhere", "no file called ./nowhere"),
        ("histroy", "no source and no file"),
        ("auto", "Without AWS"),
        ("s3", "Without AWS"),
    ],
)
async def test_a_source_that_cannot_be_used_is_one_sentence(window: Window, source: str, words: str) -> None:
    with pytest.raises(SourceUnavailable, match=words):
        await run_review(None, ALICE, window, source=source)


async def test_the_json_is_what_scripts_rely_on(
    tmp_path: Path, window: Window, bearer: Record, packed: Packed
) -> None:
    (tmp_path / "a.json.gz").write_bytes(packed(bearer(userAgent="\x1b[2J\ud800")))
    review = await run_review(None, ALICE, window, source=str(tmp_path))
    shown = json.loads(json.dumps(review.as_json()))
    assert shown["subject"]["user"] == "alice"
    assert shown["window"] == {"since": "2026-11-19T12:00:00Z", "until": "2026-11-21T12:00:00Z"}
    assert {"complete", "records_scanned", "records_unreadable", "findings", "verdict"} <= shown.keys()
    assert shown["coverage"][0].keys() == {"source", "region", "covers", "from", "to", "note"}
    (event,) = shown["events"]
    assert event["user_agent"] == "�[2J�"
    wanted = "time name source region source_ip user_agent user access_key_id credential_id error event_id"
    assert {*wanted.split(), "summary"} <= event.keys()
    assert shown["findings"][0].keys() >= {"kind", "severity", "title", "event_ids"}


async def test_a_device_is_named_and_not_read_for_ever(window: Window) -> None:
    review = await run_review(None, ALICE, window, source="/dev/zero")
    assert [(each.what, each.error) for each in review.unreadable] == [
        ("/dev/zero", "a device, and not a file")
    ]


async def test_calls_whose_ids_were_blotted_out_are_told_apart(
    tmp_path: Path, bearer: Record, window: Window
) -> None:
    made = [bearer(minutes=n, eventID="REDACTED") for n in (0, 0, 1, 2)]
    (tmp_path / "records.json").write_text(json.dumps({"Records": made}))
    review = await run_review(None, ALICE, window, source=str(tmp_path))
    assert (review.verdict, len(review.use)) == ("used", 3)
    assert len({event.event_id for event in review.use}) == 3
