"""A reading that was cut goes on where it was."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sandbox.wire.server import Sandbox
from services.aws.session import AwsSession
from services.review.kept import Kept, kept
from services.review.review import Progress, Review, Subject, Window, run_review

Record = Callable[..., dict[str, Any]]

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
WINDOW = Window(NOON - timedelta(hours=1), NOON + timedelta(hours=1))
ALICE = Subject("alice")


@pytest.fixture
def reads(sandbox: Sandbox) -> Callable[[], int]:
    """How many different objects were got since it was last asked: one that was stopped may come late."""
    read: set[str] = set()
    inner = sandbox._handler
    assert inner is not None

    def heard(request: Any) -> Any:
        if request.operation == "GetObject":
            read.add(request.path)
        return inner(request)

    sandbox._handler = heard

    def count() -> int:
        found = len(read)
        read.clear()
        return found

    return count


@pytest.fixture
def trail(make_trail: Callable[..., str], put: Callable[..., str], bearer: Record) -> None:
    make_trail(
        {
            "FieldSelectors": [
                {"Field": "eventCategory", "Equals": ["Data"]},
                {"Field": "resources.type", "Equals": ["AWS::Logs::LogGroupAuthorization"]},
            ]
        }
    )
    for number in range(30):
        put(bearer(eventID=f"{number:02}", minutes=number), bearer(user="bob"))
    put(body=b"not JSON")


async def review(aws: AwsSession, folder: Path | None, **options: Any) -> Review:
    window = options.pop("window", WINDOW)
    return await run_review(aws, ALICE, window, source="s3", keep=folder, **options)


async def stopped_after(aws: AwsSession, folder: Path, objects: int) -> Review:
    stop = asyncio.Event()

    def seen(progress: Progress) -> None:
        if progress.objects_done >= objects:
            stop.set()

    return await review(aws, folder, on_progress=seen, stop=stop)


def cut_in_the_eleventh_line(folder: Path) -> None:
    (path,) = folder.iterdir()
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:10]) + lines[10][:-20])


async def test_a_reading_goes_on_where_it_was_stopped(
    aws: AwsSession, trail: None, reads: Callable[[], int], tmp_path: Path
) -> None:
    whole = await review(aws, None)
    assert reads() == 31
    cut = await stopped_after(aws, tmp_path / "kept", 12)
    assert 11 <= len(cut.events) < 30
    first = reads()
    (path,) = (tmp_path / "kept").iterdir()
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    said: list[Progress] = []
    again = await review(aws, tmp_path / "kept", on_progress=said.append)
    assert any("an earlier review was interrupted" in each.note for each in said)
    assert reads() <= 31 - 12
    assert first < 31
    for name in ("events", "on_user", "unreadable", "records_scanned", "findings", "verdict_words"):
        assert getattr(again, name) == getattr(whole, name), name
    assert list((tmp_path / "kept").iterdir()) == []


async def test_what_is_kept_serves_another_window_and_no_other_subject(
    aws: AwsSession, trail: None, reads: Callable[[], int], tmp_path: Path
) -> None:
    await stopped_after(aws, tmp_path, 20)
    reads()
    bob = await run_review(aws, Subject("bob"), WINDOW, source="s3", keep=tmp_path)
    assert len(bob.events) == 30
    assert reads() == 31
    narrow = Window(NOON + timedelta(minutes=5), NOON + timedelta(minutes=7))
    found = await review(aws, tmp_path, window=narrow)
    assert [event.event_id for event in found.events] == ["05", "06", "07"]
    assert reads() <= 11


async def test_fresh_reads_all_anew(
    aws: AwsSession, trail: None, reads: Callable[[], int], tmp_path: Path
) -> None:
    await stopped_after(aws, tmp_path, 20)
    reads()
    await review(aws, tmp_path, fresh=True)
    assert reads() == 31


async def test_a_line_that_a_kill_cut_is_read_again(
    aws: AwsSession, trail: None, reads: Callable[[], int], tmp_path: Path
) -> None:
    await stopped_after(aws, tmp_path, 20)
    cut_in_the_eleventh_line(tmp_path)
    reads()
    again = await review(aws, tmp_path)
    assert len(again.events) == 30
    assert reads() == 21


async def test_objects_that_were_refused_are_tried_again(
    aws: AwsSession, sandbox: Sandbox, trail: None, reads: Callable[[], int], tmp_path: Path
) -> None:
    await stopped_after(aws, tmp_path, 12)
    sandbox.faults.add("deny:GetObject")
    stop = asyncio.Event()

    def seen(progress: Progress) -> None:
        if progress.objects_done > 30:
            stop.set()

    denied = await review(aws, tmp_path, stop=stop, on_progress=seen)
    assert 11 <= len(denied.events) < 30
    sandbox.faults.clear()
    assert len((await review(aws, tmp_path)).events) == 30


def test_only_one_keeps_at_a_time_and_without_a_place_nothing_is_kept(tmp_path: Path) -> None:
    with kept(tmp_path, ALICE, "1", fresh=False) as first, kept(tmp_path, ALICE, "1", fresh=True) as second:
        assert isinstance(first, Kept)
        assert second is None
    (tmp_path / "file").touch()
    with kept(tmp_path / "file", ALICE, "1", fresh=False) as nothing:
        assert nothing is None
